// atom red, of global and shared memory. Lanes act in their order.
#include <cstring>

#include "addresses.h"
#include "instructions.h"

namespace sim {
namespace {

enum Operation : u8 { add, least, most, exchange, compareAndSwap, bitAnd, bitOr, bitXor, increment, decrement };

template <class T>
T operate(int operation, T old, T b, T c) {
  switch (operation) {
    case add: return T(old + b);
    case least: return old < b ? old : b;
    case most: return old > b ? old : b;
    case exchange: return b;
    case compareAndSwap: return old == b ? c : old;
    case increment: return old >= b ? T(0) : T(old + 1);
    case decrement: return old == 0 || old > b ? b : T(old - 1);
  }
  if constexpr (std::is_integral<T>::value) {
    switch (operation) {
      case bitAnd: return old & b;
      case bitOr: return old | b;
      case bitXor: return old ^ b;
    }
  }
  return old;
}

// Operands: d, which hasSecond says is wanted, the address, b and c.
template <class T, bool Shared>
void apply(Warp &w, const Instruction &i, u32 active) {
  const auto one = [&](int lane, u8 *data) {
    T old;
    std::memcpy(&old, data, sizeof old);
    const T b = w.lanes<T>(i.operand[2])[lane], c = i.mode == compareAndSwap ? w.lanes<T>(i.operand[3])[lane] : T();
    const T now = operate(i.mode, old, b, c);
    std::memcpy(data, &now, sizeof now);
    if (i.hasSecond) w.lanes<T>(i.operand[0])[lane] = old;
  };
  if constexpr (Shared) {
    eachShared(w, i, 1, active, sizeof(T), SharedMemory::atomic, one);
  } else {
    eachGlobal(w, i, 1, active, sizeof(T), Access::atomic, [&](int lane, u8 *data, const u8 *marks) {
      if (std::memcmp(marks, "\1\1\1\1\1\1\1\1", sizeof(T))) unwritten(lane, address<u64>(w, i, 1, lane), sizeof(T));
      one(lane, data);
    });
  }
}

}  // namespace

void assembleAtomic(Assembler &a) {
  const bool returns = a.root() == "atom";
  a.oneOf({"relaxed", "acquire", "release", "acq_rel"});
  a.oneOf({"cta", "gpu", "sys"});
  const bool shared = a.has("shared");
  if (!shared && !a.has("global")) a.reject("name the state space: generic addresses are not simulated");
  const int operation = a.need({"add", "min", "max", "exch", "cas", "and", "or", "xor", "inc", "dec"});
  Type type = Type::none;
  switch (operation) {
    case add: type = a.type({Type::u32, Type::s32, Type::u64, Type::f32, Type::f64}); break;
    case least:
    case most: type = a.type({Type::u32, Type::s32, Type::u64, Type::s64}); break;
    case increment:
    case decrement: type = a.type({Type::u32}); break;
    default: type = a.type({Type::b32, Type::b64});
  }
  if (!returns && (operation == exchange || operation == compareAndSwap)) a.reject("red has no such operation");
  a.out.mode = static_cast<u8>(operation);
  a.out.run = byNumber(type, [=](auto t) -> Execute {
    using T = Of<decltype(t)>;
    return shared ? apply<T, true> : apply<T, false>;
  });
  if (returns && a.peek().kind != Operand::sink) {
    a.out.hasSecond = true;
    a.destination(type);
  } else {
    if (returns) a.take();
    a.skipPlace();
  }
  a.address(shared);
  a.source(type);
  if (operation == compareAndSwap) a.source(type);
}

}  // namespace sim
