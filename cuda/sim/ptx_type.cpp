// The types of PTX; see ptx_type.h.
#include "ptx_type.h"

namespace sim {
namespace {

struct Property {
  const char *name;
  int width;
  char kind;  // u, s, b, f, or p for a predicate
};

const Property properties[] = {
    {"none", 0, '?'}, {"pred", 4, 'p'},                                     //
    {"u8", 1, 'u'},   {"u16", 2, 'u'},  {"u32", 4, 'u'},  {"u64", 8, 'u'},  //
    {"s8", 1, 's'},   {"s16", 2, 's'},  {"s32", 4, 's'},  {"s64", 8, 's'},  //
    {"b8", 1, 'b'},   {"b16", 2, 'b'},  {"b32", 4, 'b'},  {"b64", 8, 'b'},  //
    {"f32", 4, 'f'},  {"f64", 8, 'f'},  {"tf32", 4, 'b'},
};

const Property &of(Type type) { return properties[static_cast<int>(type)]; }

}  // namespace

Type typeNamed(const std::string &name) {
  for (int i = 1; i <= static_cast<int>(Type::tf32); i++)
    if (name == properties[i].name) return static_cast<Type>(i);
  return Type::none;
}

const char *typeName(Type type) { return of(type).name; }
int width(Type type) { return of(type).width; }
bool isFloat(Type type) { return of(type).kind == 'f'; }
bool isSigned(Type type) { return of(type).kind == 's'; }
bool isBits(Type type) { return of(type).kind == 'b'; }
bool isInteger(Type type) { return of(type).kind == 'u' || of(type).kind == 's'; }

bool agree(Type instruction, Type reg) {
  if (instruction == Type::pred || reg == Type::pred) return instruction == reg;
  if (instruction == Type::tf32) return reg == Type::b32;
  if (width(instruction) != width(reg)) return false;
  return isBits(instruction) || isBits(reg) || isFloat(instruction) == isFloat(reg);
}

bool agreeWiden(Type instruction, Type reg) {
  if (agree(instruction, reg)) return true;
  const bool integers = reg != Type::pred && !isFloat(reg) && !isFloat(instruction);
  return integers && width(reg) > width(instruction);
}

}  // namespace sim
