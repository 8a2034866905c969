// A block's shared memory; see shared_memory.h.
#include "shared_memory.h"

#include <algorithm>

namespace sim {

void SharedMemory::begin() {
  if (++epoch_ > 1u << 24) {  // far from the end of what a tag can hold
    std::fill(writer_.begin(), writer_.end(), 0);
    std::fill(reader_.begin(), reader_.end(), 0);
    epoch_ = 1;
  }
  first_ = epoch_;
}

}  // namespace sim
