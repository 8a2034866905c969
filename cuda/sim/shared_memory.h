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
  // Who touched a byte, and when: epoch*128 + warp, +32 for an atomic; 64 for readers
  // of more than one warp.
  std::vector<u8> data_;
  std::vector<u32> writer_, reader_;
  u32 epoch_ = 1, first_ = 1;
};

}  // namespace sim
