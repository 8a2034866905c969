// cvt
#include <cmath>
#include <cstring>
#include <limits>

#include "instructions.h"
#include "lanes.h"
#include "tf32.h"

namespace sim {
namespace {

enum Rounding : u8 { toNearest, toZero, down, up, none };

template <class T>
T flushed(T x) {
  return std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(T(0), x) : x;
}

f64 integral(f64 x, int rounding) {
  switch (rounding) {
    case toNearest: return std::nearbyint(x);
    case toZero: return std::trunc(x);
    case down: return std::floor(x);
    case up: return std::ceil(x);
  }
  return x;
}

// The nearest integer of the type; a NaN becomes 0.
template <class D>
D clamped(f64 x) {
  using Limits = std::numeric_limits<D>;
  if (x != x) return 0;
  if (x <= static_cast<f64>(Limits::min())) return Limits::min();
  return x >= std::ldexp(1.0, Limits::digits) ? Limits::max() : static_cast<D>(x);
}

template <class D, class A>
D clampedInteger(A x) {
  using Limits = std::numeric_limits<D>;
  const __int128 wide = x;
  return wide < Limits::min() ? Limits::min() : wide > Limits::max() ? Limits::max() : static_cast<D>(x);
}

// The float next to a value in a direction: the nearest, moved on if it is on the wrong
// side. A long double holds both exactly.
template <class D, class A>
D directed(A x, int rounding) {
  const D nearest = static_cast<D>(x), infinity = std::numeric_limits<D>::infinity();
  const long double exact = x, got = nearest;
  switch (rounding) {
    case toZero: return std::fabs(got) > std::fabs(exact) ? std::nextafter(nearest, D(0)) : nearest;
    case down: return got > exact ? std::nextafter(nearest, -infinity) : nearest;
    case up: return got < exact ? std::nextafter(nearest, infinity) : nearest;
  }
  return nearest;
}

// All 32 lanes.
template <class D, class A>
void convertAll(const Instruction &i, const A *in, D *out) {
  constexpr bool fromFloat = std::is_floating_point<A>::value, toFloat = std::is_floating_point<D>::value;
  const int rounding = i.rounding;
  if constexpr (fromFloat && !toFloat) {
    for (int l = 0; l < 32; l++) out[l] = clamped<D>(integral(static_cast<f64>(in[l]), rounding));
  } else if constexpr (fromFloat && std::is_same<A, D>::value) {
    for (int l = 0; l < 32; l++) out[l] = static_cast<D>(integral(in[l], rounding));
  } else if constexpr (!fromFloat && !toFloat) {
    if (i.saturate) {
      for (int l = 0; l < 32; l++) out[l] = clampedInteger<D, A>(in[l]);
    } else {
      for (int l = 0; l < 32; l++) out[l] = static_cast<D>(in[l]);
    }
  } else {
    if (rounding == toNearest || rounding == none) {
      for (int l = 0; l < 32; l++) out[l] = static_cast<D>(in[l]);
    } else {
      for (int l = 0; l < 32; l++) out[l] = directed<D, A>(in[l], rounding);
    }
  }
  if constexpr (toFloat) {
    if (i.saturate)
      for (int l = 0; l < 32; l++) out[l] = out[l] > D(0) ? (out[l] < D(1) ? out[l] : D(1)) : D(0);
  }
}

// Stores lanes in a register at least as wide as their type, by their sign.
template <class D, class R>
void store(Warp &w, const Instruction &i, u32 active, const D *out) {
  R *d = w.lanes<R>(i.operand[0]);
  eachLane(active, [=](int l) { d[l] = static_cast<R>(out[l]); });
}

template <class D, class A>
void convert(Warp &w, const Instruction &i, u32 active) {
  A in[32];
  D out[32];
  const u8 *from = w.lanes<u8>(i.operand[1]);
  if (i.wide[1] == sizeof(A)) {
    std::memcpy(in, from, sizeof in);
  } else {  // the low part of a wider register
    for (int l = 0; l < 32; l++) std::memcpy(&in[l], from + l * i.wide[1], sizeof(A));
  }
  if constexpr (std::is_floating_point<A>::value) {
    if (i.flush)
      for (A &x : in) x = flushed(x);
  }
  convertAll<D, A>(i, in, out);
  if constexpr (std::is_floating_point<D>::value) {
    if (i.flush)
      for (D &x : out) x = flushed(x);
    store<D, D>(w, i, active, out);
  } else {
    // Through the 64 bits of its sign; narrower registers take the low part.
    switch (i.wide[0]) {
      case 1: return store<D, u8>(w, i, active, out);
      case 2: return store<D, u16>(w, i, active, out);
      case 4: return store<D, u32>(w, i, active, out);
      default: return store<D, u64>(w, i, active, out);
    }
  }
}

void convertToTF32(Warp &w, const Instruction &i, u32 active) {
  f32 *d = w.lanes<f32>(i.operand[0]);
  const f32 *a = w.lanes<f32>(i.operand[1]);
  eachLane(active, [=](int l) { d[l] = roundToTF32(a[l]); });
}

template <class Make>
Execute byAny(Type type, Make make) {
  switch (type) {
    case Type::u8: return make(Tag<u8>());
    case Type::s8: return make(Tag<s8>());
    default: return byNumber(type, make);
  }
}

const std::initializer_list<Type> convertible = {Type::u8,  Type::u16, Type::u32, Type::u64, Type::s8,
                                                 Type::s16, Type::s32, Type::s64, Type::f32, Type::f64};

}  // namespace

void assembleConvert(Assembler &a) {
  if (a.hasType(Type::tf32)) {
    a.need({"rna"});
    a.type({Type::f32});
    a.requireTarget(80, "cvt to .tf32");
    a.out.run = convertToTF32;
    a.destination(Type::tf32);
    return a.source(Type::f32, false, false);
  }
  const int toInteger = a.oneOf({"rni", "rzi", "rmi", "rpi"});
  const int toFloat = a.oneOf({"rn", "rz", "rm", "rp"});
  a.out.flush = a.has("ftz");
  a.out.saturate = a.has("sat");
  const Type to = a.type(convertible), from = a.type(convertible);

  const bool integral = isFloat(from) && !isFloat(to);
  const bool rounds = isFloat(to) && (!isFloat(from) || width(to) < width(from));
  if ((integral && toInteger < 0) || (rounds && toFloat < 0)) a.reject("cvt needs a rounding here");
  if ((toFloat >= 0 && !rounds) || (toInteger >= 0 && !(integral || (from == to && isFloat(to)))))
    a.reject("cvt takes no such rounding here");
  if (a.out.flush && from != Type::f32 && to != Type::f32) a.reject(".ftz is for .f32");
  a.out.rounding = toInteger >= 0 ? toInteger : toFloat >= 0 ? toFloat : none;

  a.out.run = byAny(to, [=](auto d) -> Execute {
    return byAny(from, [=](auto s) -> Execute { return convert<Of<decltype(d)>, Of<decltype(s)>>; });
  });
  a.destination(to, true);
  a.source(from, true, true);
}

}  // namespace sim
