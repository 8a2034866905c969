// Fused multiply-add over the lanes of a warp, by the processor's instruction where it
// has one: a*b+c rounded once.
#pragma once
#include "warp.h"

namespace sim {

void fusedMultiplyAdd32(Warp &warp, const Instruction &instruction, u32 active);
void fusedMultiplyAdd64(Warp &warp, const Instruction &instruction, u32 active);

}  // namespace sim
