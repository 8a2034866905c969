// Warps: 32 lanes that run a kernel's code in groups of lanes at one instruction, and
// what is common to the warps of a block and the blocks of a launch.
#pragma once
#include <string>
#include <vector>

#include "kernel.h"
#include "memory.h"
#include "shared_memory.h"

namespace sim {

// What a kernel did wrong; lane -1 if it is no single lane's doing.
struct Fault {
  int code;
  int lane;
  std::string what;
};

// One call of cuLaunchKernel.
struct Launch {
  const Kernel *kernel;
  u32 grid[3], block[3];
  u32 dynamicShared;
  std::vector<u8> parameters;
  const Turn *turn = nullptr;  // set to run it

  // As far as it ran:
  u64 threadInstructions = 0;
  u64 firstFloat = 0;                       // the address of the first float32 it stored, 0 if none
  std::vector<const Allocation *> touched;  // by instruction, the one it last used
};

struct Block;

// Lanes of a warp that are at one instruction.
struct Group {
  enum Wait : u8 { ready, members, barrier };
  int pc;
  u32 lanes;
  Wait wait = ready;  // for lanes of this warp, or for the block
};

struct Warp {
  Block *block = nullptr;
  int index = 0;  // in the block
  u8 *registers = nullptr;
  u32 *written = nullptr;  // by register: the lanes that hold a value
  u32 live = 0;            // the lanes that have not exited
  u32 waited = 0;          // the lanes that came to griddepcontrol.wait, or need not
  std::vector<Group> groups;
  const Instruction *current = nullptr;

  template <class T>
  T *lanes(u32 offset) {
    return reinterpret_cast<T *>(registers + offset);
  }
  u32 &mask(u32 offset) { return *lanes<u32>(offset); }  // of a predicate
  // The predicate that is the instruction's operand k, negated if the text has it so.
  u32 predicate(const Instruction &i, int k) { return mask(i.operand[k]) ^ (i.negatedOperands >> k & 1 ? ~0u : 0u); }
  void setPredicate(u32 offset, u32 value, u32 active) {
    u32 &m = mask(offset);
    m = (m & ~active) | (value & active);
  }

  // Runs until every lane has exited or waits. Throws Fault.
  void run();

 private:
  void advance(std::size_t which);
  bool meet();
  void put(Group group);
  u32 needed(const Instruction &i, u32 active);
  u32 guarded(const Instruction &i, u32 lanes);
  void execute(const Instruction &i, u32 active);
  void requireWritten(const Instruction &i, u32 active) const;
  friend struct Block;
};

struct Block {
  Launch &launch;
  SharedMemory &shared;
  u32 index[3], number;  // the number counts through the dimensions, x first
  std::vector<Warp> warps;
  u64 steps = 0;  // instructions of all warps

  // Runs the block. Throws Fault, with warp as the one at fault.
  void run();
  const Warp *faulty = nullptr;

 private:
  bool release();
  bool releaseBarrier(u32 id);
  u32 barrierOf(Warp &warp, const Group &group);
  [[noreturn]] void stuck();
};

// Runs all blocks, one after the other; 0, or the code of what went wrong.
int runLaunch(Launch &launch);

}  // namespace sim
