// A block's shared memory, with who wrote and read each byte since the last barrier.
#pragma once
#include <vector>

#include "errors.h"

namespace sim {

class SharedMemory {
 public:
  explicit SharedMemory(u32 bytes) : data_(bytes + 16), writer_(bytes), reader_(bytes) {}

  u32 size() const { return static_cast<u32>(writer_.size()); }
  u8 *at(u32 address) { return &data_[address]; }

  // A new block: nothing is written.
  void begin();
  // A barrier: what was done before it races with nothing after it.
  void separate() { epoch_++; }

  // What is wrong with a warp's access to bytes inside the memory, nullptr if nothing.
  // An atomic access races with none of its kind.
  enum Access : u8 { read, write, atomic };
  const char *touch(u32 address, u32 bytes, u32 warp, Access access);

 private:
  static const u32 perEpoch = 128, atomically = 32, several = 64;

  // Who touched a byte, and when: epoch*perEpoch + warp, +atomically for an atomic
  // access; several in place of the warp for readers of more than one.
  std::vector<u8> data_;
  std::vector<u32> writer_, reader_;
  u32 epoch_ = 1, first_ = 1;
};

// Inline, as the number of bytes is known where it is called.
inline const char *SharedMemory::touch(u32 address, u32 bytes, u32 warp, Access access) {
  const u32 now = epoch_ * perEpoch, begun = first_ * perEpoch;
  const u32 me = now + warp, meAtomically = me + atomically;
  u32 *writer = &writer_[address], *reader = &reader_[address];
  bool missing = false, written = false, used = false;
  for (u32 b = 0; b < bytes; b++) {
    const u32 w = writer[b], r = reader[b];
    missing |= w < begun;
    written |= (w >= now) & (w != me) & (w != meAtomically) & !((access == atomic) & (w - now >= atomically));
    used |= (r >= now) & (r != me);
  }
  if (access != write && missing) return "reads shared memory never written";
  if (written) return "races with a write of another warp: there is no barrier between them";
  if (access != read && used) return "races with a read of another warp: there is no barrier between them";
  for (u32 b = 0; b < bytes; b++) {
    if (access == read)
      reader[b] = reader[b] >= now && reader[b] != me ? now + several : me;
    else
      writer[b] = access == atomic ? meAtomically : me;
  }
  return nullptr;
}

}  // namespace sim
