// Contexts, modules, launches, streams and events: what is allowed and what is not.
#include <thread>

#include "check.h"

namespace {

const char *const fill =
    ".reg .u64 %a, %o; .reg .u32 %v, %t; ld.param.u64 %a, [a]; ld.param.u32 %v, [v]; mov.u32 %t, %tid.x; mul.wide.u32 "
    "%o, %t, 4; add.u64 %a, %a, %o; st.global.u32 [%a], %v; ret;";
const char *const fillParameters = ".param .u64 a, .param .u32 v";

void testDevice() {
  int n = 0, version = 0, value = 0;
  char name[64];
  std::size_t bytes = 0;
  checkCode("cuInit with flags", cuInit(1), 1, "the flags must be 0");
  check(!cuDriverGetVersion(&version) && version == 12080, "version %d", version);
  check(!cuDeviceGetCount(&n) && n == 1, "%d devices", n);
  checkCode("device 1", cuDeviceGet(&n, 1), 101, "there is no device 1");
  check(!cuDeviceGetName(name, 64, 0) && std::string(name) == "simulated device (for tests)", "the name is %s", name);
  check(!cuDeviceTotalMem_v2(&bytes, 0) && bytes == std::size_t(8) << 30, "%zu bytes", bytes);
  check(!cuDeviceGetAttribute(&value, 1, 0) && value == 1024, "%d threads a block", value);
  check(!cuDeviceGetAttribute(&value, 75, 0) && value == 8, "compute capability %d", value);
  const char *text = "";
  check(!cuGetErrorName(700, &text) && std::string(text) == "CUDA_ERROR_ILLEGAL_ADDRESS", "the name of 700 is %s",
        text);
  checkCode("the name of no code", cuGetErrorName(12345, &text), 1);
}

void testContexts() {
  Handle current = nullptr, other = nullptr;
  u64 a = 0;
  checkCode("no context", cuMemAlloc_v2(&a, 4), 201, "cuMemAlloc: no context is current on this thread");
  Device device;
  check(!cuCtxGetCurrent(&current) && current == device.context(), "cuCtxCreate makes the context current");
  int code = 0;
  std::thread([&] { code = cuMemAlloc_v2(&a, 4); }).join();
  checkCode("on another thread", code, 201, "no context is current");
  std::thread([&] {
    cuCtxSetCurrent(device.context());
    code = cuMemAlloc_v2(&a, 4);
  }).join();
  checkCode("on another thread that sets it", code, 0);

  Handle stream = nullptr, kernel = device.load(module(fillParameters, fill));
  cuStreamCreate(&stream, 1);
  checkCode("a second context", cuCtxCreate_v2(&other, 0, 0), 0);
  checkCode("a kernel of another context", device.launch(kernel, 1, 1, {a, 1}), 400, "the function is of context");
  checkCode("a stream of another context", cuStreamSynchronize(stream), 400, "the stream is of context");
  checkCode("memory of another context", cuMemFree_v2(a), 1, "of another context");
  checkCode("a fill of that", cuMemsetD8_v2(a, 0, 4), 1, "of another context");
  checkCode("destroy", cuCtxDestroy_v2(other), 0);
  checkCode("destroy again", cuCtxDestroy_v2(other), 201, "destroyed before");
  checkCode("set a destroyed context", cuCtxSetCurrent(other), 201, "destroyed");
  checkCode("back in the first", device.launch(kernel, 1, 1, {a, 1}), 0);

  std::thread([&] {
    Handle own = nullptr;
    cuCtxCreate_v2(&own, 0, 0);
    std::thread([&] { cuCtxDestroy_v2(own); }).join();
    code = cuCtxSynchronize();
  }).join();
  checkCode("a context that another thread destroyed", code, 709, "was destroyed");

  Handle primary = nullptr, again = nullptr;
  cuDevicePrimaryCtxRetain(&primary, 0);
  cuDevicePrimaryCtxRetain(&again, 0);
  check(primary == again, "the primary context is one");
  checkCode("destroy the primary context", cuCtxDestroy_v2(primary), 201, "released, not destroyed");
  cuDevicePrimaryCtxRelease_v2(0);
  checkCode("use it still", cuCtxSetCurrent(primary), 0);
  cuDevicePrimaryCtxRelease_v2(0);
  checkCode("use it no longer", cuCtxSynchronize(), 709);
  checkCode("release once too often", cuDevicePrimaryCtxRelease_v2(0), 201, "not retained");
  cuCtxSetCurrent(device.context());
}

void testLaunches() {
  Device device;
  const u64 a = device.allocate(4 * 64);
  const Handle kernel = device.load(module(fillParameters, fill));
  u64 address = a;
  u32 value = 3;
  void *arguments[] = {&address, &value}, *missing[] = {&address, nullptr};
  const struct {
    const char *what;
    u32 grid[3], block[3], shared;
    const char *complaint;
  } shapes[] = {
      {"no blocks", {0, 1, 1}, {1, 1, 1}, 0, "is not within the device's limits"},
      {"too many blocks", {1, 65536, 1}, {1, 1, 1}, 0, "is not within the device's limits"},
      {"no threads", {1, 1, 1}, {0, 1, 1}, 0, "is not within the device's limits"},
      {"1025 threads", {1, 1, 1}, {1025, 1, 1}, 0, "is not within the device's limits"},
      {"1056 threads by two", {1, 1, 1}, {33, 32, 1}, 0, "is not within the device's limits"},
      {"65 threads deep", {1, 1, 1}, {1, 1, 65}, 0, "is not within the device's limits"},
      {"too much shared memory", {1, 1, 1}, {1, 1, 1}, 49153, "49153 bytes of shared memory"},
  };
  for (const auto &s : shapes)
    checkCode(s.what,
              cuLaunchKernel(kernel, s.grid[0], s.grid[1], s.grid[2], s.block[0], s.block[1], s.block[2], s.shared,
                             nullptr, arguments, nullptr),
              1, s.complaint);
  checkCode("no arguments", cuLaunchKernel(kernel, 1, 1, 1, 1, 1, 1, 0, nullptr, nullptr, nullptr), 1, "no arguments");
  checkCode("one argument missing", cuLaunchKernel(kernel, 1, 1, 1, 1, 1, 1, 0, nullptr, missing, nullptr), 1,
            "argument v is missing");
  checkCode("no function", cuLaunchKernel(&address, 1, 1, 1, 1, 1, 1, 0, nullptr, arguments, nullptr), 400,
            "no function");
  checkCode("64 threads", device.launch(kernel, 1, 64, {a, 3}), 0);
  check(device.download<u32>(a, 64) == std::vector<u32>(64, 3), "what they wrote");

  int shared = 0;
  check(!cuFuncGetAttribute(&shared, 1, kernel) && shared == 0, "%d bytes of shared memory", shared);
  Handle m = nullptr, f = nullptr;
  cuModuleLoadData(&m, ".version 6.3\n.target sm_75\n.entry j() .reqntid 32 { ret; }");
  checkCode("no such kernel", cuModuleGetFunction(&f, m, "k"), 500, "has no kernel k");
  checkCode("the kernel", cuModuleGetFunction(&f, m, "j"), 0);
  checkCode("another size than .reqntid", device.launch(f, 1, 31, {}), 1, ".reqntid");
  checkCode("that size", device.launch(f, 1, 32, {}), 0);
  checkCode("unload", cuModuleUnload(m), 0);
  checkCode("unload again", cuModuleUnload(m), 400, "unloaded before");
  checkCode("a kernel that was unloaded", device.launch(f, 1, 32, {}), 400, "its module was unloaded");

  // Two dimensions: each thread writes where it is.
  const char *const places =
      ".reg .u32 %x, %y, %z, %n, %i; .reg .u64 %a, %o; mov.u32 %x, %tid.x; mov.u32 %y, %tid.y; mov.u32 %z, %ctaid.y; "
      "mov.u32 %n, %ntid.x; mad.lo.u32 %i, %y, %n, %x;"
      "mov.u32 %n, %ntid.y; mad.lo.u32 %i, %z, 12, %i; ld.param.u64 %a, [a]; mul.wide.u32 %o, %i, 4; add.u64 %a, %a, "
      "%o; mad.lo.u32 %x, %y, 10, %x; mad.lo.u32 %x, %z, 100, %x; st.global.u32 [%a], %x; ret;";
  const Handle kernel2 = device.load(module(".param .u64 a", places));
  checkCode("two dimensions", cuLaunchKernel(kernel2, 1, 3, 1, 4, 3, 1, 0, nullptr, arguments, nullptr), 0);
  const std::vector<u32> got = device.download<u32>(a, 36);
  for (u32 i = 0; i < 36; i++) check(got[i] == i / 12 * 100 + i / 4 % 3 * 10 + i % 4, "thread %u wrote %u", i, got[i]);
}

void testStreams() {
  Device device;
  Handle stream = nullptr, early = nullptr, late = nullptr, plain = nullptr;
  float ms = -1;
  cuStreamCreate(&stream, 1);
  cuEventCreate(&early, 0);
  cuEventCreate(&late, 0);
  cuEventCreate(&plain, 2);
  checkCode("elapsed before they are recorded", cuEventElapsedTime(&ms, early, late), 400, "was not recorded");
  checkCode("record", cuEventRecord(early, stream), 0);
  const u64 a = device.allocate(64);
  std::vector<u32> words(16, 5), back(16);
  checkCode("a copy on the stream", cuMemcpyHtoDAsync_v2(a, words.data(), 64, stream), 0);
  checkCode("and back", cuMemcpyDtoHAsync_v2(back.data(), a, 64, stream), 0);
  checkCode("record", cuEventRecord(late, stream), 0);
  checkCode("wait for it", cuEventSynchronize(late), 0);
  check(words == back, "what was copied");
  check(!cuEventElapsedTime(&ms, early, late) && ms >= 0, "%g ms", static_cast<double>(ms));
  cuEventRecord(plain, stream);
  checkCode("elapsed without timing", cuEventElapsedTime(&ms, early, plain), 400, "without timing");
  checkCode("wait in a stream", cuStreamWaitEvent(stream, late, 0), 0);
  checkCode("destroy an event", cuEventDestroy_v2(late), 0);
  checkCode("use it", cuEventQuery(late), 400, "was destroyed");
  checkCode("query", cuStreamQuery(stream), 0);
  checkCode("synchronize", cuStreamSynchronize(stream), 0);
  checkCode("destroy the default stream", cuStreamDestroy_v2(nullptr), 400, "default stream");
  checkCode("destroy", cuStreamDestroy_v2(stream), 0);
  checkCode("use the stream", cuStreamSynchronize(stream), 400, "is no stream, or was destroyed");
}

}  // namespace

void testDriver() {
  testDevice();
  testContexts();
  testLaunches();
  testStreams();
}
