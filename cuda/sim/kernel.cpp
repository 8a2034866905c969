// A kernel as the interpreter runs it; see kernel.h.
#include "kernel.h"

namespace sim {

const char *specialName(int special) {
  static const char *const names[specials] = {
      "%tid.x",   "%tid.y",       "%tid.z",       "%ntid.x",      "%ntid.y",      "%ntid.z",     "%ctaid.x",
      "%ctaid.y", "%ctaid.z",     "%nctaid.x",    "%nctaid.y",    "%nctaid.z",    "%laneid",     "%warpid",
      "%nwarpid", "%lanemask_eq", "%lanemask_le", "%lanemask_lt", "%lanemask_ge", "%lanemask_gt"};
  return names[special];
}

u16 Kernel::addRegister(const std::string &registerName, Type type) {
  const u32 bytes = type == Type::pred ? 4 : 32u * static_cast<u32>(width(type));
  registerBytes = (registerBytes + 63) / 64 * 64;
  registers.push_back({registerName, type, static_cast<u16>(registers.size()), registerBytes, false});
  registerBytes += bytes;
  return registers.back().id;
}

void Module::unload() {
  loaded = false;
  for (auto &entry : kernels) std::vector<Instruction>().swap(entry.second->code);
}

}  // namespace sim
