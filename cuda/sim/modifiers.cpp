// .ftz, .sat and directed rounding, around any instruction on floats.
#include <cfenv>
#include <cmath>

#include "instructions.h"
#include "lanes.h"

namespace sim {
namespace {

template <class T>
T flushed(T x) {
  return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(T(0), x) : x;
}

// NaN becomes 0.
template <class T>
T saturated(T x) {
  return x > T(0) ? (x < T(1) ? x : T(1)) : T(0);
}

// Runs the instruction itself on flushed copies of its arguments, then treats its
// result.
template <class T>
void modified(Warp &w, const Instruction &i, u32 active) {
  alignas(64) T kept[3][32];
  if (i.flush) {
    for (int s = 0; s < i.sources; s++) {
      T *a = w.lanes<T>(i.operand[1 + s]);
      for (int l = 0; l < 32; l++) kept[s][l] = a[l];
    }
    for (int s = 0; s < i.sources; s++) {
      T *a = w.lanes<T>(i.operand[1 + s]);
      for (int l = 0; l < 32; l++) a[l] = flushed(a[l]);
    }
  }
  static const int roundings[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD, FE_UPWARD};
  if (i.rounding) std::fesetround(roundings[i.rounding]);
  i.inner(w, i, active);
  if (i.rounding) std::fesetround(FE_TONEAREST);

  T *d = w.lanes<T>(i.operand[0]), result[32];
  for (int l = 0; l < 32; l++) {
    result[l] = i.flush ? flushed(d[l]) : d[l];
    if (i.saturate) result[l] = saturated(result[l]);
  }
  if (i.flush) {
    for (int s = 0; s < i.sources; s++) {
      T *a = w.lanes<T>(i.operand[1 + s]);
      for (int l = 0; l < 32; l++) a[l] = kept[s][l];
    }
  }
  eachLane(active, [&](int l) { d[l] = result[l]; });
}

}  // namespace

void applyModifiers(Instruction &out, Type type) {
  if (!out.flush && !out.saturate && !out.rounding) return;
  out.inner = out.run;
  out.run = type == Type::f32 ? modified<f32> : modified<f64>;
}

}  // namespace sim
