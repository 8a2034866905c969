// What GORGAN_SIM_FAULTS asks for; see faults.h.
#include "faults.h"

#include <unistd.h>

#include <atomic>
#include <cctype>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

namespace sim {
namespace {

const char *const pointNames[] = {"init", "context", "alloc",       "copy",  "module", "launch", "sgemm",
                                  "sync", "capture", "instantiate", "graph", "blas",   "free",
                                  "nccl"};
const char *const effectNames[] = {"", "fail", "oom", "nodevice", "nan", "hang"};

bool possible(Point point, Effect effect) {
  switch (effect) {
    case Effect::oom: return point == Point::alloc || point == Point::context;
    case Effect::nodevice: return point == Point::init;
    case Effect::nan: return point == Point::launch || point == Point::sgemm || point == Point::graph;
    default: return true;
  }
}

struct Planned {
  Point point;
  u64 call;  // 0: each
  Effect effect;
};

// A whole number, with K, M or G where bytes are counted.
bool readNumber(const std::string &text, bool bytes, u64 *out) {
  if (text.empty() || !std::isdigit(static_cast<unsigned char>(text[0]))) return false;
  char *end = nullptr;
  *out = std::strtoull(text.c_str(), &end, 10);
  const std::string unit = end;
  if (!bytes || unit.empty()) return unit.empty();
  const std::size_t power = std::string("KMG").find(unit);
  if (power == std::string::npos || unit.size() != 1) return false;
  *out <<= 10 * (power + 1);
  return true;
}

struct Plan {
  Settings settings;
  std::vector<Planned> faults;
  std::atomic<u64> calls[static_cast<int>(Point::count)] = {};

  Plan() {
    const char *value = std::getenv("GORGAN_SIM_FAULTS");
    std::string rest = value ? value : "";
    while (!rest.empty()) {
      const std::size_t comma = rest.find(',');
      const std::string item = rest.substr(0, comma);
      rest = comma == std::string::npos ? "" : rest.substr(comma + 1);
      if (read(item)) continue;
      settings.valid = false;
      std::fprintf(stderr,
                   "simulated device: GORGAN_SIM_FAULTS: \"%s\" is neither POINT:N=EFFECT nor NAME=VALUE, see "
                   "cuda/sim/README.md\n",
                   item.c_str());
    }
  }

  bool read(const std::string &item) {
    const std::size_t equals = item.find('='), colon = item.find(':');
    if (equals == std::string::npos) return false;
    const std::string value = item.substr(equals + 1);
    if (colon == std::string::npos || colon > equals) return readSetting(item.substr(0, equals), value);
    Planned planned{Point::count, 0, Effect::none};
    const std::string count = item.substr(colon + 1, equals - colon - 1);
    for (int p = 0; p < static_cast<int>(Point::count); p++)
      if (item.substr(0, colon) == pointNames[p]) planned.point = static_cast<Point>(p);
    for (int e = 1; e <= static_cast<int>(Effect::hang); e++)
      if (value == effectNames[e]) planned.effect = static_cast<Effect>(e);
    if (count != "*" && (!readNumber(count, false, &planned.call) || !planned.call)) return false;
    if (planned.point == Point::count || planned.effect == Effect::none || !possible(planned.point, planned.effect))
      return false;
    faults.push_back(planned);
    return true;
  }

  bool readSetting(const std::string &name, const std::string &value) {
    if (name == "order") {
      const bool random = value.compare(0, 7, "random:") == 0;
      settings.order = random ? Order::random : value == "reverse" ? Order::reverse : Order::forward;
      return random ? readNumber(value.substr(7), false, &settings.seed) : value == "reverse" || value == "forward";
    }
    u64 n = 0;
    if (!readNumber(value, name == "memory", &n)) return false;
    if (name == "memory" && n)
      settings.memory = n;
    else if (name == "driver" && n < 1000000)
      settings.driver = static_cast<int>(n);
    else if (name == "nccl" && n < 1000000)
      settings.nccl = static_cast<int>(n);
    else if (name == "devices" && n <= 8)
      settings.devices = static_cast<int>(n);
    else if (name == "cc" && (n == 75 || n == 80 || n == 86 || n == 89 || n == 90 || n == 100 || n == 120))
      settings.capability = static_cast<int>(n);
    else if (name == "steps" && n)
      settings.steps = n;
    else
      return false;
    return true;
  }
};

Plan &plan() {
  static Plan *const p = new Plan;
  return *p;
}

}  // namespace

const Settings &settings() { return plan().settings; }

Effect strike(Point point) {
  Plan &p = plan();
  const u64 call = ++p.calls[static_cast<int>(point)];
  for (const Planned &planned : p.faults) {
    if (planned.point != point || (planned.call && planned.call != call)) continue;
    log("%s, call %llu: %s, as GORGAN_SIM_FAULTS says", pointNames[static_cast<int>(point)], Ull(call),
        effectNames[static_cast<int>(planned.effect)]);
    while (planned.effect == Effect::hang) pause();
    return planned.effect;
  }
  return Effect::none;
}

}  // namespace sim
