// Which family each instruction is of; see instructions.h.
#include "instructions.h"

#include <unordered_map>

namespace sim {

Family familyOf(const std::string &root) {
  static const auto *const families = new std::unordered_map<std::string, Family>{
      {"add", assembleArithmetic}, {"sub", assembleArithmetic}, {"mul", assembleArithmetic},
      {"mad", assembleArithmetic}, {"fma", assembleArithmetic}, {"div", assembleArithmetic},
      {"rem", assembleArithmetic}, {"abs", assembleArithmetic}, {"neg", assembleArithmetic},
      {"min", assembleArithmetic}, {"max", assembleArithmetic},  //
      {"and", assembleBits},       {"or", assembleBits},        {"xor", assembleBits},
      {"not", assembleBits},       {"cnot", assembleBits},      {"shl", assembleBits},
      {"shr", assembleBits},       {"bfind", assembleBits},     {"clz", assembleBits},
      {"popc", assembleBits},      {"brev", assembleBits},  //
      {"rcp", assembleFunction},   {"sqrt", assembleFunction},  {"rsqrt", assembleFunction},
      {"ex2", assembleFunction},   {"lg2", assembleFunction},   {"sin", assembleFunction},
      {"cos", assembleFunction},   {"tanh", assembleFunction},  {"copysign", assembleFunction},
      {"testp", assembleFunction},  //
      {"setp", assembleCompare},   {"set", assembleCompare},    {"selp", assembleCompare},
      {"cvt", assembleConvert},    {"mov", assembleMove},       {"cvta", assembleMove},
      {"ld", assembleLoad},        {"st", assembleLoad},     //
      {"atom", assembleAtomic},    {"red", assembleAtomic},  //
      {"shfl", assembleTogether},  {"vote", assembleTogether},  {"activemask", assembleTogether},
      {"mma", assembleMatrix},  //
      {"bra", assembleControl},    {"ret", assembleControl},    {"exit", assembleControl},
      {"trap", assembleControl},   {"bar", assembleControl},    {"barrier", assembleControl},
      {"membar", assembleControl}, {"fence", assembleControl},  {"griddepcontrol", assembleControl},
  };
  auto found = families->find(root);
  return found == families->end() ? nullptr : found->second;
}

}  // namespace sim
