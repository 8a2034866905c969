// and or xor not cnot shl shr bfind clz popc brev
#include <functional>

#include "instructions.h"
#include "lanes.h"

namespace sim {
namespace {

struct IsZero {
  template <class T>
  T operator()(T a) const {
    return T(a == 0);
  }
};

// A shift by the width or more leaves nothing, or the sign.
struct Left {
  template <class T>
  T operator()(T a, u32 n) const {
    return n < 8 * sizeof(T) ? T(a << n) : T(0);
  }
};
struct Right {
  template <class T>
  T operator()(T a, u32 n) const {
    return T(a >> (n < 8 * sizeof(T) ? n : 8 * sizeof(T) - 1) >> (n < 8 * sizeof(T) ? 0 : 1));
  }
};

struct CountOnes {
  template <class T>
  u32 operator()(T a) const {
    return static_cast<u32>(__builtin_popcountll(a));
  }
};
struct LeadingZeros {
  template <class T>
  u32 operator()(T a) const {
    return a ? static_cast<u32>(__builtin_clzll(a)) - (64 - 8 * sizeof(T)) : 8 * sizeof(T);
  }
};

// The place of the highest bit that differs from the sign, all ones if none does.
struct HighestBit {
  template <class T>
  u32 operator()(T a) const {
    const u64 bits = a < 0 ? ~static_cast<u64>(a) : static_cast<u64>(a);
    return bits ? 63 - static_cast<u32>(__builtin_clzll(bits)) : ~0u;
  }
};
struct ShiftToHighestBit {
  template <class T>
  u32 operator()(T a) const {
    const u32 bit = HighestBit()(a);
    return bit == ~0u ? bit : 8 * static_cast<u32>(sizeof(T)) - 1 - bit;
  }
};

struct Reverse {
  template <class T>
  T operator()(T a) const {
    T r = 0;
    for (u32 bit = 0; bit < 8 * sizeof(T); bit++) r = T(r << 1 | (a >> bit & 1));
    return r;
  }
};

template <class Op>
Execute binaryOf(Type type) {
  return byInteger(type, [](auto t) -> Execute {
    using T = Of<decltype(t)>;
    return binary<T, T, T, Op>;
  });
}
template <class Op>
Execute unaryOf(Type type) {
  return byInteger(type, [](auto t) -> Execute {
    using T = Of<decltype(t)>;
    return unary<T, T, Op>;
  });
}
template <class Op>
Execute shiftOf(Type type) {
  return byInteger(type, [](auto t) -> Execute {
    using T = Of<decltype(t)>;
    return binary<T, T, u32, Op>;
  });
}
template <class Op>
Execute countOf(Type type) {
  return byInteger(type, [](auto t) -> Execute { return unary<u32, Of<decltype(t)>, Op>; });
}

// On predicates: mode 0 and, 1 or, 2 xor, 3 not.
void logic(Warp &w, const Instruction &i, u32 active) {
  const u32 a = w.predicate(i, 1), b = i.mode < 3 ? w.predicate(i, 2) : 0;
  w.setPredicate(i.operand[0], i.mode == 0 ? a & b : i.mode == 1 ? a | b : i.mode == 2 ? a ^ b : ~a, active);
}

void assembleLogic(Assembler &a, u8 mode) {
  a.out.mode = mode;
  a.out.run = logic;
  a.predicateDestination(false);
  a.predicateSource();
  if (mode < 3) a.predicateSource();
}

}  // namespace

void assembleBits(Assembler &a) {
  const std::string &root = a.root();
  const char *const logical[] = {"and", "or", "xor", "not"};
  for (u8 mode = 0; mode < 4; mode++)
    if (root == logical[mode] && a.hasType(Type::pred)) return assembleLogic(a, mode);

  Type result = Type::none, type = Type::none;
  if (root == "shl" || root == "shr") {
    if (root == "shl") {
      type = a.type(bitTypes);
      a.out.run = shiftOf<Left>(type);
    } else {
      type =
          a.type({Type::b16, Type::b32, Type::b64, Type::u16, Type::u32, Type::u64, Type::s16, Type::s32, Type::s64});
      a.out.run = shiftOf<Right>(type);
    }
    a.destination(type);
    a.source(type);
    return a.source(Type::u32);
  }
  if (root == "popc" || root == "clz" || root == "brev") {
    type = a.type({Type::b32, Type::b64});
    result = root == "brev" ? type : Type::u32;
    a.out.run = root == "popc"  ? countOf<CountOnes>(type)
                : root == "clz" ? countOf<LeadingZeros>(type)
                                : unaryOf<Reverse>(type);
  } else if (root == "bfind") {
    const bool amount = a.has("shiftamt");
    type = a.type({Type::u32, Type::u64, Type::s32, Type::s64});
    result = Type::u32;
    a.out.run = amount ? countOf<ShiftToHighestBit>(type) : countOf<HighestBit>(type);
  } else {
    result = type = a.type(bitTypes);
    a.out.run = root == "and"   ? binaryOf<std::bit_and<>>(type)
                : root == "or"  ? binaryOf<std::bit_or<>>(type)
                : root == "xor" ? binaryOf<std::bit_xor<>>(type)
                : root == "not" ? unaryOf<std::bit_not<>>(type)
                                : unaryOf<IsZero>(type);
  }
  a.destination(result);
  a.source(type);
  if (root == "and" || root == "or" || root == "xor") a.source(type);
}

}  // namespace sim
