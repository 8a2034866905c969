// Device memory; see memory.h.
#include "memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

namespace sim {
namespace {

const u64 alignment = 256;
const u64 page = 65536;  // no smaller than any processor's

u64 roundUp(u64 n, u64 to) { return (n + to - 1) / to * to; }

void *map(void *at, u64 bytes, int protection, int flags) {
  void *p = mmap(at, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
  return p == MAP_FAILED ? nullptr : p;
}

u64 recordBytes(u64 bytes) { return roundUp(bytes, 4) / 4 * sizeof(Word); }

u64 integer(const void *p) { return reinterpret_cast<u64>(p); }

}  // namespace

Memory &memory() {
  static Memory *const m = new Memory;
  return *m;
}

bool Memory::reserve() {
  if (start_) return true;
  for (u64 bytes = u64(1) << 42; bytes >= u64(1) << 34; bytes /= 4) {
    if (void *p = map(nullptr, bytes, PROT_NONE, 0)) {
      start_ = integer(p);
      next_ = roundUp(start_ + page, page);
      end_ = start_ + bytes;
      return true;
    }
  }
  return false;
}

const Allocation *Memory::allocate(u64 bytes, Context *owner, bool managed) {
  if (!reserve()) return nullptr;
  // Managed memory is mapped in whole pages of its own.
  const u64 grain = managed ? page : alignment;
  const u64 base = roundUp(next_, grain), after = base + roundUp(bytes, grain) + grain;
  if (bytes > end_ - start_ || after > end_) return nullptr;
  void *data = managed ? map(reinterpret_cast<void *>(base), bytes, PROT_READ | PROT_WRITE, MAP_FIXED)
                       : map(nullptr, bytes, PROT_READ | PROT_WRITE, 0);
  void *mark = data ? map(nullptr, bytes, PROT_READ | PROT_WRITE, 0) : nullptr;
  void *record = mark ? map(nullptr, recordBytes(bytes), PROT_READ | PROT_WRITE, 0) : nullptr;
  if (!record) {
    if (data && !managed) munmap(data, bytes);
    if (mark) munmap(mark, bytes);
    return nullptr;
  }
  if (managed) std::memset(mark, 1, bytes);
  next_ = after;
  used_ += bytes;
  return &(allocations_[base] = {base, bytes, owner, managed, integer(data) - base, integer(mark) - base,
                                 integer(record) - 2 * base});
}

void Memory::release(const Allocation *allocation) {
  const Allocation a = *allocation;
  if (a.managed)
    map(reinterpret_cast<void *>(a.base), a.size, PROT_NONE, MAP_FIXED);
  else
    munmap(a.at(a.base), a.size);
  munmap(a.marks(a.base), a.size);
  munmap(&a.word(a.base), recordBytes(a.size));
  used_ -= a.size;
  freed_[a.base] = a.size;
  allocations_.erase(a.base);
}

void Memory::forgetTouches() {
  // Pages that are given back read as zeros.
  for (const auto &entry : allocations_)
    madvise(&entry.second.word(entry.first), recordBytes(entry.second.size), MADV_DONTNEED);
}

void Memory::releaseAll(const Context *owner) {
  std::vector<const Allocation *> all;
  for (const auto &entry : allocations_)
    if (entry.second.owner == owner) all.push_back(&entry.second);
  for (const Allocation *a : all) release(a);
}

const Allocation *Memory::find(u64 address) const {
  auto after = allocations_.upper_bound(address);
  if (after == allocations_.begin()) return nullptr;
  const Allocation &a = std::prev(after)->second;
  return a.holds(address, 1) ? &a : nullptr;
}

bool Memory::isDevice(u64 address) const { return address >= start_ && address < end_; }

std::string Memory::describe(u64 address) const {
  if (!isDevice(address)) return "not a device address";
  if (const Allocation *a = find(address))
    return text("byte %llu of an allocation of %llu bytes", (unsigned long long)(address - a->base),
                (unsigned long long)a->size);
  auto gone = freed_.upper_bound(address);
  if (gone != freed_.begin() && address - std::prev(gone)->first < std::prev(gone)->second)
    return text("in an allocation of %llu bytes that was freed", (unsigned long long)std::prev(gone)->second);
  auto after = allocations_.upper_bound(address);
  std::string where = "in no allocation";
  if (after != allocations_.begin()) {
    const Allocation &a = std::prev(after)->second;
    where += text(", %llu bytes past the end of one of %llu bytes", (unsigned long long)(address - a.base - a.size),
                  (unsigned long long)a.size);
  }
  if (after != allocations_.end())
    where += text(", %llu bytes before one of %llu bytes", (unsigned long long)(after->first - address),
                  (unsigned long long)after->second.size);
  return where;
}

u64 firstUnwritten(const Allocation &allocation, u64 address, u64 bytes) {
  const void *unwritten = std::memchr(allocation.marks(address), 0, bytes);
  return unwritten ? integer(unwritten) - allocation.mark : address + bytes;
}

}  // namespace sim
