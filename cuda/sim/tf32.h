// TF32: float32 of which the low 13 bits of the mantissa do not count.
#pragma once
#include <cstring>

#include "errors.h"

namespace sim {

inline f32 cutToTF32(f32 x) {
  u32 bits;
  std::memcpy(&bits, &x, 4);
  bits &= ~0x1fffu;
  std::memcpy(&x, &bits, 4);
  return x;
}

// To nearest, ties away from zero. A NaN becomes one with all bits of TF32 set.
inline f32 roundToTF32(f32 x) {
  u32 bits = 0x7fffffffu;
  if (x == x) std::memcpy(&bits, &x, 4);
  if ((bits & 0x7f800000u) != 0x7f800000u) bits += 0x1000;
  std::memcpy(&x, &bits, 4);
  return cutToTF32(x);
}

}  // namespace sim
