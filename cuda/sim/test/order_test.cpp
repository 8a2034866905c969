// Work that is not ordered: nodes of a graph without a path between them, blocks of a kernel.
#include <algorithm>

#include "check.h"

namespace {

// Of words at a and b: *b = *a; *a = 7; *a += 1, atomically.
const char *const copying =
    ".reg .u64 %a, %b; .reg .u32 %v; ld.param.u64 %a, [a]; ld.param.u64 %b, [b]; ld.global.u32 %v, [%a]; st.global.u32 "
    "[%b], %v; ret;";
const char *const writing = ".reg .u64 %a; ld.param.u64 %a, [a]; st.global.u32 [%a], 7; ret;";
const char *const adding = ".reg .u64 %a; ld.param.u64 %a, [a]; red.global.add.u32 [%a], 1; ret;";

// A context with a stream, and graphs of which each node's predecessors are named.
struct Fixture : Device {
  Handle stream = nullptr, copy = nullptr, write = nullptr, add = nullptr, blas = nullptr;
  std::vector<u64> at;  // four words, each an allocation of its own
  Fixture() {
    cuStreamCreate(&stream, 1);
    copy = load(module(".param .u64 a, .param .u64 b", copying));
    write = load(module(".param .u64 a", writing));
    add = load(module(".param .u64 a", adding));
    cublasCreate_v2(&blas);
    cublasSetStream_v2(blas, stream);
    for (int i = 0; i < 4; i++) at.push_back(upload(std::vector<u32>{1}));
  }

  struct Work {
    enum Kind { copy, write, add, memcpy, memset, product } kind;
    std::size_t from, to;    // words
    std::vector<int> after;  // nodes
  };

  int capture(const Work &w) {
    const float one = 1, zero = 0;
    float *const from = reinterpret_cast<float *>(at[w.from]), *const to = reinterpret_cast<float *>(at[w.to]);
    switch (w.kind) {
      case Work::copy: return launch(copy, 1, 1, {at[w.from], at[w.to]}, stream);
      case Work::write: return launch(write, 1, 1, {at[w.to]}, stream);
      case Work::add: return launch(add, 1, 1, {at[w.to]}, stream);
      case Work::memcpy: return cuMemcpyDtoDAsync_v2(at[w.to], at[w.from], 4, stream);
      case Work::memset: return cuMemsetD32Async(at[w.to], 7, 1, stream);
      default: return cublasSgemm_v2(blas, 0, 0, 1, 1, 1, &one, from, 1, from, 1, &zero, to, 1);
    }
  }

  // The code of a launch of the graph of those nodes.
  int run(const std::vector<Work> &work) {
    Handle graph = nullptr, executable = nullptr;
    std::vector<Handle> nodes;
    cuStreamBeginCapture_v2(stream, 1);
    for (const Work &w : work) {
      std::vector<Handle> after;
      for (const int n : w.after) after.push_back(nodes[static_cast<std::size_t>(n)]);
      checkCode("the predecessors", cuStreamUpdateCaptureDependencies(stream, after.data(), after.size(), 1), 0);
      check(!capture(w), "a node is captured");
      const Handle *last = nullptr;
      std::size_t count = 0;
      int status = 0;
      u64 id = 0;
      checkCode("the last node", cuStreamGetCaptureInfo_v2(stream, &status, &id, nullptr, &last, &count), 0);
      if (!check(count == 1 && status == 1 && id, "one node is the last, not %zu", count)) return -1;
      nodes.push_back(last[0]);
    }
    checkCode("end", cuStreamEndCapture(stream, &graph), 0);
    checkCode("instantiate", cuGraphInstantiateWithFlags(&executable, graph, 0), 0);
    return cuGraphLaunch(executable, stream);
  }
};

using Work = Fixture::Work;

struct Case {
  const char *what;
  std::vector<Work> work;
  const char *complaint;  // nullptr: all is in order
};

const Case graphs[] = {
    {"a chain", {{Work::write, 0, 0, {}}, {Work::copy, 0, 1, {0}}, {Work::copy, 1, 0, {1}}}, nullptr},
    {"readers side by side",
     {{Work::copy, 0, 1, {}}, {Work::copy, 0, 2, {}}, {Work::copy, 0, 3, {}}, {Work::write, 0, 0, {0, 1, 2}}},
     nullptr},
    {"a path of two edges", {{Work::write, 0, 0, {}}, {Work::write, 3, 3, {0}}, {Work::copy, 0, 1, {1}}}, nullptr},
    {"different words", {{Work::write, 0, 0, {}}, {Work::write, 1, 1, {}}, {Work::add, 2, 2, {}}}, nullptr},
    {"a read of what is written",
     {{Work::write, 0, 0, {}}, {Work::copy, 0, 1, {}}},
     "kernel k, block (0,0,0), thread (0,0,0), line 6 of the PTX, ld.global.u32 %v, [%a]: node 1 (k) reads what node 0 "
     "(k) touches: no path leads from node 0 to node 1 (at address 0x"},
    {"a write of what is read",
     {{Work::copy, 0, 1, {}}, {Work::write, 0, 0, {}}},
     "node 1 (k) writes what node 0 (k) touches: no path"},
    {"two writes", {{Work::write, 0, 0, {}}, {Work::write, 0, 0, {}}}, "node 1 (k) writes what node 0 (k) touches"},
    {"two atomics", {{Work::add, 0, 0, {}}, {Work::add, 0, 0, {}}}, "node 1 (k) writes what node 0 (k) touches"},
    {"a write that follows the second reader",
     {{Work::copy, 0, 1, {}}, {Work::copy, 0, 2, {}}, {Work::write, 0, 0, {1}}},
     "no path leads from node 0 to node 2"},
    {"a write that follows the first",
     {{Work::copy, 0, 1, {}}, {Work::copy, 0, 2, {}}, {Work::write, 0, 0, {0}}},
     "no path leads from node 1 to node 2"},
    {"a write that follows two of three readers",
     {{Work::copy, 0, 1, {}}, {Work::copy, 0, 2, {}}, {Work::copy, 0, 3, {}}, {Work::write, 0, 0, {0, 2}}},
     "no path leads from node 1 to node 3"},
    {"a write that follows the other two",
     {{Work::copy, 0, 1, {}}, {Work::copy, 0, 2, {}}, {Work::copy, 0, 3, {}}, {Work::write, 0, 0, {0, 1}}},
     "no path leads from node 2 to node 3"},
    {"a reader, then one that follows another",
     {{Work::copy, 0, 1, {}}, {Work::copy, 0, 2, {}}, {Work::copy, 0, 3, {0}}, {Work::write, 0, 0, {2}}},
     "no path leads from node 1 to node 3"},
    {"a copy", {{Work::write, 0, 0, {}}, {Work::memcpy, 0, 1, {}}}, "node 1 (cuMemcpyDtoDAsync) reads what node 0"},
    {"a copy's target",
     {{Work::copy, 0, 1, {}}, {Work::memcpy, 2, 1, {}}},
     "cuMemcpyDtoDAsync: node 1 (cuMemcpyDtoDAsync) writes what node 0 (k) touches: no path leads from node 0"},
    {"a fill", {{Work::copy, 0, 1, {}}, {Work::memset, 0, 0, {}}}, "node 1 (cuMemsetD32Async) writes what node 0"},
    {"a product's operand", {{Work::write, 0, 0, {}}, {Work::product, 0, 1, {}}}, "node 1 (cublasSgemm) reads what"},
    {"a product's result", {{Work::product, 0, 1, {}}, {Work::copy, 1, 2, {}}}, "node 1 (k) reads what node 0 (cublas"},
    {"two products in order", {{Work::product, 0, 1, {}}, {Work::product, 2, 3, {0}}}, nullptr},
    {"two products with one workspace",
     {{Work::product, 0, 1, {}}, {Work::product, 2, 3, {}}},
     "cublasSgemm, in its workspace: node 1 (cublasSgemm) writes what node 0 (cublasSgemm) touches"},
};

void testNodes() {
  for (const Case &c : graphs) {
    Fixture f;
    const int code = f.run(c.work);
    checkCode(c.what, code, c.complaint ? 719 : 0, c.complaint ? c.complaint : "");
  }
}

// Each edge of a graph that has none too many, left out in turn.
void testEdges() {
  const std::vector<Work> step = {{Work::write, 0, 0, {}},      {Work::copy, 0, 1, {0}},    {Work::product, 0, 2, {0}},
                                  {Work::memset, 0, 0, {1, 2}}, {Work::add, 1, 1, {1}},     {Work::copy, 1, 3, {4}},
                                  {Work::memcpy, 3, 0, {3, 5}}, {Work::product, 2, 3, {6}}, {Work::copy, 0, 2, {7}}};
  {
    Fixture f;
    if (!checkCode("all edges", f.run(step), 0)) return;
  }
  for (std::size_t n = 0; n < step.size(); n++) {
    for (std::size_t e = 0; e < step[n].after.size(); e++) {
      Fixture f;
      std::vector<Work> without = step;
      const int before = step[n].after[e];
      without[n].after.erase(without[n].after.begin() + static_cast<std::ptrdiff_t>(e));
      checkCode("without the edge from " + std::to_string(before) + " to " + std::to_string(n), f.run(without), 719,
                "no path leads from node ");
    }
  }
}

// Numbers of runs come round, and then what was recorded is forgotten.
void testManyRuns() {
  Fixture f;
  for (int i = 0; i < 20000; i++)
    if (f.launch(f.write, 1, 1, {f.at[0]})) break;
  checkCode("many launches", f.last, 0);
  checkCode("a clean graph", f.run({{Work::copy, 0, 1, {}}, {Work::write, 0, 0, {0}}}), 0);
  checkCode("a wrong one", f.run({{Work::copy, 0, 1, {}}, {Work::write, 0, 0, {}}}), 719, "no path leads");
}

// Kernels of blocks of 32 threads; %t is the thread and %c the block.
const struct {
  const char *what, *body;
  u32 blocks;
  const char *complaint;
} kernels[] = {
    {"each block a word of its own", "st.global.u32 [%own], %c; ld.global.u32 %v, [%own];", 5, nullptr},
    {"all read one word", "ld.global.u32 %v, [%a]; st.global.u32 [%own], %v;", 5, nullptr},
    {"atomics on one word", "red.global.add.u32 [%a], 1;", 5, nullptr},
    {"a word that one block uses in all ways",
     "setp.eq.u32 %p, %c, 1; @%p st.global.u32 [%a], 1; @%p red.global.add.u32 [%a], 1; @%p ld.global.u32 %v, [%a];", 3,
     nullptr},
    {"a block reads what another writes",
     "st.global.u32 [%own], %c; setp.eq.u32 %p, %c, 2; @%p ld.global.u32 %v, [%a+4];", 3,
     "block (2,0,0), thread (0,0,0), line 9 of the PTX, @%p ld.global.u32 %v, [%a+4]: reads what block (0,0,0) of this "
     "launch touches"},
    {"a block writes what another reads", "ld.global.u32 %v, [%a]; setp.eq.u32 %p, %c, 2; @%p st.global.u32 [%a], 1;",
     3, "writes what other blocks of this launch touch"},
    {"blocks write one value at one word", "st.global.u32 [%a], 1;", 2, "writes what block (0,0,0) of this launch"},
    {"a block reads what others add to",
     "setp.lt.u32 %p, %c, 2; @%p red.global.add.u32 [%a], 1; @!%p ld.global.u32 %v, [%a];", 3,
     "reads what other blocks of this launch touch"},
    {"a block writes what another adds to",
     "setp.lt.u32 %p, %c, 1; @%p red.global.add.u32 [%a], 1; @!%p st.global.u32 [%a], 1;", 2,
     "writes what block (0,0,0)"},
    {"a block adds to what another wrote, and added to",
     "setp.lt.u32 %p, %c, 1; @%p st.global.u32 [%a], 1; red.global.add.u32 [%a], 1;", 2, "writes what block (0,0,0)"},
    {"a block adds to what another reads",
     "setp.lt.u32 %p, %c, 1; @%p ld.global.u32 %v, [%a]; @!%p red.global.add.u32 [%a], 1;", 2,
     "writes what block (0,0,0)"},
    {"a vector that overlaps another block's word",
     "setp.eq.u32 %p, %c, 2; @%p st.global.u32 [%own], 1; setp.eq.u32 %p, %c, 5; @%p ld.global.v4.u32 {%v, _, _, _}, "
     "[%a];",
     6, "reads what block (2,0,0)"},
    {".nc of what the launch itself writes", "st.global.u32 [%own], 1; ld.global.nc.u32 %v, [%own];", 1,
     "reads by .nc what this launch writes"},
};

void testBlocks() {
  for (const auto &k : kernels) {
    for (const bool inGraph : {false, true}) {
      Fixture f;
      const u64 a = f.upload(std::vector<u32>(8));
      const Handle kernel = f.load(module(
          ".param .u64 a",
          std::string(
              ".reg .u64 %a, %own; .reg .u32 %v, %c, %t; .reg .pred %p;\nld.param.u64 %a, [a]; "
              "mov.u32 %c, %ctaid.x; mul.wide.u32 %own, %c, 4; add.u64 %own, %own, %a; add.u64 %own, %own, 4;\n") +
              "\n" + k.body + "\nret;"));
      if (!checkCode(k.what, f.last, 0)) continue;
      Handle graph = nullptr, executable = nullptr;
      if (inGraph) cuStreamBeginCapture_v2(f.stream, 1);
      int code = f.launch(kernel, k.blocks, 32, {a}, f.stream);
      if (inGraph) {
        cuStreamEndCapture(f.stream, &graph);
        cuGraphInstantiateWithFlags(&executable, graph, 0);
        code = cuGraphLaunch(executable, f.stream);
      }
      checkCode(std::string(k.what) + (inGraph ? ", in a graph" : ""), code, k.complaint ? 719 : 0,
                k.complaint ? k.complaint : "");
    }
  }
  // What one launch touches does not bind the next.
  Fixture f;
  for (int i = 0; i < 3; i++) {
    checkCode("a write", f.launch(f.write, 1, 1, {f.at[0]}), 0);
    checkCode("a read", f.launch(f.copy, 1, 1, {f.at[0], f.at[1]}), 0);
  }
}

void testDependencies() {
  Fixture f;
  Handle graph = nullptr, none = f.stream;
  const Handle *last = nullptr;
  std::size_t count = 9;
  int status = 9;
  checkCode("no capture", cuStreamGetCaptureInfo_v2(f.stream, &status, nullptr, nullptr, &last, &count), 0);
  check(status == 0, "status %d", status);
  checkCode("no capture", cuStreamUpdateCaptureDependencies(f.stream, nullptr, 0, 1), 401, "not capturing");
  cuStreamBeginCapture_v2(f.stream, 1);
  checkCode("at the start", cuStreamGetCaptureInfo_v2(f.stream, &status, nullptr, nullptr, &last, &count), 0);
  check(status == 1 && count == 0, "status %d, %zu nodes", status, count);
  f.capture({Work::write, 0, 0, {}});
  cuStreamGetCaptureInfo_v2(f.stream, &status, nullptr, nullptr, &last, &count);
  const Handle first = last[0];
  cuStreamUpdateCaptureDependencies(f.stream, nullptr, 0, 1);
  f.capture({Work::write, 1, 1, {}});
  Handle added = first;
  checkCode("one more", cuStreamUpdateCaptureDependencies(f.stream, &added, 1, 0), 0);
  cuStreamGetCaptureInfo_v2(f.stream, &status, nullptr, nullptr, &last, &count);
  check(count == 2 && std::count(last, last + count, first) == 1, "%zu nodes", count);
  checkCode("no node", cuStreamUpdateCaptureDependencies(f.stream, &none, 1, 1), 1, "dependency 0 is no node");
  checkCode("flags", cuStreamUpdateCaptureDependencies(f.stream, nullptr, 0, 2), 1, "no such flags");
  checkCode("end", cuStreamEndCapture(f.stream, &graph), 0);
}

}  // namespace

void testOrders() {
  testNodes();
  testEdges();
  testManyRuns();
  testBlocks();
  testDependencies();
}
