// A kernel as the interpreter runs it: instructions over registers of 32 lanes.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ptx_type.h"

namespace sim {

struct Warp;
struct Instruction;

// Does an instruction for the lanes whose bits are set in active. Throws Fault.
using Execute = void (*)(Warp &warp, const Instruction &instruction, u32 active);

enum class Kind : u8 {
  plain,     // each lane for itself
  together,  // of lanes named in a mask, which wait for each other: shfl, vote
  barrier,   // of the block
  branch,
  exit,
};

// A register's place: which it is, for the record of what was written, and where its
// lanes lie in the warp's memory. A predicate's lanes are the bits of one u32.
struct Register {
  std::string name;
  Type type;
  u16 id;
  u32 offset;
  bool fixed = false;  // a number or a special register, which holds a value from the start
};

struct Instruction {
  static const u16 none = 0xffff;

  Execute run = nullptr;
  Kind kind = Kind::plain;
  int line = 0;
  std::string text;

  u16 guard = none;  // predicate's id; none: all lanes
  u32 guardOffset = 0;
  bool negated = false;  // the guard is @!p

  static const int operands = 15;  // at most, with what is added to those of the PTX text
  u32 operand[operands] = {};      // places of the registers, in the order of the PTX text
  u8 wide[operands] = {};          // and the widths of those, where they may differ from the type's
  std::vector<u16> reads, writes;  // ids

  // What the fields below say depends on the family of the instruction.
  Execute inner = nullptr;  // what run calls, where run adds a modifier
  bool flush = false, saturate = false;
  int rounding = 0;
  u8 elements = 1;  // of a vector load or store
  u8 sources = 0;
  u8 mode = 0;
  bool uniform = false;
  bool constant = false;                 // a load with .nc
  bool waits = false, triggers = false;  // griddepcontrol.wait, griddepcontrol.launch_dependents
  bool hasSecond = false;                // q of p|q is written
  u8 negatedOperands = 0;                // bit k: the predicate that is operand k is negated
  u8 members = 0;                        // which operand has the mask of lanes that act together
  s64 offset = 0;                        // of an address, or of a parameter
  int target = -1;
  std::string label;
};

struct Parameter {
  std::string name;
  Type type;
  int offset;
};

// Number of the special registers, in the order of their names in kernel.cpp.
enum Special : u8 {
  tidX,
  tidY,
  tidZ,
  ntidX,
  ntidY,
  ntidZ,
  ctaidX,
  ctaidY,
  ctaidZ,
  nctaidX,
  nctaidY,
  nctaidZ,
  laneid,
  warpid,
  nwarpid,
  lanemaskEQ,
  lanemaskLE,
  lanemaskLT,
  lanemaskGE,
  lanemaskGT,
  specials
};
const char *specialName(int special);

struct Module;

struct Kernel {
  std::string name;
  const Module *module = nullptr;
  std::vector<Parameter> parameters;
  int parameterBytes = 0, sharedBytes = 0;
  int maximumThreads[3] = {0, 0, 0};   // .maxntid; 0: none
  int requiredThreads[3] = {0, 0, 0};  // .reqntid
  std::vector<Instruction> code;
  std::vector<Register> registers;  // by id
  u32 registerBytes = 0;            // of a warp
  struct Constant {
    u16 id;
    u64 bits;
  };
  std::vector<Constant> constants;               // registers that always hold a number
  std::vector<std::pair<Special, u16>> special;  // and those that hold a special register

  u16 addRegister(const std::string &name, Type type);
};

struct Context;

struct Module {
  Context *context = nullptr;
  bool loaded = true;
  std::map<std::string, std::unique_ptr<Kernel>> kernels;

  void unload();  // the kernels stay, without their code, so that handles stay theirs
};

}  // namespace sim
