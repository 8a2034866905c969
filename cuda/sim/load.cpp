// ld st, of parameters, global and shared memory, and the sentences for bad addresses.
#include <cstring>

#include "addresses.h"
#include "instructions.h"

namespace sim {

void misaligned(int lane, u64 address, u64 bytes) {
  throw Fault{misalignedAddress, lane,
              text("%llu bytes at address 0x%llx, which is no multiple of %llu", Ull(bytes), Ull(address), Ull(bytes))};
}

void outside(int lane, u64 address, u64 bytes) {
  const Allocation *a = memory().find(address);
  throw Fault{illegalAddress, lane,
              text("%llu bytes at address 0x%llx, %s%s", Ull(bytes), Ull(address), memory().describe(address).c_str(),
                   a ? ", run past its end" : "")};
}

void outsideShared(int lane, u64 address, u64 bytes, const SharedMemory &shared) {
  throw Fault{illegalAddress, lane,
              text("%llu bytes at shared address %llu, but the block has %u bytes of shared memory", Ull(bytes),
                   Ull(address), shared.size())};
}

void unwritten(int lane, u64 address, u64 bytes) {
  throw Fault{launchFailed, lane,
              text("reads %llu bytes of global memory never written, at address 0x%llx, %s", Ull(bytes), Ull(address),
                   memory().describe(address).c_str())};
}

void unordered(const Warp &w, int lane, u64 address, Stamp other, Access access) {
  const Launch &launch = w.block->launch;
  const auto block = [&](u32 n) {
    return text("block (%u,%u,%u)", n % launch.grid[0], n / launch.grid[0] % launch.grid[1],
                n / launch.grid[0] / launch.grid[1]);
  };
  throw Fault{launchFailed, lane,
              launch.turn->conflict(other, access, w.waited >> lane & 1, block) +
                  text(" (at address 0x%llx, %s)", Ull(address), memory().describe(address).c_str())};
}

namespace {

// A load's result in a register at least as wide, by the sign of what was loaded.
template <class M, class R>
R widened(const void *from) {
  M value;
  std::memcpy(&value, from, sizeof value);
  return static_cast<R>(value);
}

template <class M, class R>
void loadParameter(Warp &w, const Instruction &i, u32 active) {
  const u8 *from = w.block->launch.parameters.data() + i.offset;
  for (int e = 0; e < i.elements; e++) {
    const R value = widened<M, R>(from + static_cast<std::size_t>(e) * sizeof(M));
    if (!(i.mode >> e & 1)) continue;
    R *d = w.lanes<R>(i.operand[e]);
    eachLane(active, [=](int l) { d[l] = value; });
  }
}

// Operands of loads: the N elements, then the address. Bit e of mode: element e is kept.
template <class M, class R, int N>
void loadGlobal(Warp &w, const Instruction &i, u32 active) {
  const Access access = i.constant ? Access::constant : Access::read;
  eachGlobal(w, i, N, active, sizeof(M) * N, access, [&](int lane, const u8 *data, const u8 *marks) {
    for (int e = 0; e < N; e++, data += sizeof(M), marks += sizeof(M)) {
      if (std::memcmp(marks, "\1\1\1\1\1\1\1\1", sizeof(M)))
        unwritten(lane, address<u64>(w, i, N, lane) + static_cast<u64>(e) * sizeof(M), sizeof(M));
      if (N == 1 || i.mode >> e & 1) w.lanes<R>(i.operand[e])[lane] = widened<M, R>(data);
    }
  });
}

template <class M, class R, int N>
void loadShared(Warp &w, const Instruction &i, u32 active) {
  eachShared(w, i, N, active, sizeof(M) * N, SharedMemory::read, [&](int lane, const u8 *data) {
    for (int e = 0; e < N; e++, data += sizeof(M))
      if (N == 1 || i.mode >> e & 1) w.lanes<R>(i.operand[e])[lane] = widened<M, R>(data);
  });
}

// Operands of stores: the address, then the N elements, of which the low part counts.
template <class M, int N>
struct Stored {
  M element[N];
};

template <class M, int N>
void gather(Warp &w, const Instruction &i, u32 active, Stored<M, N> *values) {
  for (int e = 0; e < N; e++) {
    const u8 *from = w.lanes<u8>(i.operand[1 + e]);
    const int step = i.wide[1 + e];
    eachLane(active, [=](int l) { std::memcpy(&values[l].element[e], from + l * step, sizeof(M)); });
  }
  requireOneValue(w, i, active, sizeof *values, [=](int l) { return &values[l]; });
}

template <class M, int N>
void storeGlobal(Warp &w, const Instruction &i, u32 active) {
  Stored<M, N> values[32];
  gather(w, i, active, values);
  eachGlobal(w, i, 0, active, sizeof(M) * N, Access::write, [&](int lane, u8 *data, u8 *marks) {
    std::memcpy(data, &values[lane], sizeof(M) * N);
    std::memset(marks, 1, sizeof(M) * N);
  });
  u64 &first = w.block->launch.firstFloat;
  if (i.mode && !first) first = address<u64>(w, i, 0, __builtin_ctz(active));
}

template <class M, int N>
void storeShared(Warp &w, const Instruction &i, u32 active) {
  Stored<M, N> values[32];
  gather(w, i, active, values);
  eachShared(w, i, 0, active, sizeof(M) * N, SharedMemory::write,
             [&](int lane, u8 *data) { std::memcpy(data, &values[lane], sizeof(M) * N); });
}

enum Space : u8 { parameter, global, shared };

template <class M, class R>
Execute loadInto(Space space, int n) {
  if constexpr (sizeof(R) < sizeof(M)) {
    return nullptr;
  } else {
    if (space == parameter) return loadParameter<M, R>;
    if (n == 1) return space == global ? loadGlobal<M, R, 1> : loadShared<M, R, 1>;
    if (n == 2) return space == global ? loadGlobal<M, R, 2> : loadShared<M, R, 2>;
    return space == global ? loadGlobal<M, R, 4> : loadShared<M, R, 4>;
  }
}

template <class M>
Execute loadOf(Space space, int n, int registerWidth) {
  switch (registerWidth) {
    case 1: return loadInto<M, u8>(space, n);
    case 2: return loadInto<M, u16>(space, n);
    case 4: return loadInto<M, u32>(space, n);
    default: return loadInto<M, u64>(space, n);
  }
}

Execute load(Type type, Space space, int n, int registerWidth) {
  const bool sign = isSigned(type);
  switch (width(type)) {
    case 1: return sign ? loadOf<s8>(space, n, registerWidth) : loadOf<u8>(space, n, registerWidth);
    case 2: return sign ? loadOf<s16>(space, n, registerWidth) : loadOf<u16>(space, n, registerWidth);
    case 4: return sign ? loadOf<s32>(space, n, registerWidth) : loadOf<u32>(space, n, registerWidth);
    default: return loadOf<u64>(space, n, registerWidth);
  }
}

template <class M>
Execute storeOf(Space space, int n) {
  if (n == 1) return space == global ? storeGlobal<M, 1> : storeShared<M, 1>;
  if (n == 2) return space == global ? storeGlobal<M, 2> : storeShared<M, 2>;
  return space == global ? storeGlobal<M, 4> : storeShared<M, 4>;
}

Execute store(Type type, Space space, int n) {
  switch (width(type)) {
    case 1: return storeOf<u8>(space, n);
    case 2: return storeOf<u16>(space, n);
    case 4: return storeOf<u32>(space, n);
    default: return storeOf<u64>(space, n);
  }
}

void parameterAddress(Assembler &a, int bytes) {
  const Operand &operand = a.take();
  if (operand.kind != Operand::address) a.reject("a parameter, [name], is wanted");
  for (const Parameter &p : a.kernel().parameters) {
    if (p.name != operand.text) continue;
    if (operand.offset < 0 || operand.offset + bytes > width(p.type))
      a.reject("%d bytes at %lld are not all in parameter %s, which has %d", bytes,
               static_cast<long long>(operand.offset), p.name.c_str(), width(p.type));
    if (operand.offset % bytes) a.reject("the parameter is not aligned for that type");
    a.out.offset = p.offset + operand.offset;
    return;
  }
  a.reject("there is no parameter %s", operand.text.c_str());
}

// Caching and ordering hints change nothing here: a warp's accesses are in order.
void takeHints(Assembler &a, bool loads) {
  if (a.oneOf({"relaxed", "acquire", "release"}) >= 0)
    a.need({"cta", "gpu", "sys"});
  else
    a.has("volatile");
  if (loads)
    a.oneOf({"ca", "cg", "cs", "lu", "cv"});
  else
    a.oneOf({"wb", "cg", "cs", "wt"});
}

}  // namespace

void assembleLoad(Assembler &a) {
  const bool loads = a.root() == "ld";
  takeHints(a, loads);
  a.out.constant = loads && a.has("nc");
  const int where = a.oneOf({"param", "global", "shared"});
  if (where < 0) a.reject("name the state space: generic addresses are not simulated");
  const Space space = static_cast<Space>(where);
  if (a.out.constant && space != global) a.reject(".nc is for global memory");
  if (space == parameter && !loads) a.reject("parameters cannot be stored to");
  a.out.elements = a.has("v2") ? 2 : a.has("v4") ? 4 : 1;
  const int n = a.out.elements;
  const Type type = a.type({Type::u8, Type::u16, Type::u32, Type::u64, Type::s8, Type::s16, Type::s32, Type::s64,
                            Type::b8, Type::b16, Type::b32, Type::b64, Type::f32, Type::f64});
  if (width(type) * n > 16) a.reject("more than 16 bytes at once");

  if (!loads) {
    a.address(space == shared);
    a.vectorOf(n, type, false, true);
    a.out.mode = type == Type::f32;
    a.out.run = store(type, space, n);
    return;
  }
  a.out.mode = 0;
  const Operand elements = a.peek();
  a.vectorOf(n, type, true, true);
  int registerWidth = 0;
  for (int e = 0; e < n; e++) {
    if (n > 1 && elements.parts[static_cast<std::size_t>(e)].kind == Operand::sink) continue;
    a.out.mode |= static_cast<u8>(1 << e);
    if (registerWidth && registerWidth != a.out.wide[e]) a.reject("registers of one width are wanted");
    registerWidth = a.out.wide[e];
  }
  if (space == parameter)
    parameterAddress(a, width(type) * n);
  else
    a.address(space == shared);
  a.out.run = load(type, space, n, registerWidth);
}

}  // namespace sim
