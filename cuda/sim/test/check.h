// Checks, counted; and cases of their own process.
#pragma once
#include <sys/wait.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>

#include "api.h"

struct Tally {
  int checks = 0, failures = 0;
};
extern Tally tally;

// Counts a check; if it does not hold, says what was expected.
inline bool check(bool holds, const char *format, ...) __attribute__((format(printf, 2, 3)));
inline bool check(bool holds, const char *format, ...) {
  tally.checks++;
  if (holds) return true;
  tally.failures++;
  va_list arguments;
  va_start(arguments, format);
  std::fputs("FAILED: ", stderr);
  std::vfprintf(stderr, format, arguments);
  std::fputc('\n', stderr);
  va_end(arguments);
  return false;
}

// The call gave that code, and the driver's sentence for it has the text in it.
inline bool checkCode(const std::string &what, int got, int want, const std::string &part = "") {
  const std::string said = got ? sentence(got) : "";
  return check(got == want, "%s: got code %d (%s), want %d", what.c_str(), got, said.c_str(), want) &&
         check(said.find(part) != std::string::npos, "%s: \"%s\" does not say \"%s\"", what.c_str(), said.c_str(),
               part.c_str());
}

// Runs f, which returns whether all is well, in a process with that environment.
inline void inProcess(const std::string &faults, const std::function<bool()> &f) {
  std::fflush(nullptr);
  const pid_t child = fork();
  if (child == 0) {
    setenv("GORGAN_SIM_FAULTS", faults.c_str(), 1);
    _exit(f() && !tally.failures ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "with GORGAN_SIM_FAULTS=%s", faults.c_str());
}

void testFaults();         // first, as it forks before the library is used
void testEarlyLaunches();  // the same
void testRanks();          // the same
void testText();
void testArithmetic();
void testWarps();
void testMatrices();
void testMemory();
void testDriver();
void testGraphs();
void testProducts();
void testOrders();
