// shfl vote activemask, and bar.warp.sync: what the lanes of a warp do together.
#include <cstring>

#include "instructions.h"
#include "lanes.h"
#include "together.h"

namespace sim {
namespace {

enum Shuffle : u8 { butterfly, fromAbove, fromBelow, indexed };  // bfly down up idx

// Operands: d, p, a, b, c and the members (PTX ISA, shfl.sync).
void shuffle(Warp &w, const Instruction &i, u32 active) {
  u32 from[32], inRange = 0;
  std::memcpy(from, w.lanes<u32>(i.operand[2]), sizeof from);
  u32 *d = w.lanes<u32>(i.operand[0]);
  const u32 *bs = w.lanes<u32>(i.operand[3]), *cs = w.lanes<u32>(i.operand[4]);
  for (u32 left = active; left; left &= left - 1) {
    const int lane = __builtin_ctz(left);
    const int b = static_cast<int>(bs[lane] & 31), segment = static_cast<int>(cs[lane] >> 8 & 31),
              clamp = static_cast<int>(cs[lane] & 31);
    const int most = (lane & segment) | (clamp & ~segment), least = lane & segment;
    int source = lane;
    bool holds = false;
    switch (i.mode) {
      case butterfly:
        source = lane ^ b;
        holds = source <= most;
        break;
      case fromAbove:
        source = lane + b;
        holds = source <= most;
        break;
      case fromBelow:
        source = lane - b;
        holds = source >= most;
        break;
      default: source = least | (b & ~segment); holds = source <= most;
    }
    if (!holds) source = lane;
    if (!(active >> source & 1))
      throw Fault{launchFailed, lane, text("takes the value of lane %d, which is not here", source)};
    d[lane] = from[source];
    inRange |= u32(holds) << lane;
  }
  if (i.hasSecond) w.setPredicate(i.operand[1], inRange, active);
}

enum Vote : u8 { all, any, uniform, ballot };

// Operands: d, the predicate and the members.
void vote(Warp &w, const Instruction &i, u32 active) {
  const u32 yes = w.predicate(i, 1) & active;
  if (i.mode == ballot) {
    u32 *d = w.lanes<u32>(i.operand[0]);
    return eachLane(active, [=](int l) { d[l] = yes; });
  }
  const bool holds = i.mode == all ? yes == active : i.mode == any ? yes != 0 : yes == active || !yes;
  w.setPredicate(i.operand[0], holds ? ~0u : 0, active);
}

void activeMask(Warp &w, const Instruction &i, u32 active) {
  u32 *d = w.lanes<u32>(i.operand[0]);
  eachLane(active, [=](int l) { d[l] = active; });
}

void nothing(Warp &, const Instruction &, u32) {}

void members(Assembler &a, int place) {
  a.out.kind = Kind::together;
  a.out.members = static_cast<u8>(place);
  a.source(Type::b32);
}

}  // namespace

void assembleWarpBarrier(Assembler &a) {
  a.need({"sync"});
  a.out.run = nothing;
  members(a, 0);
}

void assembleTogether(Assembler &a) {
  if (a.root() == "activemask") {
    a.destination(a.type({Type::b32}));
    a.out.run = activeMask;
    return;
  }
  if (!a.has("sync")) a.reject("only %s.sync is there: lanes must be named", a.root().c_str());
  if (a.root() == "shfl") {
    a.out.mode = static_cast<u8>(a.need({"bfly", "down", "up", "idx"}));
    const Type type = a.type({Type::b32});
    a.out.run = shuffle;
    a.destinationAndPredicate(type);
    a.source(type);
    a.source(Type::u32);
    a.source(Type::u32);
    return members(a, 5);
  }
  a.out.mode = static_cast<u8>(a.need({"all", "any", "uni", "ballot"}));
  a.out.run = vote;
  const Type type = a.type({a.out.mode == ballot ? Type::b32 : Type::pred});
  a.destination(type);
  a.predicateSource();
  members(a, 2);
}

}  // namespace sim
