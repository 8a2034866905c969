// The instructions of PTX that the simulated device has, by families: each checks and
// assembles the statements of some instructions.
#pragma once
#include "assembler.h"

namespace sim {

using Family = void (*)(Assembler &);

// The family of the instruction of that name, nullptr if there is none.
Family familyOf(const std::string &root);

void assembleArithmetic(Assembler &);  // add sub mul mad fma div rem abs neg min max
void assembleBits(Assembler &);        // and or xor not cnot shl shr bfind clz popc brev
void assembleFunction(Assembler &);    // rcp sqrt rsqrt ex2 lg2 sin cos tanh copysign testp
void assembleCompare(Assembler &);     // setp set selp
void assembleConvert(Assembler &);     // cvt
void assembleMove(Assembler &);        // mov cvta
void assembleLoad(Assembler &);        // ld st
void assembleAtomic(Assembler &);      // atom red
void assembleTogether(Assembler &);    // shfl vote activemask
void assembleMatrix(Assembler &);      // mma
void assembleControl(Assembler &);     // bra ret exit trap bar barrier membar fence griddepcontrol

// Makes out.run apply .ftz, .sat and a rounding other than to nearest, which it takes
// from out, around what out.run is. The first operand is the result, the next
// out.sources are the arguments, all of that type.
void applyModifiers(Instruction &out, Type type);

}  // namespace sim
