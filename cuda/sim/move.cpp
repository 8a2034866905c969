// mov cvta
#include <cstring>

#include "instructions.h"
#include "lanes.h"

namespace sim {
namespace {

struct Same {
  template <class T>
  T operator()(T a) const {
    return a;
  }
};

void movePredicate(Warp &w, const Instruction &i, u32 active) {
  w.setPredicate(i.operand[0], w.predicate(i, 1), active);
}

// {lo, hi} to one register of twice the width, and back; mode says which parts count.
template <class Half, class Whole>
void pack(Warp &w, const Instruction &i, u32 active) {
  Whole *d = w.lanes<Whole>(i.operand[0]);
  const Half *low = w.lanes<Half>(i.operand[1]), *high = w.lanes<Half>(i.operand[2]);
  eachLane(active, [=](int l) { d[l] = Whole(Whole(high[l]) << 8 * sizeof(Half) | low[l]); });
}

template <class Half, class Whole>
void unpack(Warp &w, const Instruction &i, u32 active) {
  const Whole *a = w.lanes<Whole>(i.operand[2]);
  Half *low = w.lanes<Half>(i.operand[0]), *high = w.lanes<Half>(i.operand[1]);
  eachLane(active, [=](int l) {
    const Whole whole = a[l];
    if (i.mode & 1) low[l] = Half(whole);
    if (i.mode & 2) high[l] = Half(whole >> 8 * sizeof(Half));
  });
}

void assemblePacked(Assembler &a, Type type, bool packs) {
  if (!isBits(type) || width(type) < 4) a.reject("braces need mov.b32 or mov.b64");
  const Type half = type == Type::b64 ? Type::b32 : Type::b16;
  if (packs) {
    a.destination(type);
    a.vectorOf(2, half, false, false);
    a.out.run = type == Type::b64 ? pack<u32, u64> : pack<u16, u32>;
    return;
  }
  const std::vector<Operand> parts = a.peek().parts;
  for (u32 p = 0; p < parts.size() && p < 2; p++)
    if (parts[p].kind != Operand::sink) a.out.mode |= static_cast<u8>(1 << p);
  a.vectorOf(2, half, true, false);
  a.source(type);
  a.out.run = type == Type::b64 ? unpack<u32, u64> : unpack<u16, u32>;
}

}  // namespace

void assembleMove(Assembler &a) {
  if (a.root() == "cvta") {
    // Global addresses are generic addresses: only shared memory lies elsewhere.
    const bool to = a.has("to");
    if (!a.has("global")) a.reject("only global memory has generic addresses on the simulated device");
    const Type type = a.type({Type::u64});
    a.destination(type);
    a.source(type);
    (void)to;
    a.out.run = unary<u64, u64, Same>;
    return;
  }
  if (a.hasType(Type::pred)) {
    a.predicateDestination(false);
    a.predicateSource();
    a.out.run = movePredicate;
    return;
  }
  const Type type = a.type({Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64, Type::s16, Type::s32,
                            Type::s64, Type::f32, Type::f64});
  if (a.peek().kind == Operand::vector) return assemblePacked(a, type, false);
  if (a.left() == 2 && a.peek(1).kind == Operand::vector) return assemblePacked(a, type, true);
  a.destination(type);
  if (const int *array = a.sharedArray(a.peek())) {
    if (isFloat(type) || width(type) < 4) a.reject("an address needs 32 or 64 bits");
    a.take();
    a.addSource(a.constant(type, static_cast<u64>(*array)));
  } else {
    a.source(type, false, true);
  }
  // Of a special register in half a word, the low half.
  a.out.run = width(type) == 8     ? unary<u64, u64, Same>
              : width(type) == 4   ? unary<u32, u32, Same>
              : a.out.wide[1] == 4 ? unary<u16, u32, Same>
                                   : unary<u16, u16, Same>;
}

}  // namespace sim
