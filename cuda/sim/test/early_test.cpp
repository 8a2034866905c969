// Programmatic launches: kernels that start while the kernel before them runs.
#include <map>

#include "check.h"

namespace {

const char *const wait = "griddepcontrol.wait;\n", *const trigger = "griddepcontrol.launch_dependents;\n";
const std::string both = std::string(wait) + trigger;

// Kernels with the addresses of words a and b in %a and %b.
std::string textOf(const std::string &body) {
  return module(
      ".param .u64 a, .param .u64 b",
      ".reg .u64 %a, %b; .reg .u32 %v, %t; .reg .pred %p; ld.param.u64 %a, [a]; ld.param.u64 %b, [b]; mov.u32 "
      "%t, %tid.x; setp.lt.u32 %p, %t, 7;\n" +
          body + "\nret;",
      "7.8", "sm_90");
}
const std::string read = "ld.global.u32 %v, [%a];", readConstant = "ld.global.nc.u32 %v, [%a];",
                  write = "st.global.u32 [%a], 7;", move = "ld.global.u32 %v, [%a]; st.global.u32 [%b], %v;";

// The layout of the driver's CUlaunchConfig and CUlaunchAttribute.
struct Attribute {
  u32 id, padding;
  int flag;
  char more[60];
};
struct Configuration {
  u32 grid[3], block[3], shared;
  Handle stream;
  const Attribute *attributes;
  u32 count;
};

enum How { early, plain, product, copy };
struct Launch {
  How how;
  std::string body;
  std::size_t a, b;  // words
};

struct Fixture : Device {
  Handle stream = nullptr, blas = nullptr;
  std::vector<u64> at;
  Fixture() {
    cuStreamCreate(&stream, 1);
    cublasCreate_v2(&blas);
    cublasSetStream_v2(blas, stream);
    for (int i = 0; i < 4; i++) at.push_back(upload(std::vector<u32>{1}));
  }

  int put(const Launch &l) {
    const float one = 1, zero = 0;
    float *const from = reinterpret_cast<float *>(at[l.a]), *const to = reinterpret_cast<float *>(at[l.b]);
    if (l.how == product) return cublasSgemm_v2(blas, 0, 0, 1, 1, 1, &one, from, 1, from, 1, &zero, to, 1);
    if (l.how == copy) return cuMemcpyDtoDAsync_v2(at[l.b], at[l.a], 4, stream);
    const Handle kernel = kernels[l.body];
    Attribute attribute{6, 0, l.how == early, {}};
    const Configuration c{{1, 1, 1}, {64, 1, 1}, 0, stream, &attribute, 1};
    void *arguments[] = {&at[l.a], &at[l.b]};
    return cuLaunchKernelEx(&c, kernel, arguments, nullptr);
  }

  // The code of a launch of the chain, or of what went wrong before.
  int run(const std::vector<Launch> &chain) {
    for (const Launch &l : chain)
      if (l.how <= plain && !kernels[l.body] && !(kernels[l.body] = load(textOf(l.body)))) return last;
    Handle graph = nullptr, executable = nullptr;
    cuStreamBeginCapture_v2(stream, 1);
    int code = 0;
    for (const Launch &l : chain)
      if (!code) code = put(l);
    cuStreamEndCapture(stream, &graph);
    if (code) return code;
    cuGraphInstantiateWithFlags(&executable, graph, 0);
    return cuGraphLaunch(executable, stream);
  }

  std::map<std::string, Handle> kernels;
};

const struct {
  const char *what;
  std::vector<Launch> chain;
  int code;
  const char *complaint;
} chains[] = {
    {"all wait first",
     {{early, both + write, 0, 0}, {early, both + move, 0, 1}, {early, both + move, 1, 0}, {early, both + read, 0, 0}},
     0,
     ""},
    {"none waits, none is early", {{plain, write, 0, 0}, {plain, move, 0, 1}, {plain, write, 0, 0}}, 0, ""},
    {"all wait, none is early", {{plain, both + write, 0, 0}, {plain, both + move, 0, 1}}, 0, ""},
    {"an early kernel after one that knows nothing of it", {{plain, write, 0, 0}, {early, wait + read, 0, 0}}, 0, ""},
    {"an early read of what nobody writes", {{early, both + write, 0, 0}, {early, read + both, 1, 0}}, 0, ""},
    {"an early read of what the kernel before writes",
     {{early, both + write, 0, 0}, {early, read + both, 0, 0}},
     719,
     "ld.global.u32 %v, [%a]: node 1 (k) reads what node 0 (k) touches, before its griddepcontrol.wait (at"},
    {"an early write of what the kernel before reads",
     {{early, both + read, 0, 0}, {early, write + both, 0, 0}},
     719,
     "node 1 (k) writes what node 0 (k) touches, before its griddepcontrol.wait"},
    {"an early read of what the kernel before that writes",
     {{early, both + write, 0, 0}, {early, both + write, 1, 1}, {early, read + both, 0, 0}},
     0,
     ""},
    {"an early read of what a kernel reads early",
     {{early, both + write, 1, 1}, {early, read + both, 0, 0}, {early, read + both, 0, 0}, {early, both + write, 0, 0}},
     0,
     ""},
    {"an early write of what the kernel before reads early",
     {{early, both + write, 1, 1}, {early, read + both, 0, 0}, {early, write + both, 0, 0}},
     719,
     "node 2 (k) writes what node 1 (k) touches, before its griddepcontrol.wait"},
    {"an early write of what two kernels read early",
     {{early, both + write, 1, 1}, {early, read + both, 0, 0}, {early, read + both, 0, 0}, {early, write + both, 0, 0}},
     719,
     "node 3 (k) writes what node 2 (k) touches, before its griddepcontrol.wait"},
    {"no wait",
     {{early, both + write, 0, 0}, {early, "", 0, 0}},
     719,
     "ret: ends without griddepcontrol.wait, and the launch is programmatic"},
    {"no wait, as the first node", {{early, write, 0, 0}}, 0, ""},
    {"a wait of some threads",
     {{early, both + write, 0, 0}, {early, std::string("@%p ") + wait, 0, 0}},
     719,
     "thread (7,0,0), line 9 of the PTX, ret: ends without griddepcontrol.wait"},
    {"a read in threads that did not wait",
     {{early, both + write, 0, 0}, {early, std::string("@%p ") + wait + read + wait, 0, 0}},
     719,
     "thread (7,0,0), line 8 of the PTX, ld.global.u32 %v, [%a]: node 1 (k) reads"},
    {".nc of what the kernel before writes",
     {{early, both + write, 0, 0}, {early, both + readConstant, 0, 0}},
     719,
     "node 1 (k) reads by .nc what node 0 (k) touches, which may run when this kernel starts"},
    {"the same, not early", {{early, both + write, 0, 0}, {plain, both + readConstant, 0, 0}}, 0, ""},
    {".nc of what the kernel before that writes",
     {{early, both + write, 0, 0}, {early, both + write, 1, 1}, {early, both + readConstant, 0, 0}},
     0,
     ""},
    {".nc of what the kernel before reads",
     {{early, both + readConstant, 0, 0}, {early, both + readConstant, 0, 0}},
     0,
     ""},
    {"a product between",
     {{early, both + write, 0, 0}, {product, "", 0, 1}, {early, both + move, 1, 0}, {product, "", 0, 1}},
     0,
     ""},
    {"an early read of a product", {{product, "", 0, 1}, {early, read + both, 1, 0}}, 719, "before its griddepcontrol"},
    {"an early launch after a copy",
     {{copy, "", 0, 1}, {early, both + read, 1, 0}},
     801,
     "a programmatic launch after anything but one kernel is not simulated"},
    {"a trigger before the wait",
     {{early, std::string(trigger) + wait, 0, 0}},
     218,
     "line 7 of the PTX: no griddepcontrol.wait of all threads comes before: griddepcontrol.launch_dependents"},
    {"a trigger without a wait", {{early, trigger, 0, 0}}, 218, "no griddepcontrol.wait"},
    {"a wait of some threads before the trigger",
     {{early, std::string("@%p ") + both, 0, 0}},
     218,
     "no griddepcontrol.wait"},
    {"a wait on one of two ways",
     {{early, std::string("@%p bra L;\n") + wait + "L:\n" + trigger, 0, 0}},
     218,
     "no griddepcontrol.wait"},
    {"a wait on both ways",
     {{early, std::string("@%p bra L;\n") + wait + "bra M;\nL:\n" + wait + "M:\n" + trigger, 0, 0}},
     0,
     ""},
    {"a way back to before the wait",
     {{early, std::string("bra M;\nL:\n") + wait + "bra E;\nM: @%p " + trigger + "bra L;\nE: ", 0, 0}},
     218,
     "no griddepcontrol.wait"},
    {"an end before the wait", {{plain, std::string("@%p ret;\n") + both, 0, 0}}, 0, ""},
};

// Whether all is as it should be; in a process with cc=90.
bool testChains() {
  for (const auto &c : chains) {
    Fixture f;
    const int code = f.run(c.chain);
    checkCode(c.what, code, c.code, c.complaint);
  }
  Fixture f;
  f.kernels[both] = f.load(textOf(both));
  checkCode("a launch outside of a capture", f.put({early, both, 0, 0}), 801, "outside of a capture");
  checkCode("one that is not early", f.put({plain, both, 0, 0}), 0);
  const Attribute other{7, 0, 1, {}};
  const Configuration c{{1, 1, 1}, {64, 1, 1}, 0, f.stream, &other, 1};
  checkCode("another attribute", cuLaunchKernelEx(&c, f.kernels[both], nullptr, nullptr), 801, "attribute 7 is not");
  for (const auto &t : {std::make_pair("7.7", "sm_80"), std::make_pair("7.8", "sm_89")}) {
    f.load(module("", wait, t.first, t.second));
    checkCode("an older text", f.last, 218, t.first[2] == '7' ? "needs .version 7.8" : "needs .target sm_90");
  }
  return true;
}

}  // namespace

void testEarlyLaunches() {
  inProcess("cc=90,steps=50000", testChains);
  inProcess("cc=89", [] {
    Fixture f;
    f.kernels[""] = f.load(module(".param .u64 a, .param .u64 b", "ret;"));
    return checkCode("an older device", f.put({early, "", 0, 0}), 801, "needs compute capability 9.0, this is 8.9");
  });
}
