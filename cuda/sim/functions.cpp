// rcp sqrt rsqrt ex2 lg2 sin cos tanh copysign testp
//
// The approximate ones of a card err by a few units in the last place, by rules of its
// own; here they are computed in float64 and rounded.
#include <cmath>

#include "instructions.h"
#include "lanes.h"

namespace sim {
namespace {

struct Reciprocal {
  template <class T>
  T operator()(T a) const {
    return T(1) / a;
  }
};
struct SquareRoot {
  template <class T>
  T operator()(T a) const {
    return std::sqrt(a);
  }
};
struct InverseRoot {
  template <class T>
  T operator()(T a) const {
    return a == 0 ? std::copysign(T(INFINITY), a) : T(1 / std::sqrt(f64(a)));
  }
};
struct PowerOfTwo {
  f32 operator()(f32 a) const { return static_cast<f32>(std::exp2(f64(a))); }
};
struct Logarithm {
  f32 operator()(f32 a) const { return static_cast<f32>(std::log2(f64(a))); }
};
struct Sine {
  f32 operator()(f32 a) const { return static_cast<f32>(std::sin(f64(a))); }
};
struct Cosine {
  f32 operator()(f32 a) const { return static_cast<f32>(std::cos(f64(a))); }
};
struct HyperbolicTangent {
  f32 operator()(f32 a) const { return static_cast<f32>(std::tanh(f64(a))); }
};
// The value of b with the sign of a.
struct CopySign {
  template <class T>
  T operator()(T a, T b) const {
    return std::copysign(b, a);
  }
};

template <class Op>
Execute unaryOf(Type type) {
  return byFloat(type, [](auto t) -> Execute {
    using T = Of<decltype(t)>;
    return unary<T, T, Op>;
  });
}

enum Property : u8 { finite, infinite, number, notANumber, normal, subnormal };

template <class T>
void test(Warp &w, const Instruction &i, u32 active) {
  const T *a = w.lanes<T>(i.operand[1]);
  u32 holds = 0;
  for (int l = 0; l < 32; l++) {
    const int kind = std::fpclassify(a[l]);
    bool is = false;
    switch (i.mode) {
      case finite: is = kind != FP_NAN && kind != FP_INFINITE; break;
      case infinite: is = kind == FP_INFINITE; break;
      case number: is = kind != FP_NAN; break;
      case notANumber: is = kind == FP_NAN; break;
      case normal: is = kind == FP_NORMAL || kind == FP_ZERO; break;
      case subnormal: is = kind == FP_SUBNORMAL; break;
    }
    holds |= u32(is) << l;
  }
  w.setPredicate(i.operand[0], holds, active);
}

Execute approximate(const std::string &root) {
  if (root == "ex2") return unary<f32, f32, PowerOfTwo>;
  if (root == "lg2") return unary<f32, f32, Logarithm>;
  if (root == "sin") return unary<f32, f32, Sine>;
  if (root == "cos") return unary<f32, f32, Cosine>;
  return unary<f32, f32, HyperbolicTangent>;
}

}  // namespace

void assembleFunction(Assembler &a) {
  const std::string &root = a.root();
  if (root == "testp") {
    a.out.mode = static_cast<u8>(a.need({"finite", "infinite", "number", "notanumber", "normal", "subnormal"}));
    const Type type = a.type(floats);
    a.out.run = byFloat(type, [](auto t) -> Execute { return test<Of<decltype(t)>>; });
    a.predicateDestination(false);
    return a.source(type);
  }
  Type type = Type::f32;
  a.out.sources = 1;
  if (root == "copysign") {
    type = a.type(floats);
    a.out.run = byFloat(type, [](auto t) -> Execute {
      using T = Of<decltype(t)>;
      return binary<T, T, T, CopySign>;
    });
    a.out.sources = 2;
  } else if (root == "rcp" || root == "sqrt") {
    const bool approx = a.has("approx");
    if (!approx) a.out.rounding = a.need({"rn", "rz", "rm", "rp"});
    type = a.type(floats);
    if (approx && type == Type::f64) a.reject("%s.approx is not there for .f64", root.c_str());
    if (type == Type::f32) a.out.flush = a.has("ftz");
    a.out.run = root == "rcp" ? unaryOf<Reciprocal>(type) : unaryOf<SquareRoot>(type);
  } else {
    a.need({"approx"});
    if (root == "rsqrt") {
      type = a.type(floats);
      a.out.run = unaryOf<InverseRoot>(type);
    } else {
      type = a.type({Type::f32});
      a.out.run = approximate(root);
    }
    if (root == "tanh" && a.version() < 70) a.reject("tanh needs .version 7.0");
    if (root != "tanh" && type == Type::f32) a.out.flush = a.has("ftz");
  }
  a.destination(type);
  for (int s = 0; s < a.out.sources; s++) a.source(type);
  applyModifiers(a.out, type);
}

}  // namespace sim
