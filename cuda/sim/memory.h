// Device memory: which addresses are whose, and which bytes were ever written.
//
// Addresses are handed out from a range of the address space that the processor may
// not touch, so a program that takes a device pointer for one of its own crashes, as
// with a card; what an address holds lies elsewhere in the process. Managed memory
// lies at its address, and counts as written since the program may write it unseen.
// Allocations never touch: 256 bytes or more between two belong to none. What is kept of
// bytes and words takes memory of this process once they are touched.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "errors.h"
#include "order.h"

namespace sim {

struct Context;

struct Allocation {
  u64 base, size;
  Context *owner;
  bool managed;
  // Add to an address to get where its byte lies in this process, and where the byte
  // lies that says whether it was written: 1 if so, else 0. Add to twice the address of
  // a word to get where it is recorded who touched it.
  u64 data, mark, record;

  bool holds(u64 address, u64 bytes) const {
    return address >= base && bytes <= size && address - base <= size - bytes;
  }
  u8 *at(u64 address) const { return reinterpret_cast<u8 *>(address + data); }
  u8 *marks(u64 address) const { return reinterpret_cast<u8 *>(address + mark); }
  Word &word(u64 address) const {  // that has the byte
    static_assert(sizeof(Word) == 8, "two bytes a byte");
    return *reinterpret_cast<Word *>(address / 4 * 8 + record);
  }
};

class Memory {
 public:
  // Gives a new allocation, its bytes unwritten, or nullptr if the address space or
  // the process's memory is used up.
  const Allocation *allocate(u64 bytes, Context *owner, bool managed);
  void release(const Allocation *allocation);
  void releaseAll(const Context *owner);
  // The allocation that has the byte at that address, or nullptr.
  const Allocation *find(u64 address) const;
  // Whether the address is one that only a device may use.
  bool isDevice(u64 address) const;
  u64 used() const { return used_; }
  // Forgets who touched what.
  void forgetTouches();
  // Where an address lies, in words for an error: "128 bytes past the end of ...".
  std::string describe(u64 address) const;

 private:
  bool reserve();

  std::map<u64, Allocation> allocations_;
  std::map<u64, u64> freed_;  // base and size of those released
  u64 start_ = 0, next_ = 0, end_ = 0, used_ = 0;
};

// The memory of all devices, for whoever holds the lock of the driver (driver.h).
Memory &memory();

// The first byte from address on, of a range inside the allocation, that was never
// written; address+bytes if there is none.
u64 firstUnwritten(const Allocation &allocation, u64 address, u64 bytes);

}  // namespace sim
