// GORGAN_SIM_FAULTS, each value in a process of its own.
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <ctime>
#include <functional>
#include <set>

#include "check.h"

namespace {

const char *const store = ".reg .u64 %a; ld.param.u64 %a, [a]; st.global.f32 [%a], 1.0; ret;";

// Whether a process with that environment hangs in f, and only there.
void hangs(const std::string &faults, const std::function<void()> &before, const std::function<void()> &f) {
  int ready[2];
  if (pipe(ready)) return;
  const pid_t child = fork();
  if (child == 0) {
    setenv("GORGAN_SIM_FAULTS", faults.c_str(), 1);
    before();
    if (write(ready[1], "r", 1) != 1) _exit(2);
    f();
    _exit(0);
  }
  char c = 0;
  close(ready[1]);
  const bool began = read(ready[0], &c, 1) == 1;
  close(ready[0]);
  const timespec pause = {0, 200000000};
  nanosleep(&pause, nullptr);
  int status = 0;
  const bool running = waitpid(child, &status, WNOHANG) == 0;
  check(began && running, "GORGAN_SIM_FAULTS=%s: the call hangs", faults.c_str());
  kill(child, SIGKILL);
  if (running) waitpid(child, &status, 0);
}

struct Step {
  const char *name;
  std::function<int()> call;
};

void testPoints() {
  // Each point, with the code that its second call gives while the first succeeds.
  static Device *device;
  static Handle kernel, stream, graph, executable, blas, m;
  static u64 a;
  const auto setUp = [] {
    device = new Device;
    a = device->allocate(4);
    kernel = device->load(module(".param .u64 a", store));
    cublasCreate_v2(&blas);
    cuStreamCreate(&stream, 1);
    cuMemsetD8_v2(a, 0, 4);
  };
  const auto capture = [] {
    if (const int code = cuStreamBeginCapture_v2(stream, 1)) return code;
    device->launch(kernel, 1, 1, {a}, stream);
    return cuStreamEndCapture(stream, &graph);
  };
  const auto instantiate = [=] {
    cuStreamBeginCapture_v2(stream, 1);
    device->launch(kernel, 1, 1, {a}, stream);
    cuStreamEndCapture(stream, &graph);
    return cuGraphInstantiateWithFlags(&executable, graph, 0);
  };
  const float one = 1;
  const struct {
    const char *point;
    int call;  // which is to fail; set-up has made those before it but one
    std::function<int()> f;
    int code;
    bool lasting;
  } points[] = {
      {"context", 3,
       [] {
         Handle c;
         return cuCtxCreate_v2(&c, 0, 0);
       },
       46, false},
      {"alloc", 3,
       [] {
         u64 b;
         return cuMemAlloc_v2(&b, 4);
       },
       2, false},
      {"copy", 2,
       [] {
         u32 x;
         return cuMemcpyDtoH_v2(&x, a, 4);
       },
       214, true},
      {"module", 3, [] { return cuModuleLoadData(&m, module("", "ret;").c_str()); }, 218, false},
      {"launch", 2, [] { return device->launch(kernel, 1, 1, {a}); }, 719, true},
      {"sync", 2, [] { return cuStreamSynchronize(stream); }, 719, true},
      {"capture", 2, capture, 900, false},
      {"instantiate", 2, instantiate, 2, false},
      {"graph", 2,
       [=] {
         if (!executable) instantiate();
         return cuGraphLaunch(executable, stream);
       },
       719, true},
      {"blas", 3,
       [] {
         Handle b;
         return cublasCreate_v2(&b);
       },
       3, false},
      {"free", 2, [] { return cuMemFree_v2(device->allocate(4)); }, 999, false},
      {"sgemm", 2,
       [one] {
         float *p = reinterpret_cast<float *>(a);
         return cublasSgemm_v2(blas, 0, 0, 1, 1, 0, &one, p, 1, p, 1, &one, p, 1);
       },
       13, true},
  };
  for (const auto &p : points) {
    const std::string name = p.point;
    inProcess(name + ":" + std::to_string(p.call) + "=fail", [&] {
      setUp();
      const int first = p.f(), second = p.f();
      check(first == 0 && second == p.code, "%s: codes %d, %d; want 0, %d", p.point, first, second, p.code);
      const int after = cuCtxSynchronize();
      return check((after != 0) == p.lasting, "%s: after it code %d", p.point, after);
    });
    hangs(name + ":" + std::to_string(p.call - 1) + "=hang", setUp, [&] { p.f(); });
  }
  hangs("init:1=hang", [] {}, [] { cuInit(0); });
}

float one(u64 address) {
  float x = 0;
  cuMemcpyDtoH_v2(&x, address, 4);
  return x;
}

void testNaN() {
  inProcess("launch:2=nan,sgemm:1=nan,graph:2=nan", [] {
    Device device;
    const u64 a = device.allocate(12);
    const Handle kernel = device.load(module(".param .u64 a", store));
    device.launch(kernel, 1, 1, {a});
    check(one(a) == 1, "the first launch is right");
    device.launch(kernel, 1, 1, {a});
    check(std::isnan(one(a)), "the second launch gives a NaN");
    device.launch(kernel, 1, 1, {a});
    check(one(a) == 1, "the third is right");
    Handle blas = nullptr, stream = nullptr, graph = nullptr, executable = nullptr;
    cublasCreate_v2(&blas);
    const float alpha = 1, beta = 0;
    float *const p = reinterpret_cast<float *>(a);
    cublasSgemm_v2(blas, 0, 0, 1, 1, 1, &alpha, p, 1, p, 1, &beta, p + 1, 1);
    check(std::isnan(one(a + 4)), "the product is a NaN");
    // In a graph what follows sees it.
    cuStreamCreate(&stream, 1);
    cublasSetStream_v2(blas, stream);
    cuStreamBeginCapture_v2(stream, 1);
    device.launch(kernel, 1, 1, {a}, stream);
    cublasSgemm_v2(blas, 0, 0, 1, 1, 1, &alpha, p, 1, p, 1, &beta, p + 1, 1);
    device.launch(kernel, 1, 1, {a + 8}, stream);
    cuStreamEndCapture(stream, &graph);
    cuGraphInstantiateWithFlags(&executable, graph, 0);
    cuGraphLaunch(executable, stream);
    check(one(a + 4) == 1, "the first replay is right");
    cuGraphLaunch(executable, stream);
    return check(std::isnan(one(a)) && std::isnan(one(a + 4)) && one(a + 8) == 1,
                 "the second gives a NaN, and one more where that is read");
  });
}

// The places of four blocks in the order in which they run.
std::vector<u32> placesOfBlocks() {
  Device device;
  const u64 a = device.upload(std::vector<u32>(5));
  device.launch(
      device.load(module(".param .u64 a",
                         ".reg .u64 %a, %at; .reg .u32 %v, %b; ld.param.u64 %a, [a]; atom.global.add.u32 %v, [%a], 1; "
                         "mov.u32 %b, %ctaid.x; mul.wide.u32 %at, %b, 4; add.u64 %at, %at, %a; st.global.u32 [%at+4], "
                         "%v; ret;")),
      4, 1, {a});
  return device.download<u32>(a + 4, 4);
}

void testSettings() {
  inProcess("init:1=nodevice", [] { return checkCode("no device", cuInit(0), 100, "there is no device"); });
  inProcess("init:1=fail", [] { return checkCode("a failure", cuInit(0), 999); });
  inProcess("alloc:*=oom", [] {
    Device device;
    u64 a = 0;
    return checkCode("no memory", cuMemAlloc_v2(&a, 4), 2) && checkCode("no memory", cuMemAlloc_v2(&a, 4), 2);
  });
  inProcess("memory=64K,driver=11040,devices=2", [] {
    Device device;
    int version = 0, devices = 0;
    u64 a = 0;
    check(!cuDriverGetVersion(&version) && version == 11040, "version %d", version);
    check(!cuDeviceGetCount(&devices) && devices == 2, "%d devices", devices);
    return checkCode("all the memory", cuMemAlloc_v2(&a, 65536), 0) &&
           checkCode("one byte more", cuMemAlloc_v2(&a, 1), 2, "65536 of 65536 are in use");
  });
  for (const int cc : {75, 80, 90}) {
    inProcess("cc=" + std::to_string(cc), [=] {
      Device device;
      int major = 0, minor = 0;
      cuDeviceGetAttribute(&major, 75, 0);
      cuDeviceGetAttribute(&minor, 76, 0);
      check(10 * major + minor == cc, "compute capability %d.%d", major, minor);
      bool all = true;
      for (const int target : {75, 80, 90}) {
        device.load(module("", "ret;", "7.8", "sm_" + std::to_string(target)));
        all = checkCode("a text for sm_" + std::to_string(target), device.last, target <= cc ? 0 : 209,
                        target <= cc ? "" : "the simulated device is of sm_") &&
              all;
      }
      return all;
    });
  }
  inProcess("devices=0", [] {
    int devices = -1;
    Handle c = nullptr;
    cuInit(0);
    return check(!cuDeviceGetCount(&devices) && !devices, "%d devices", devices) &&
           checkCode("device 0", cuCtxCreate_v2(&c, 0, 0), 101);
  });
  const struct {
    const char *setting;
    std::vector<u32> places;  // of blocks 0 to 3 in the order in which they run
  } orders[] = {{"order=forward", {0, 1, 2, 3}}, {"order=reverse", {3, 2, 1, 0}}};
  for (const auto &order : orders)
    inProcess(order.setting, [=] { return check(placesOfBlocks() == order.places, "%s", order.setting); });
  // Random orders are of all blocks, are repeated by their seed, and differ.
  std::set<std::vector<u32>> seen;
  for (const int seed : {1, 2, 3, 4, 5, 6, 1}) {
    int pipes[2];
    if (pipe(pipes)) return;
    inProcess("order=random:" + std::to_string(seed), [&] {
      const std::vector<u32> places = placesOfBlocks();
      return write(pipes[1], places.data(), 16) == 16;
    });
    std::vector<u32> places(4);
    check(read(pipes[0], places.data(), 16) == 16, "the places of seed %d", seed);
    if (seed == 1 && !seen.empty()) check(seen.count(places) == 1, "seed 1 again gives the same order");
    seen.insert(places);
    std::sort(places.begin(), places.end());
    check(places == std::vector<u32>({0, 1, 2, 3}), "seed %d: all four blocks run", seed);
    close(pipes[0]), close(pipes[1]);
  }
  check(seen.size() >= 4, "6 seeds give %zu orders of 24", seen.size());
  // What is not understood is said, and nothing works.
  for (const char *bad : {"launch", "launch:0=fail", "launch:x=fail", "launch:1=", "launch:1=oom", "copy:1=nan",
                          "alloc:1=nodevice", "nowhere:1=fail", "memory=lots", "memory=0", "devices=9", "steps=0",
                          "order=random", "order=random:x", "colour=red", "cc=76", "launch:1=fail,,"}) {
    inProcess(bad, [=] {
      if (!std::freopen("/dev/null", "w", stderr)) return false;
      return cuInit(0) == 999 && sentence(999).find("GORGAN_SIM_FAULTS is not valid") != std::string::npos;
    });
  }
}

}  // namespace

void testFaults() {
  testPoints();
  testNaN();
  testSettings();
}
