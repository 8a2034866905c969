// Reads a module's PTX text.
#pragma once
#include <string>

#include "kernel.h"
#include "ptx_lexer.h"

namespace sim {

// Fills the module with the kernels of the text. Throws SyntaxError.
void parseModule(const std::string &source, int computeCapability, Module &module);

}  // namespace sim
