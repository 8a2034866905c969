// Device memory: which addresses are good, and what was written.
#include "check.h"

namespace {

// Kernels that read, or write, a word at an address.
const char *const reading = ".reg .u64 %a; .reg .u32 %v; ld.param.u64 %a, [a]; ld.global.u32 %v, [%a]; ret;";
const char *const writing = ".reg .u64 %a; ld.param.u64 %a, [a]; st.global.u32 [%a], 7; ret;";

void testAddresses() {
  const struct {
    const char *what, *body;
    long offset;  // from the start of 64 bytes, of which the first 32 are written
    int code;
    const char *complaint;
  } cases[] = {
      {"the first word", reading, 0, 0, ""},
      {"the last word written", reading, 28, 0, ""},
      {"a word never written", reading, 32, 719, "reads 4 bytes of global memory never written"},
      {"the last word", writing, 60, 0, ""},
      {"past the end", writing, 64, 700, "0 bytes past the end of one of 64 bytes"},
      {"far past the end", writing, 240, 700, "176 bytes past the end of one of 64 bytes"},
      {"before the start", reading, -4, 700, "bytes past the end of"},
      {"misaligned", reading, 2, 716, "no multiple of 4"},
      {"the host's memory", reading, 1l << 50, 700, "not a device address"},
  };
  for (const auto &c : cases) {
    Device device;
    device.allocate(64);  // neighbours
    const u64 a = device.allocate(64);
    device.allocate(64);
    cuMemsetD8_v2(a, 1, 32);
    const Handle kernel = device.load(module(".param .u64 a", c.body));
    checkCode(c.what, device.launch(kernel, 1, 1, {a + static_cast<u64>(c.offset)}), c.code, c.complaint);
    // What a kernel does wrong spoils its context, as on a card.
    checkCode(std::string(c.what) + ", and after it", cuCtxSynchronize(), c.code, c.complaint);
    if (c.code)
      check(sentence(c.code).find("kernel k, block (0,0,0), thread (0,0,0), line 6 of the PTX") == 0, "%s: %s", c.what,
            sentence(c.code).c_str());
  }
}

void testWidths() {
  // 16 bytes, the last never written: a vector load of them, and a double across an end.
  const struct {
    const char *what, *body;
    u64 offset;
    int code;
    const char *complaint;
  } cases[] = {
      {"v4 of 15 written bytes",
       ".reg .u64 %a; .reg .f32 %x, %y, %z, %w; ld.param.u64 %a, [a]; ld.global.v4.f32 {%x, %y, %z, %w}, [%a]; ret;", 0,
       719, "byte 12 of an allocation of 20 bytes"},
      {"v2 of them", ".reg .u64 %a; .reg .f32 %x, %y; ld.param.u64 %a, [a]; ld.global.v2.f32 {%x, %y}, [%a]; ret;", 0,
       0, ""},
      {"a misaligned vector",
       ".reg .u64 %a; .reg .f32 %x, %y; ld.param.u64 %a, [a]; ld.global.v2.f32 {%x, %y}, [%a]; ret;", 4, 716,
       "no multiple of 8"},
      {"a double across the end",
       ".reg .u64 %a; .reg .f64 %x; ld.param.u64 %a, [a]; st.global.f64 [%a], 0d0000000000000000; ret;", 16, 700,
       "run past its end"},
      {"a word across the end of shared memory", ".shared .b8 s[6]; .reg .u32 %v; ld.shared.u32 %v, [s+4]; ret;", 0,
       700, "4 bytes at shared address 4, but the block has 6 bytes"},
      {"an atomic on what was never written", ".reg .u64 %a; ld.param.u64 %a, [a]; red.global.add.u32 [%a], 1; ret;",
       16, 719, "never written"},
  };
  for (const auto &c : cases) {
    Device device;
    const u64 a = device.allocate(20);
    cuMemsetD8_v2(a, 1, 15);
    checkCode(c.what, device.launch(device.load(module(".param .u64 a", c.body)), 1, 1, {a + c.offset}), c.code,
              c.complaint);
  }
}

void testCopies() {
  Device device;
  std::vector<u32> words = {1, 2, 3, 4};
  const u64 a = device.upload(words), b = device.allocate(16);
  check(a % 256 == 0 && b % 256 == 0, "addresses are multiples of 256");
  checkCode("a copy out of what was never written", cuMemcpyDtoH_v2(words.data(), b, 16), 1,
            "byte 0 of the 16 copied was never written");
  checkCode("a copy within the device", cuMemcpyDtoD_v2(b, a, 12), 0);
  checkCode("a copy out of the first part", cuMemcpyDtoH_v2(words.data(), b, 12), 0);
  checkCode("a copy out of all of it", cuMemcpyDtoH_v2(words.data(), b, 16), 1,
            "byte 12 of the 16 copied was never written");
  checkCode("a copy of what was never written, within the device", cuMemcpyDtoD_v2(a, b, 16), 0);
  checkCode("and out", cuMemcpyDtoH_v2(words.data(), a, 16), 1, "byte 12 of");
  checkCode("a fill", cuMemsetD32_v2(b, 0x01020304, 4), 0);
  check(device.download<u32>(b, 4) == std::vector<u32>(4, 0x01020304), "the fill's values");
  checkCode("a fill past the end", cuMemsetD8_v2(b, 0, 17), 1, "17 bytes at");
  checkCode("a copy past the end", cuMemcpyHtoD_v2(a + 4, words.data(), 16), 1, "16 bytes at");
  checkCode("a copy to no device address", cuMemcpyHtoD_v2(64, words.data(), 16), 1, "not a device address");
  checkCode("a copy from a device address as the host's", cuMemcpyHtoD_v2(a, reinterpret_cast<void *>(b), 16), 1,
            "a device address is given for memory of the program");
  words.assign(4, 9);
  checkCode("a copy by either address, in", cuMemcpy(a, reinterpret_cast<u64>(words.data()), 16), 0);
  words.assign(4, 0);
  checkCode("a copy by either address, out", cuMemcpy(reinterpret_cast<u64>(words.data()), a, 16), 0);
  check(words == std::vector<u32>(4, 9), "what was copied in and out");
  checkCode("a copy of nothing", cuMemcpyDtoH_v2(words.data(), a, 0), 0);
}

void testAllocations() {
  Device device;
  std::size_t free = 0, total = 0, after = 0;
  cuMemGetInfo_v2(&free, &total);
  check(total == std::size_t(8) << 30, "8 GiB in all, not %zu", total);
  const u64 a = device.allocate(1000);
  cuMemGetInfo_v2(&after, &total);
  check(free - after == 1000, "1000 bytes fewer are free, not %zu", free - after);
  u64 b = 0;
  checkCode("more than there is", cuMemAlloc_v2(&b, total), 2, "1000 of 8589934592 are in use");
  checkCode("nothing", cuMemAlloc_v2(&b, 0), 1, "0 bytes");
  checkCode("all that is left", cuMemAlloc_v2(&b, after), 0);
  checkCode("free of that", cuMemFree_v2(b), 0);
  checkCode("free of a part", cuMemFree_v2(a + 256), 1, "is no allocation's start");
  checkCode("free", cuMemFree_v2(a), 0);
  checkCode("free again", cuMemFree_v2(a), 1, "in an allocation of 1000 bytes that was freed");
  const Handle kernel = device.load(module(".param .u64 a", writing));
  checkCode("a write to what was freed", device.launch(kernel, 1, 1, {a}), 700,
            "in an allocation of 1000 bytes that was freed");

  Device other;
  checkCode("managed memory", cuMemAllocManaged(&b, 100000, 1), 0);
  u32 *words = reinterpret_cast<u32 *>(b);
  words[24999] = 41;  // the program may touch it
  checkCode("a kernel that does",
            other.launch(other.load(module(".param .u64 a",
                                           ".reg .u64 %a; ld.param.u64 %a, [a]; red.global.add.u32 [%a], 1; ret;")),
                         1, 1, {b + 99996}),
            0);
  check(words[24999] == 42, "managed memory holds %u, want 42", words[24999]);
  checkCode("free of managed memory", cuMemFree_v2(b), 0);
}

}  // namespace

void testMemory() {
  testAddresses();
  testWidths();
  testCopies();
  testAllocations();
}
