// The order in which things run that have none of their own; see sequence.h.
#include "sequence.h"

#include <algorithm>
#include <numeric>

#include "faults.h"

namespace sim {
namespace {

// Numbers that look random: splitmix64, by Sebastiano Vigna.
u64 random() {
  static u64 state = settings().seed;
  u64 z = state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

}  // namespace

std::vector<u32> sequence(u32 count) {
  std::vector<u32> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  if (settings().order == Order::reverse) std::reverse(numbers.begin(), numbers.end());
  if (settings().order == Order::random)
    for (u32 left = count; left > 1; left--) std::swap(numbers[left - 1], numbers[random() % left]);
  return numbers;
}

}  // namespace sim
