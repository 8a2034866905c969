// Loops over the lanes of a warp: how instructions that treat each lane alone run.
#pragma once
#include <initializer_list>

#include "warp.h"

// Before a loop whose turns do not depend on each other.
#if defined(__clang__)
#define SIM_INDEPENDENT
#else
#define SIM_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace sim {

// Calls f with each active lane, in order; no call may depend on another's result.
template <class F>
inline void eachLane(u32 active, F f) {
  if (active == ~0u) {
    SIM_INDEPENDENT
    for (int l = 0; l < 32; l++) f(l);
  } else {
    for (; active; active &= active - 1) f(__builtin_ctz(active));
  }
}

// d = Op(a), d = Op(a, b) and d = Op(a, b, c), lane by lane.
template <class D, class A, class Op>
void unary(Warp &w, const Instruction &i, u32 active) {
  D *d = w.lanes<D>(i.operand[0]);
  const A *a = w.lanes<A>(i.operand[1]);
  eachLane(active, [=](int l) { d[l] = Op()(a[l]); });
}

template <class D, class A, class B, class Op>
void binary(Warp &w, const Instruction &i, u32 active) {
  D *d = w.lanes<D>(i.operand[0]);
  const A *a = w.lanes<A>(i.operand[1]);
  const B *b = w.lanes<B>(i.operand[2]);
  eachLane(active, [=](int l) { d[l] = Op()(a[l], b[l]); });
}

template <class D, class A, class B, class C, class Op>
void ternary(Warp &w, const Instruction &i, u32 active) {
  D *d = w.lanes<D>(i.operand[0]);
  const A *a = w.lanes<A>(i.operand[1]);
  const B *b = w.lanes<B>(i.operand[2]);
  const C *c = w.lanes<C>(i.operand[3]);
  eachLane(active, [=](int l) { d[l] = Op()(a[l], b[l], c[l]); });
}

// A type as a value, to choose a template by a type of PTX.
template <class T>
struct Tag {
  using type = T;
};
template <class Tagged>
using Of = typename Tagged::type;

// Calls make with the tag of the type; .b types count as unsigned.
template <class Make>
Execute byInteger(Type type, Make make) {
  switch (type) {
    case Type::u16:
    case Type::b16: return make(Tag<u16>());
    case Type::u32:
    case Type::b32: return make(Tag<u32>());
    case Type::u64:
    case Type::b64: return make(Tag<u64>());
    case Type::s16: return make(Tag<s16>());
    case Type::s32: return make(Tag<s32>());
    case Type::s64: return make(Tag<s64>());
    default: return nullptr;
  }
}

template <class Make>
Execute byFloat(Type type, Make make) {
  return type == Type::f32 ? make(Tag<f32>()) : make(Tag<f64>());
}

template <class Make>
Execute byNumber(Type type, Make make) {
  return isFloat(type) ? byFloat(type, make) : byInteger(type, make);
}

const std::initializer_list<Type> integers = {Type::u16, Type::u32, Type::u64, Type::s16, Type::s32, Type::s64};
const std::initializer_list<Type> numbers = {Type::u16, Type::u32, Type::u64, Type::s16,
                                             Type::s32, Type::s64, Type::f32, Type::f64};
const std::initializer_list<Type> floats = {Type::f32, Type::f64};
const std::initializer_list<Type> bitTypes = {Type::b16, Type::b32, Type::b64};

}  // namespace sim
