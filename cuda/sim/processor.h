// What the processor can do beyond what the library is built for.
#pragma once

// A function that is inlined whatever instructions its caller may use.
#define SIM_INLINE inline __attribute__((always_inline))

// A function that may use AVX2 and FMA, for callers that asked processorHasFMA first;
// processors other than x86-64 have no such choice.
#if defined(__x86_64__)
#define SIM_WITH_FMA __attribute__((target("avx2,fma")))
#else
#define SIM_WITH_FMA
#endif

namespace sim {

inline bool processorHasFMA() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("fma") && __builtin_cpu_supports("avx2");
#else
  return true;
#endif
}

}  // namespace sim
