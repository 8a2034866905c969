// How a warp runs.
//
// Lanes that part at a branch go on as groups. The group that is furthest behind runs,
// and groups that come to one instruction become one again, so lanes meet after an if
// or a loop as early as they can.
#include "warp.h"

#include <algorithm>
#include <climits>

#include "faults.h"

namespace sim {

void Warp::put(Group group) {
  for (Group &g : groups) {
    if (g.pc == group.pc && g.wait == group.wait) {
      g.lanes |= group.lanes;
      return;
    }
  }
  groups.push_back(group);
}

// The lanes, of those at the instruction, whose guard lets them do it.
u32 Warp::guarded(const Instruction &i, u32 lanes) {
  if (i.guard == Instruction::none) return lanes;
  if (const u32 missing = lanes & ~written[i.guard])
    throw Fault{launchFailed, __builtin_ctz(missing),
                "register " + block->launch.kernel->registers[i.guard].name + " was never written"};
  const u32 value = mask(i.guardOffset);
  return lanes & (i.negated ? ~value : value);
}

void Warp::requireWritten(const Instruction &i, u32 active) const {
  for (u16 r : i.reads)
    if (const u32 missing = active & ~written[r])
      throw Fault{launchFailed, __builtin_ctz(missing),
                  "register " + block->launch.kernel->registers[r].name + " was never written"};
}

void Warp::execute(const Instruction &i, u32 active) {
  requireWritten(i, active);
  i.run(*this, i, active);
  for (u16 r : i.writes) written[r] |= active;
}

// The lanes that must be at the instruction for the active ones to do it.
u32 Warp::needed(const Instruction &i, u32 active) {
  if (i.kind == Kind::barrier) return i.uniform ? live : active;
  const u32 *members = lanes<u32>(i.operand[i.members]);
  const int first = __builtin_ctz(active);
  for (int l = first; l < 32; l++) {
    if (!(active >> l & 1)) continue;
    if (members[l] != members[first]) throw Fault{launchFailed, l, "the lanes do not agree on the mask of members"};
    if (!(members[l] >> l & 1))
      throw Fault{launchFailed, l, text("the lane is not in the mask of members, 0x%08x", members[l])};
  }
  return members[first] & live;
}

void Warp::run() {
  for (;;) {
    int lowest = -1;
    for (std::size_t g = 0; g < groups.size(); g++)
      if (groups[g].wait == Group::ready && (lowest < 0 || groups[g].pc < groups[lowest].pc))
        lowest = static_cast<int>(g);
    if (lowest >= 0)
      advance(lowest);
    else if (!meet())
      return;
  }
}

// Runs a group until it parts, waits, ends or catches up with another.
void Warp::advance(std::size_t which) {
  Group now = groups[which];
  groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(which));
  int next = INT_MAX;  // where the nearest other group is
  for (const Group &g : groups)
    if (g.wait == Group::ready) next = std::min(next, g.pc);

  const Instruction *code = block->launch.kernel->code.data();
  const u64 limit = settings().steps;
  u64 instructions = 0;
  while (now.lanes && now.pc < next) {
    const Instruction &i = code[now.pc];
    current = &i;
    if (++block->steps > limit)
      throw Fault{launchTimeout, __builtin_ctz(now.lanes),
                  text("the block ran more than %llu instructions", Ull(limit))};
    instructions += static_cast<u64>(__builtin_popcount(now.lanes));
    const u32 active = guarded(i, now.lanes);
    switch (i.kind) {
      case Kind::plain:
        if (active) execute(i, active);
        now.pc++;
        break;
      case Kind::branch:
        if (active == now.lanes) {
          now.pc = i.target;
          break;
        }
        if (active) {
          if (i.uniform) throw Fault{launchFailed, __builtin_ctz(active), "bra.uni, but the lanes do not agree"};
          put({i.target, active});
          next = std::min(next, i.target);
          now.lanes &= ~active;
        }
        now.pc++;
        break;
      case Kind::exit:
        if (const u32 early = active & ~waited)
          throw Fault{launchFailed, __builtin_ctz(early),
                      "ends without griddepcontrol.wait, and the launch is programmatic"};
        live &= ~active;
        now.lanes &= ~active;
        now.pc++;
        break;
      case Kind::together:
      case Kind::barrier:
        if (active) {
          requireWritten(i, active);
          if (i.kind == Kind::together && needed(i, active) == active) {
            execute(i, active);
          } else {
            put({now.pc, active, Group::members});
            now.lanes &= ~active;
          }
        }
        now.pc++;
        break;
    }
  }
  block->launch.threadInstructions += instructions;
  if (now.lanes) put(now);
}

// Lets a group that waited go on if all it waits for are there now.
bool Warp::meet() {
  for (std::size_t g = 0; g < groups.size(); g++) {
    if (groups[g].wait != Group::members) continue;
    Group here = groups[g];
    const Instruction &i = block->launch.kernel->code[here.pc];
    current = &i;
    if (needed(i, here.lanes) & ~here.lanes) continue;
    groups.erase(groups.begin() + static_cast<std::ptrdiff_t>(g));
    if (i.kind == Kind::together) {
      execute(i, here.lanes);
      put({here.pc + 1, here.lanes});
    } else {
      put({here.pc, here.lanes, Group::barrier});
    }
    return true;
  }
  return false;
}

}  // namespace sim
