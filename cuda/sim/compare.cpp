// setp set selp
#include <cmath>

#include "instructions.h"
#include "lanes.h"

namespace sim {
namespace {

// Comparisons of floats are false if an operand is a NaN; those with a u are true.
enum Comparison : u8 { eq, ne, lt, le, gt, ge, equ, neu, ltu, leu, gtu, geu, num, nan };
enum Combination : u8 { alone, with_and, with_or, with_xor };

template <class T, Comparison C>
bool compare(T a, T b) {
  const bool ordered = a == a && b == b;
  switch (C) {
    case eq: return a == b;
    case ne: return ordered && a != b;
    case lt: return a < b;
    case le: return a <= b;
    case gt: return a > b;
    case ge: return a >= b;
    case equ: return !ordered || a == b;
    case neu: return a != b;
    case ltu: return !(a >= b);
    case leu: return !(a > b);
    case gtu: return !(a <= b);
    case geu: return !(a < b);
    case num: return ordered;
    case nan: return !ordered;
  }
}

template <class T>
T plain(T x, bool) {
  return x;
}
f32 plain(f32 x, bool flush) { return flush && std::fpclassify(x) == FP_SUBNORMAL ? std::copysign(0.f, x) : x; }

template <class T, Comparison C>
u32 compareLanes(Warp &w, const Instruction &i, int first) {
  const T *a = w.lanes<T>(i.operand[first]), *b = w.lanes<T>(i.operand[first + 1]);
  u8 holds[32];
  if (i.flush) {
    for (int l = 0; l < 32; l++) holds[l] = compare<T, C>(plain(a[l], true), plain(b[l], true));
  } else {
    for (int l = 0; l < 32; l++) holds[l] = compare<T, C>(a[l], b[l]);
  }
  u32 bits = 0;
  for (int l = 0; l < 32; l++) bits |= u32(holds[l]) << l;
  return bits;
}

u32 combined(Warp &w, const Instruction &i, u32 holds, int other) {
  if (i.mode == alone) return holds;
  const u32 c = w.predicate(i, other);
  return i.mode == with_and ? holds & c : i.mode == with_or ? holds | c : holds ^ c;
}

// Operands: p, q, a, b and the predicate to combine with.
template <class T, Comparison C>
void setPredicates(Warp &w, const Instruction &i, u32 active) {
  const u32 holds = compareLanes<T, C>(w, i, 2);
  const u32 p = combined(w, i, holds, 4), q = combined(w, i, ~holds, 4);
  w.setPredicate(i.operand[0], p, active);
  if (i.hasSecond) w.setPredicate(i.operand[1], q, active);
}

// Operands: d, a, b and the predicate to combine with; d is 1.0, or all ones.
template <class T, Comparison C>
void setRegister(Warp &w, const Instruction &i, u32 active) {
  const u32 holds = combined(w, i, compareLanes<T, C>(w, i, 1), 3), yes = i.uniform ? 0x3f800000 : ~0u;
  u32 *d = w.lanes<u32>(i.operand[0]);
  eachLane(active, [=](int l) { d[l] = holds >> l & 1 ? yes : 0; });
}

template <class T>
void select(Warp &w, const Instruction &i, u32 active) {
  T *d = w.lanes<T>(i.operand[0]);
  const T *a = w.lanes<T>(i.operand[1]), *b = w.lanes<T>(i.operand[2]);
  const u32 p = w.predicate(i, 3);
  eachLane(active, [=](int l) { d[l] = p >> l & 1 ? a[l] : b[l]; });
}

template <class T, Comparison C>
Execute chosen(bool toRegister) {
  return toRegister ? Execute(setRegister<T, C>) : Execute(setPredicates<T, C>);
}

template <class T>
Execute comparing(int comparison, bool toRegister) {
  switch (comparison) {
    case eq: return chosen<T, eq>(toRegister);
    case ne: return chosen<T, std::is_floating_point<T>::value ? ne : neu>(toRegister);
    case lt: return chosen<T, lt>(toRegister);
    case le: return chosen<T, le>(toRegister);
    case gt: return chosen<T, gt>(toRegister);
    case ge: return chosen<T, ge>(toRegister);
  }
  if constexpr (std::is_floating_point<T>::value) {
    switch (comparison) {
      case equ: return chosen<T, equ>(toRegister);
      case neu: return chosen<T, neu>(toRegister);
      case ltu: return chosen<T, ltu>(toRegister);
      case leu: return chosen<T, leu>(toRegister);
      case gtu: return chosen<T, gtu>(toRegister);
      case geu: return chosen<T, geu>(toRegister);
      case num: return chosen<T, num>(toRegister);
      case nan: return chosen<T, nan>(toRegister);
    }
  }
  return nullptr;
}

void assembleSelect(Assembler &a) {
  const Type type = a.type({Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64, Type::s16, Type::s32,
                            Type::s64, Type::f32, Type::f64});
  a.out.run = byNumber(type, [](auto t) -> Execute { return select<Of<decltype(t)>>; });
  a.destination(type);
  a.source(type);
  a.source(type);
  a.predicateSource();
}

}  // namespace

void assembleCompare(Assembler &a) {
  if (a.root() == "selp") return assembleSelect(a);
  const bool toRegister = a.root() == "set";
  const int order = a.oneOf({"lo", "ls", "hi", "hs"});  // of unsigned numbers only
  const int comparisons[] = {lt, le, gt, ge};
  const int comparison =
      order >= 0 ? comparisons[order]
                 : a.need({"eq", "ne", "lt", "le", "gt", "ge", "equ", "neu", "ltu", "leu", "gtu", "geu", "num", "nan"});
  a.out.mode = static_cast<u8>(1 + a.oneOf({"and", "or", "xor"}));
  a.out.flush = a.has("ftz");
  Type result = Type::pred;
  if (toRegister) result = a.type({Type::u32, Type::s32, Type::f32});
  a.out.uniform = result == Type::f32;
  const Type type = a.type({Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64, Type::s16, Type::s32,
                            Type::s64, Type::f32, Type::f64});

  const bool isUnsigned = isInteger(type) && !isSigned(type);
  if ((isBits(type) && (order >= 0 || comparison > ne)) || (order >= 0 && !isUnsigned) ||
      (comparison > ge && !isFloat(type)))
    a.reject("there is no such comparison of .%s", typeName(type));
  if (a.out.flush && type != Type::f32) a.reject(".ftz is for .f32");
  a.out.run = byNumber(type, [=](auto t) -> Execute { return comparing<Of<decltype(t)>>(comparison, toRegister); });
  if (toRegister)
    a.destination(result);
  else
    a.predicateDestination(true);
  a.source(type);
  a.source(type);
  if (a.out.mode != alone)
    a.predicateSource();
  else if (a.left())
    a.reject("%s with a predicate needs .and, .or or .xor", a.root().c_str());
}

}  // namespace sim
