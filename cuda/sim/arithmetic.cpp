// add sub mul mad fma div rem abs neg min max
#include <cmath>
#include <functional>
#include <limits>

#include "fma.h"
#include "instructions.h"
#include "lanes.h"

namespace sim {
namespace {

// Integers wrap (the build says -fwrapv); floats are rounded to nearest even unless
// applyModifiers says otherwise.

struct MulAdd {
  template <class T>
  T operator()(T a, T b, T c) const {
    return T(a * b + c);
  }
};

struct Absolute {
  template <class T>
  T operator()(T a) const {
    return T(a < 0 ? -a : a);
  }
  f32 operator()(f32 a) const { return std::fabs(a); }
  f64 operator()(f64 a) const { return std::fabs(a); }
};

// A number in the type of the whole product of two such.
u32 twice(u16 x) { return x; }
s32 twice(s16 x) { return x; }
u64 twice(u32 x) { return x; }
s64 twice(s32 x) { return x; }
unsigned __int128 twice(u64 x) { return x; }
__int128 twice(s64 x) { return x; }

struct MulHigh {
  template <class T>
  T operator()(T a, T b) const {
    return T(twice(a) * twice(b) >> 8 * sizeof(T));
  }
};
struct MulHighAdd {
  template <class T>
  T operator()(T a, T b, T c) const {
    return T(MulHigh()(a, b) + c);
  }
};
struct MulWide {
  template <class T>
  auto operator()(T a, T b) const {
    return twice(a) * twice(b);
  }
};
struct MulWideAdd {
  template <class T, class W>
  W operator()(T a, T b, W c) const {
    return W(a) * W(b) + c;
  }
};

struct AddSaturated {
  s32 operator()(s32 a, s32 b) const {
    s32 r;
    return __builtin_add_overflow(a, b, &r) ? (a < 0 ? INT32_MIN : INT32_MAX) : r;
  }
};
struct SubSaturated {
  s32 operator()(s32 a, s32 b) const {
    s32 r;
    return __builtin_sub_overflow(a, b, &r) ? (a < 0 ? INT32_MIN : INT32_MAX) : r;
  }
};

// The number if only one is a NaN; -0 is below +0.
template <bool Least>
struct Choose {
  template <class T>
  T operator()(T a, T b) const {
    return (a < b) == Least ? a : b;
  }
  f32 operator()(f32 a, f32 b) const { return choose(a, b); }
  f64 operator()(f64 a, f64 b) const { return choose(a, b); }
  template <class T>
  static T choose(T a, T b) {
    if (a != a) return b != b ? std::numeric_limits<T>::quiet_NaN() : b;
    if (b != b) return a;
    if (a == b) return std::signbit(a) == Least ? a : b;
    return (a < b) == Least ? a : b;
  }
};

template <class T, bool Remainder>
void divide(Warp &w, const Instruction &i, u32 active) {
  T *d = w.lanes<T>(i.operand[0]);
  const T *a = w.lanes<T>(i.operand[1]), *b = w.lanes<T>(i.operand[2]);
  for (u32 left = active; left; left &= left - 1)
    if (!b[__builtin_ctz(left)])
      throw Fault{launchFailed, __builtin_ctz(left), "division by zero, whose result is not defined"};
  eachLane(active, [=](int l) {
    if (std::is_signed<T>::value && b[l] == T(-1))  // the least number by -1 traps
      d[l] = Remainder ? T(0) : T(-a[l]);
    else
      d[l] = Remainder ? T(a[l] % b[l]) : T(a[l] / b[l]);
  });
}

template <class Op>
Execute binaryOf(Type type) {
  return byNumber(type, [](auto t) -> Execute {
    using T = Of<decltype(t)>;
    return binary<T, T, T, Op>;
  });
}

template <class Op>
Execute unaryOf(Type type) {
  return byNumber(type, [](auto t) -> Execute {
    using T = Of<decltype(t)>;
    return unary<T, T, Op>;
  });
}

const std::initializer_list<Type> signedNumbers = {Type::s16, Type::s32, Type::s64, Type::f32, Type::f64};

void takeRounding(Assembler &a, bool required) {
  if (required)
    a.out.rounding = a.need({"rn", "rz", "rm", "rp"});
  else
    a.out.rounding = std::max(0, a.oneOf({"rn", "rz", "rm", "rp"}));
}

void floatModifiers(Assembler &a, Type type) {
  if (type == Type::f32) {
    a.out.flush = a.has("ftz");
    a.out.saturate = a.has("sat");
  }
}

void finish(Assembler &a, Type type, Execute run, int sources) {
  a.destination(type);
  for (int s = 0; s < sources; s++) a.source(type);
  a.out.run = run;
  a.out.sources = static_cast<u8>(sources);
  applyModifiers(a.out, type);
}

void assembleProduct(Assembler &a, bool adds) {
  const int part = a.oneOf({"lo", "hi", "wide"});
  const Type type = a.type(part < 0 ? floats : integers);
  if (part < 0) {
    takeRounding(a, adds);
    floatModifiers(a, type);
    const Execute fused = type == Type::f32 ? fusedMultiplyAdd32 : fusedMultiplyAdd64;
    return finish(a, type, adds ? fused : binaryOf<std::multiplies<>>(type), adds ? 3 : 2);
  }
  if (part < 2) {
    const Execute high = byInteger(type, [=](auto t) -> Execute {
      using T = Of<decltype(t)>;
      if (part == 1) return adds ? Execute(ternary<T, T, T, T, MulHighAdd>) : Execute(binary<T, T, T, MulHigh>);
      return adds ? Execute(ternary<T, T, T, T, MulAdd>) : Execute(binary<T, T, T, std::multiplies<>>);
    });
    return finish(a, type, high, adds ? 3 : 2);
  }
  const auto wide = [=](auto t) -> Execute {
    using T = Of<decltype(t)>;
    using W = decltype(twice(T()));
    return adds ? Execute(ternary<W, T, T, W, MulWideAdd>) : Execute(binary<W, T, T, MulWide>);
  };
  Type twice = Type::none;
  switch (type) {
    case Type::u16:
      twice = Type::u32;
      a.out.run = wide(Tag<u16>());
      break;
    case Type::s16:
      twice = Type::s32;
      a.out.run = wide(Tag<s16>());
      break;
    case Type::u32:
      twice = Type::u64;
      a.out.run = wide(Tag<u32>());
      break;
    case Type::s32:
      twice = Type::s64;
      a.out.run = wide(Tag<s32>());
      break;
    default: a.reject(".wide is for 16 and 32 bits");
  }
  a.destination(twice);
  a.source(type);
  a.source(type);
  if (adds) a.source(twice);
}

void assembleQuotient(Assembler &a) {
  const bool approximate = a.has("approx") || a.has("full");
  const int rounding = approximate ? 0 : a.oneOf({"rn", "rz", "rm", "rp"});
  const Type type = a.type(numbers);
  if (!isFloat(type)) {
    if (approximate || rounding >= 0) a.reject("integers are not rounded");
    return finish(a, type, byInteger(type, [](auto t) -> Execute { return divide<Of<decltype(t)>, false>; }), 2);
  }
  if (rounding < 0) a.reject("div needs .approx, .full or a rounding");
  if (approximate && type == Type::f64) a.reject("div.f64 is not approximate");
  a.out.rounding = rounding;
  if (type == Type::f32) a.out.flush = a.has("ftz");
  finish(a, type, binaryOf<std::divides<>>(type), 2);
}

}  // namespace

void assembleArithmetic(Assembler &a) {
  const std::string &root = a.root();
  if (root == "mul") return assembleProduct(a, false);
  if (root == "mad" || root == "fma") {
    if (root == "mad" || a.oneOf({"lo", "hi", "wide"}) < 0) return assembleProduct(a, true);
    a.reject("fma is for floats; mad is for integers");
  }
  if (root == "div") return assembleQuotient(a);
  if (root == "rem") {
    const Type type = a.type(integers);
    return finish(a, type, byInteger(type, [](auto t) -> Execute { return divide<Of<decltype(t)>, true>; }), 2);
  }
  if (root == "abs" || root == "neg") {
    const Type type = a.type(signedNumbers);
    if (type == Type::f32) a.out.flush = a.has("ftz");
    return finish(a, type, root == "abs" ? unaryOf<Absolute>(type) : unaryOf<std::negate<>>(type), 1);
  }
  if (root == "min" || root == "max") {
    const Type type = a.type(numbers);
    if (type == Type::f32) a.out.flush = a.has("ftz");
    return finish(a, type, root == "min" ? binaryOf<Choose<true>>(type) : binaryOf<Choose<false>>(type), 2);
  }
  const bool adds = root == "add";
  const Type type = a.type(numbers);
  if (isFloat(type)) {
    takeRounding(a, false);
    floatModifiers(a, type);
  } else if (type == Type::s32 && a.has("sat")) {
    return finish(
        a, type, adds ? Execute(binary<s32, s32, s32, AddSaturated>) : Execute(binary<s32, s32, s32, SubSaturated>), 2);
  }
  finish(a, type, adds ? binaryOf<std::plus<>>(type) : binaryOf<std::minus<>>(type), 2);
}

}  // namespace sim
