// Fused multiply-add over the lanes of a warp; see fma.h.
#include "fma.h"

#include "lanes.h"
#include "processor.h"

namespace sim {
namespace {

struct Fuse {
  f32 operator()(f32 a, f32 b, f32 c) const { return __builtin_fmaf(a, b, c); }
  f64 operator()(f64 a, f64 b, f64 c) const { return __builtin_fma(a, b, c); }
};

template <class T>
SIM_INLINE void fuse(Warp &w, const Instruction &i, u32 active) {
  T *d = w.lanes<T>(i.operand[0]);
  const T *a = w.lanes<T>(i.operand[1]), *b = w.lanes<T>(i.operand[2]), *c = w.lanes<T>(i.operand[3]);
  if (active == ~0u) {
    SIM_INDEPENDENT
    for (int l = 0; l < 32; l++) d[l] = Fuse()(a[l], b[l], c[l]);
  } else {
    for (; active; active &= active - 1) {
      const int l = __builtin_ctz(active);
      d[l] = Fuse()(a[l], b[l], c[l]);
    }
  }
}

SIM_WITH_FMA void fuse32(Warp &w, const Instruction &i, u32 active) { fuse<f32>(w, i, active); }
SIM_WITH_FMA void fuse64(Warp &w, const Instruction &i, u32 active) { fuse<f64>(w, i, active); }

}  // namespace

void fusedMultiplyAdd32(Warp &w, const Instruction &i, u32 active) {
  processorHasFMA() ? fuse32(w, i, active) : fuse<f32>(w, i, active);
}

void fusedMultiplyAdd64(Warp &w, const Instruction &i, u32 active) {
  processorHasFMA() ? fuse64(w, i, active) : fuse<f64>(w, i, active);
}

}  // namespace sim
