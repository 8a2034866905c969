// What each kernel cost; see stats.h.
#include "stats.h"

#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>

namespace sim {
namespace {

struct Cost {
  u64 calls = 0, threadInstructions = 0;
  double seconds = 0;
};

class Costs {
 public:
  ~Costs() { report(); }

  void add(const std::string &name, u64 threadInstructions, double seconds) {
    if (!wanted_) return;
    std::lock_guard<std::mutex> hold(lock_);
    Cost &c = of_[name];
    c.calls++;
    c.threadInstructions += threadInstructions;
    c.seconds += seconds;
  }

  void report() {
    std::lock_guard<std::mutex> hold(lock_);
    for (const auto &entry : of_) {
      const Cost &c = entry.second;
      std::fprintf(stderr, "simulated device: %-20s %8llu calls %12llu thread instructions %9.3f s",
                   entry.first.c_str(), Ull(c.calls), Ull(c.threadInstructions), c.seconds);
      if (c.threadInstructions)
        std::fprintf(stderr, " %6.3f ns each", 1e9 * c.seconds / static_cast<double>(c.threadInstructions));
      std::fputc('\n', stderr);
    }
    of_.clear();
  }

 private:
  const bool wanted_ = std::getenv("GORGAN_SIM_STATS") != nullptr;
  std::mutex lock_;
  std::map<std::string, Cost> of_;
};

Costs &costs() {
  static Costs c;
  return c;
}

}  // namespace

void countCall(const std::string &name, u64 threadInstructions, double seconds) {
  costs().add(name, threadInstructions, seconds);
}
void reportCosts() { costs().report(); }

}  // namespace sim
