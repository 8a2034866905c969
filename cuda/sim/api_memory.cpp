// Device memory: allocation, copies, fills.
#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "driver.h"
#include "export.h"

using namespace sim;

namespace {

int allocate(const char *function, u64 *address, std::size_t bytes, bool managed) {
  const Effect effect = strike(Point::alloc);
  return inContext(function, [&](Context &c) -> int {
    if (const int code = forbidDuringCapture(function, c)) return code;
    if (effect != Effect::none) return struck(Point::alloc, function, &c);
    if (!address || !bytes) return fail(invalidValue, "%s: 0 bytes, or nowhere to put the address", function);
    const u64 total = settings().memory, used = memory().used();
    const Allocation *a = bytes > total - std::min(used, total) ? nullptr : memory().allocate(bytes, &c, managed);
    if (!a)
      return fail(outOfMemory, "%s of %llu bytes: %llu of %llu are in use", function, Ull(bytes), Ull(used),
                  Ull(total));
    *address = a->base;
    return success;
  });
}

u64 integer(const void *p) { return reinterpret_cast<u64>(p); }

// Where bytes of device memory lie, nullptr and a code if they are not in one
// allocation of this context.
const Allocation *range(const char *function, const Context &context, u64 address, u64 bytes, int *code) {
  const Allocation *a = memory().find(address);
  if (a && a->holds(address, bytes) && a->owner == &context) return a;
  *code = fail(invalidValue, "%s: %llu bytes at 0x%llx, %s%s", function, Ull(bytes), Ull(address),
               memory().describe(address).c_str(), a && a->owner != &context ? ", of another context" : "");
  return nullptr;
}

// Where bytes are said to be; anywhere: the address tells.
enum class Side { host, device, anywhere };

int copyNow(const Turn &turn, const char *function, const Context &c, Side sideTo, u64 to, Side sideFrom, u64 from,
            u64 bytes) {
  int code = success;
  if (!bytes) return success;
  if (sideTo == Side::anywhere) sideTo = memory().isDevice(to) ? Side::device : Side::host;
  if (sideFrom == Side::anywhere) sideFrom = memory().isDevice(from) ? Side::device : Side::host;
  const Allocation *source = nullptr, *target = nullptr;
  if (sideFrom == Side::device && !(source = range(function, c, from, bytes, &code))) return code;
  if (sideTo == Side::device && !(target = range(function, c, to, bytes, &code))) return code;
  if ((!source && memory().isDevice(from)) || (!target && memory().isDevice(to)))
    return fail(invalidValue, "%s: a device address is given for memory of the program", function);
  if (source && !target) {
    const u64 hole = firstUnwritten(*source, from, bytes);
    if (hole < from + bytes)
      return fail(invalidValue, "%s: byte %llu of the %llu copied was never written; it is %s", function,
                  Ull(hole - from), Ull(bytes), memory().describe(hole).c_str());
  }
  try {
    if (source) touch(turn, function, from, bytes, Access::read);
    if (target) touch(turn, function, to, bytes, Access::write);
  } catch (int unordered) {
    return unordered;
  }
  u8 *data = target ? target->at(to) : reinterpret_cast<u8 *>(to);
  const u8 *original = source ? source->at(from) : reinterpret_cast<const u8 *>(from);
  std::memmove(data, original, bytes);
  if (target && source) std::memmove(target->marks(to), source->marks(from), bytes);
  if (target && !source) std::memset(target->marks(to), 1, bytes);
  return success;
}

// synchronous: the call waits, so that no capture may be going on.
int copy(const char *function, Side sideTo, u64 to, Side sideFrom, u64 from, u64 bytes, bool synchronous,
         void *handle) {
  return inContext(function, Point::copy, [&](Context &c, Effect) -> int {
    if (synchronous)
      if (const int code = forbidDuringCapture(function, c)) return code;
    Stream *stream = nullptr;
    if (const int code = findStream(function, c, handle, &stream)) return code;
    const Context *context = &c;
    Work work = [=](const Turn &turn, u64 *) {
      return copyNow(turn, function, *context, sideTo, to, sideFrom, from, bytes);
    };
    if (stream && !stream->capture && !stream->queue.empty()) {
      // As on a card, a copy to the program's memory waits for what is before it, and one from
      // there takes the bytes at once.
      if (sideTo == Side::host) {
        if (const int code = drain(*stream)) return code;
      } else if (sideFrom == Side::host) {
        const u8 *source = reinterpret_cast<const u8 *>(from);
        const auto taken = std::make_shared<std::vector<u8>>(source, source + bytes);
        work = [=](const Turn &turn, u64 *) {
          return copyNow(turn, function, *context, sideTo, to, sideFrom, integer(taken->data()), bytes);
        };
      }
    }
    return submit(function, c, stream, Effect::none, {function, std::move(work)});
  });
}

template <class T>
int fill(const char *function, u64 to, T value, std::size_t count, void *handle) {
  return inContext(function, [&](Context &c) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream(function, c, handle, &stream)) return code;
    if (to % sizeof(T))
      return fail(invalidValue, "%s: address 0x%llx is no multiple of %d", function, Ull(to), int(sizeof(T)));
    const Context *context = &c;
    return submit(function, c, stream, Effect::none, {function, [=](const Turn &turn, u64 *) -> int {
                                                        int code = success;
                                                        if (!count) return success;
                                                        const Allocation *a =
                                                            range(function, *context, to, count * sizeof(T), &code);
                                                        if (!a) return code;
                                                        try {
                                                          touch(turn, function, to, count * sizeof(T), Access::write);
                                                        } catch (int unordered) {
                                                          return unordered;
                                                        }
                                                        for (std::size_t i = 0; i < count; i++)
                                                          std::memcpy(a->at(to) + i * sizeof(T), &value, sizeof value);
                                                        std::memset(a->marks(to), 1, count * sizeof(T));
                                                        return success;
                                                      }});
  });
}

}  // namespace

SIM_API int cuMemAlloc_v2(u64 *address, std::size_t bytes) { return allocate("cuMemAlloc", address, bytes, false); }
SIM_API int cuMemAllocManaged(u64 *address, std::size_t bytes, unsigned) {
  return allocate("cuMemAllocManaged", address, bytes, true);
}

SIM_API int cuMemFree_v2(u64 address) {
  return inContext("cuMemFree", Point::free, [&](Context &c, Effect) -> int {
    if (const int code = forbidDuringCapture("cuMemFree", c)) return code;
    const Allocation *a = memory().find(address);
    if (!a || a->base != address)
      return fail(invalidValue, "cuMemFree: 0x%llx is no allocation's start; it is %s", Ull(address),
                  memory().describe(address).c_str());
    if (a->owner != &c) return fail(invalidValue, "cuMemFree: the allocation is of another context");
    if (const int code = drain(c)) return code;
    memory().release(a);
    return success;
  });
}

SIM_API int cuMemGetInfo_v2(std::size_t *free, std::size_t *total) {
  return inContext("cuMemGetInfo", [&](Context &) -> int {
    *total = settings().memory;
    *free = settings().memory - memory().used();
    return success;
  });
}

SIM_API int cuMemGetAddressRange_v2(u64 *base, std::size_t *bytes, u64 address) {
  return inContext("cuMemGetAddressRange", [&](Context &) -> int {
    const Allocation *a = memory().find(address);
    if (!a)
      return fail(notFound, "cuMemGetAddressRange: 0x%llx is %s", Ull(address), memory().describe(address).c_str());
    if (base) *base = a->base;
    if (bytes) *bytes = a->size;
    return success;
  });
}

SIM_API int cuMemAllocHost_v2(void **address, std::size_t bytes) {
  return inContext("cuMemAllocHost", [&](Context &c) -> int {
    if (const int code = forbidDuringCapture("cuMemAllocHost", c)) return code;
    *address = std::malloc(bytes);
    return *address ? int(success) : fail(outOfMemory, "cuMemAllocHost of %llu bytes", Ull(bytes));
  });
}

SIM_API int cuMemFreeHost(void *address) {
  return inContext("cuMemFreeHost", [&](Context &c) -> int {
    if (const int code = forbidDuringCapture("cuMemFreeHost", c)) return code;
    std::free(address);
    return success;
  });
}

SIM_API int cuMemcpy(u64 to, u64 from, std::size_t n) {
  return copy("cuMemcpy", Side::anywhere, to, Side::anywhere, from, n, true, nullptr);
}
SIM_API int cuMemcpyHtoD_v2(u64 to, const void *from, std::size_t n) {
  return copy("cuMemcpyHtoD", Side::device, to, Side::host, integer(from), n, true, nullptr);
}
SIM_API int cuMemcpyDtoH_v2(void *to, u64 from, std::size_t n) {
  return copy("cuMemcpyDtoH", Side::host, integer(to), Side::device, from, n, true, nullptr);
}
SIM_API int cuMemcpyDtoD_v2(u64 to, u64 from, std::size_t n) {
  return copy("cuMemcpyDtoD", Side::device, to, Side::device, from, n, false, nullptr);
}
SIM_API int cuMemcpyHtoDAsync_v2(u64 to, const void *from, std::size_t n, void *stream) {
  return copy("cuMemcpyHtoDAsync", Side::device, to, Side::host, integer(from), n, false, stream);
}
SIM_API int cuMemcpyDtoHAsync_v2(void *to, u64 from, std::size_t n, void *stream) {
  return copy("cuMemcpyDtoHAsync", Side::host, integer(to), Side::device, from, n, false, stream);
}
SIM_API int cuMemcpyDtoDAsync_v2(u64 to, u64 from, std::size_t n, void *stream) {
  return copy("cuMemcpyDtoDAsync", Side::device, to, Side::device, from, n, false, stream);
}

SIM_API int cuMemsetD8_v2(u64 to, u8 value, std::size_t n) { return fill("cuMemsetD8", to, value, n, nullptr); }
SIM_API int cuMemsetD32_v2(u64 to, u32 value, std::size_t n) { return fill("cuMemsetD32", to, value, n, nullptr); }
SIM_API int cuMemsetD8Async(u64 to, u8 value, std::size_t n, void *stream) {
  return fill("cuMemsetD8Async", to, value, n, stream);
}
SIM_API int cuMemsetD32Async(u64 to, u32 value, std::size_t n, void *stream) {
  return fill("cuMemsetD32Async", to, value, n, stream);
}
