// The types of PTX: their names, widths and which registers an instruction takes.
#pragma once
#include <string>

#include "errors.h"

namespace sim {

enum class Type : u8 { none, pred, u8, u16, u32, u64, s8, s16, s32, s64, b8, b16, b32, b64, f32, f64, tf32 };

// The type of that name without its dot, none if there is none.
Type typeNamed(const std::string &name);
const char *typeName(Type type);

int width(Type type);  // in bytes; a predicate's lanes are the bits of four bytes
bool isFloat(Type type);
bool isSigned(Type type);
bool isBits(Type type);     // .b8 to .b64, and .tf32
bool isInteger(Type type);  // .u or .s

// Whether an instruction of a type takes a register of another: of one width, and
// not a float for an integer unless one of them is mere bits. TF32 lies in .b32 alone.
bool agree(Type instruction, Type reg);
// The same for loads, stores and conversions, whose integer registers may be wider.
bool agreeWiden(Type instruction, Type reg);

}  // namespace sim
