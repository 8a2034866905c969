// A block's shared memory; see shared_memory.h.
#include "shared_memory.h"

#include <algorithm>

namespace sim {
namespace {

const u32 perEpoch = 128, atomically = 32, several = 64;

}  // namespace

void SharedMemory::begin() {
  if (++epoch_ > 1u << 24) {  // far from the end of what a tag can hold
    std::fill(writer_.begin(), writer_.end(), 0);
    std::fill(reader_.begin(), reader_.end(), 0);
    epoch_ = 1;
  }
  first_ = epoch_;
}

const char *SharedMemory::touch(u32 address, u32 bytes, u32 warp, Access access) {
  const u32 now = epoch_ * perEpoch, begun = first_ * perEpoch;
  const u32 me = now + warp, meAtomically = me + atomically;
  for (u32 b = address; b < address + bytes; b++) {
    u32 &writer = writer_[b], &reader = reader_[b];
    if (access != write && writer < begun) return "reads shared memory never written";
    const bool fromOther = writer >= now && writer != me && writer != meAtomically;
    if (fromOther && !(access == atomic && writer - now >= atomically))
      return "races with a write of another warp: there is no barrier between them";
    if (access == read) {
      reader = reader >= now && reader != me ? now + several : me;
      continue;
    }
    if (reader >= now && reader != me)
      return "races with a read of another warp: there is no barrier between them";
    writer = access == atomic ? meAtomically : me;
  }
  return nullptr;
}

}  // namespace sim
