// Walks over the addresses of a load, store or atomic operation, each checked.
#pragma once
#include <cstring>

#include "lanes.h"

namespace sim {

template <class T>
T address(Warp &w, const Instruction &i, int operand, int lane) {
  const u32 at = i.operand[operand];
  const u64 base = i.wide[operand] == 8 ? w.lanes<u64>(at)[lane] : w.lanes<u32>(at)[lane];
  return static_cast<T>(base + static_cast<u64>(i.offset));
}

[[noreturn]] void misaligned(int lane, u64 address, u64 bytes);
[[noreturn]] void outside(int lane, u64 address, u64 bytes);
[[noreturn]] void outsideShared(int lane, u64 address, u64 bytes, const SharedMemory &shared);
[[noreturn]] void unwritten(int lane, u64 address, u64 bytes);
[[noreturn]] void unordered(const Warp &w, int lane, u64 address, Stamp other, Access access);

// Of a store: no two lanes may store different values at one address, as it is not
// defined which stays. values gives where a lane's value lies.
template <class F>
inline void requireOneValue(Warp &w, const Instruction &i, u32 active, u64 bytes, F value) {
  u64 at[32], before = 0;
  bool rising = true;
  for (u32 left = active; left; left &= left - 1) {
    const int lane = __builtin_ctz(left);
    at[lane] = address<u64>(w, i, 0, lane);
    rising = rising && (left == active || at[lane] > before);
    before = at[lane];
  }
  if (rising) return;
  for (u32 left = active; left; left &= left - 1) {
    const int lane = __builtin_ctz(left);
    for (u32 others = left & (left - 1); others; others &= others - 1) {
      const int other = __builtin_ctz(others);
      if (at[lane] == at[other] && std::memcmp(value(lane), value(other), bytes))
        throw Fault{launchFailed, other, text("lane %d stores another value at the same address", lane)};
    }
  }
}

// Calls f(lane, data, marks) for the bytes, a power of two, at each active lane's
// address in global memory, in the order of lanes. All lie in one allocation.
template <class F>
inline void eachGlobal(Warp &w, const Instruction &i, int operand, u32 active, u64 bytes, Access access, F f) {
  Launch &launch = w.block->launch;
  const Turn turn = *launch.turn;
  const Allocation *&last = launch.touched[static_cast<std::size_t>(&i - launch.kernel->code.data())];
  const u64 *base = w.lanes<u64>(i.operand[operand]);
  for (u32 left = active; left; left &= left - 1) {
    const int lane = __builtin_ctz(left);
    const u64 at = base[lane] + static_cast<u64>(i.offset);
    if (at & (bytes - 1)) misaligned(lane, at, bytes);
    if (!last || !last->holds(at, bytes)) {
      const Allocation *found = memory().find(at);
      if (!found || !found->holds(at, bytes)) outside(lane, at, bytes);
      last = found;
    }
    Word *const words = &last->word(at);
    for (u64 n = 0; n * 4 < bytes; n++)
      if (const Stamp other = turn.touch(words[n], w.block->number, access, w.waited >> lane & 1))
        unordered(w, lane, at + 4 * n, other, access);
    f(lane, last->at(at), last->marks(at));
  }
}

// Calls f(lane, data) for the bytes at each active lane's address in shared memory.
template <class F>
inline void eachShared(Warp &w, const Instruction &i, int operand, u32 active, u32 bytes, SharedMemory::Access access,
                       F f) {
  SharedMemory &shared = w.block->shared;
  u64 at[32];
  bool row = active == ~0u;  // whether the lanes' bytes lie side by side
  for (int lane = 0; lane < 32; lane++) {
    at[lane] = address<u64>(w, i, operand, lane);
    row = row && at[lane] == at[0] + static_cast<u64>(lane) * bytes;
  }
  // What all lanes touch at once needs no look at each; if anything is wrong, they are
  // looked at one by one, so that the thread is named.
  if (row && at[0] % bytes == 0 && at[0] < shared.size() && shared.size() - at[0] >= 32 * bytes &&
      !shared.touch(static_cast<u32>(at[0]), 32 * bytes, static_cast<u32>(w.index), access)) {
    for (int lane = 0; lane < 32; lane++) f(lane, shared.at(static_cast<u32>(at[lane])));
    return;
  }
  u64 before = ~u64(0);
  for (u32 left = active; left; left &= left - 1) {
    const int lane = __builtin_ctz(left);
    const u32 place = static_cast<u32>(at[lane]);
    if (at[lane] != before) {
      if (at[lane] & (bytes - 1)) misaligned(lane, at[lane], bytes);
      if (at[lane] >= shared.size() || bytes > shared.size() - at[lane]) outsideShared(lane, at[lane], bytes, shared);
      if (const char *wrong = shared.touch(place, bytes, static_cast<u32>(w.index), access))
        throw Fault{launchFailed, lane, text("%s (%u bytes at shared address %u)", wrong, bytes, place)};
      before = at[lane];
    }
    f(lane, shared.at(place));
  }
}

}  // namespace sim
