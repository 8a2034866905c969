// What other families need of the instructions that lanes do together.
#pragma once
#include "assembler.h"

namespace sim {

void assembleWarpBarrier(Assembler &);  // bar.warp.sync, whose bar.warp is taken

}  // namespace sim
