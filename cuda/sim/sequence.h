// The order in which things run that have none of their own: the blocks of a kernel, the
// warps of a block, the nodes of a graph that are ready.
#pragma once
#include <vector>

#include "errors.h"

namespace sim {

// The numbers from 0 to count-1 in an order as GORGAN_SIM_FAULTS says: from the first, from
// the last, or another random one each time. For whoever holds the lock of the driver.
std::vector<u32> sequence(u32 count);

}  // namespace sim
