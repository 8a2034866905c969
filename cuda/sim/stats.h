// What each kernel cost, written to stderr when a context is destroyed and when the
// program ends, if GORGAN_SIM_STATS is set.
#pragma once
#include <chrono>
#include <string>

#include "kernel.h"

namespace sim {

void countCall(const std::string &name, u64 threadInstructions, double seconds);
void reportCosts();  // of the calls since the last report

// Counts a launch that lasts as long as it.
class Stopwatch {
 public:
  Stopwatch(const Kernel &kernel, const u64 &threadInstructions)
      : kernel_(kernel), threadInstructions_(threadInstructions), start_(std::chrono::steady_clock::now()) {}
  ~Stopwatch() {
    const std::chrono::duration<double> lasted = std::chrono::steady_clock::now() - start_;
    countCall(kernel_.name, threadInstructions_, lasted.count());
  }

 private:
  const Kernel &kernel_;
  const u64 &threadInstructions_;
  const std::chrono::steady_clock::time_point start_;
};

}  // namespace sim
