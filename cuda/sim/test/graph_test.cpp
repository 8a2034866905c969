// Capture of a stream and replay of its graph, and what a capture forbids.
#include <functional>
#include <thread>

#include "check.h"

namespace {

const char *const increment =
    ".reg .u64 %a; .reg .f32 %v; ld.param.u64 %a, [a]; ld.global.f32 %v, [%a]; add.f32 %v, %v, 1.0; st.global.f32 "
    "[%a], %v; ret;";

// A context with a stream, a kernel and a float of 1 on the device.
struct Fixture : Device {
  Handle stream = nullptr, kernel = nullptr;
  u64 a = 0;
  Fixture() {
    cuStreamCreate(&stream, 1);
    kernel = load(module(".param .u64 a", increment));
    a = upload(std::vector<float>{1});
  }
  float value() { return download<float>(a, 1)[0]; }
};

void testReplay() {
  Fixture f;
  Handle graph = nullptr, executable = nullptr;
  int status = -1;
  checkCode("begin", cuStreamBeginCapture_v2(f.stream, 1), 0);
  cuStreamIsCapturing(f.stream, &status);
  check(status == 1, "the stream is capturing, not %d", status);
  checkCode("begin again", cuStreamBeginCapture_v2(f.stream, 1), 401, "the stream is capturing");
  checkCode("a launch", f.launch(f.kernel, 1, 1, {f.a}, f.stream), 0);
  checkCode("a launch", f.launch(f.kernel, 1, 1, {f.a}, f.stream), 0);
  checkCode("end", cuStreamEndCapture(f.stream, &graph), 0);
  check(f.value() == 1, "capture runs nothing: %g", static_cast<double>(f.value()));
  checkCode("instantiate", cuGraphInstantiateWithFlags(&executable, graph, 0), 0);
  checkCode("destroy the graph", cuGraphDestroy(graph), 0);
  checkCode("destroy it again", cuGraphDestroy(graph), 400, "destroyed before");
  checkCode("instantiate it", cuGraphInstantiateWithFlags(&graph, graph, 0), 400, "no graph, or destroyed");
  for (int i = 1; i <= 3; i++) {
    checkCode("replay", cuGraphLaunch(executable, f.stream), 0);
    check(f.value() == static_cast<float>(1 + 2 * i), "after %d replays: %g", i, static_cast<double>(f.value()));
  }
  Handle other = nullptr;
  cuCtxCreate_v2(&other, 0, 0);
  checkCode("replay in another context", cuGraphLaunch(executable, nullptr), 400, "the graph is of context");
  cuCtxDestroy_v2(other);
  checkCode("end without begin", cuStreamEndCapture(f.stream, &graph), 401, "not capturing");
  checkCode("the legacy stream", cuStreamBeginCapture_v2(nullptr, 1), 900,
            "the legacy default stream cannot be captured");
  checkCode("replay on the legacy stream", cuGraphLaunch(executable, nullptr), 0);
  checkCode("destroy what replays", cuGraphExecDestroy(executable), 0);
  checkCode("replay that", cuGraphLaunch(executable, f.stream), 400, "no executable graph, or destroyed");
  checkCode("destroy that again", cuGraphExecDestroy(executable), 400, "destroyed before");
}

// A replay uses what the capture named, whether it is still there or not.
void testStale() {
  for (const bool memory : {true, false}) {
    Fixture f;
    Handle m = nullptr, k = f.kernel, graph = nullptr, executable = nullptr;
    if (!memory) {
      cuModuleLoadData(&m, module(".param .u64 a", increment).c_str());
      cuModuleGetFunction(&k, m, "k");
    }
    cuStreamBeginCapture_v2(f.stream, 1);
    f.launch(k, 1, 1, {f.a}, f.stream);
    cuStreamEndCapture(f.stream, &graph);
    cuGraphInstantiateWithFlags(&executable, graph, 0);
    if (memory) {
      cuMemFree_v2(f.a);
      checkCode("replay on freed memory", cuGraphLaunch(executable, f.stream), 700, "that was freed");
      checkCode("and after it", cuStreamSynchronize(f.stream), 700);
    } else {
      cuModuleUnload(m);
      checkCode("replay of an unloaded kernel", cuGraphLaunch(executable, f.stream), 400, "its module was unloaded");
    }
  }
}

void testForbidden() {
  const struct {
    const char *what;
    std::function<int(Fixture &)> call;
    int code;
    const char *complaint;
  } cases[] = {
      {"allocation",
       [](Fixture &) {
         u64 a;
         return cuMemAlloc_v2(&a, 4);
       },
       900, "cuMemAlloc is not allowed while a stream is capturing"},
      {"free", [](Fixture &f) { return cuMemFree_v2(f.a); }, 900, "cuMemFree is not allowed"},
      {"a module",
       [](Fixture &) {
         Handle m;
         return cuModuleLoadData(&m, module("", "ret;").c_str());
       },
       900, "cuModuleLoadData is not allowed"},
      {"cuCtxSynchronize", [](Fixture &) { return cuCtxSynchronize(); }, 900, "cuCtxSynchronize is not allowed"},
      {"cuStreamSynchronize", [](Fixture &f) { return cuStreamSynchronize(f.stream); }, 900, "the stream is capturing"},
      {"cuStreamQuery", [](Fixture &f) { return cuStreamQuery(f.stream); }, 900, "the stream is capturing"},
      {"the legacy stream", [](Fixture &) { return cuStreamSynchronize(nullptr); }, 906, "the legacy default stream"},
      {"a launch on it", [](Fixture &f) { return f.launch(f.kernel, 1, 1, {f.a}); }, 906,
       "work on the legacy default stream"},
      {"a copy that waits",
       [](Fixture &f) {
         float x;
         return cuMemcpyDtoH_v2(&x, f.a, 4);
       },
       900, "cuMemcpyDtoH is not allowed"},
      {"a fill on the legacy stream", [](Fixture &f) { return cuMemsetD32_v2(f.a, 0, 1); }, 906,
       "work on the legacy default stream"},
      {"an event from outside",
       [](Fixture &f) {
         Handle e;
         cuEventCreate(&e, 0);
         return cuStreamWaitEvent(f.stream, e, 0);
       },
       905, "from outside of it"},
      {"a cuBLAS handle",
       [](Fixture &) {
         Handle b;
         return cublasCreate_v2(&b) == 3 ? 900 : 0;
       },
       900, "cublasCreate is not allowed"},
  };
  for (const auto &c : cases) {
    Fixture f;
    Handle graph = f.kernel;
    int status = -1;
    cuStreamBeginCapture_v2(f.stream, 1);
    checkCode(c.what, c.call(f), c.code, c.complaint);
    cuStreamIsCapturing(f.stream, &status);
    check(status == 2, "%s: the capture is invalid, not %d", c.what, status);
    checkCode("a launch after it", f.launch(f.kernel, 1, 1, {f.a}, f.stream), 901, c.complaint);
    checkCode("the end of that capture", cuStreamEndCapture(f.stream, &graph), 901, c.complaint);
    check(!graph, "no graph");
    checkCode("a launch after the end", f.launch(f.kernel, 1, 1, {f.a}, f.stream), 0);
  }
}

void testThreadsAndEvents() {
  Fixture f;
  Handle graph = nullptr, event = nullptr, second = nullptr;
  int code = 0;
  const auto elsewhere = [&](const std::function<int()> &call) {
    std::thread([&] {
      cuCtxSetCurrent(f.context());
      code = call();
    }).join();
    return code;
  };
  u64 b = 0;
  cuStreamBeginCapture_v2(f.stream, 1);
  checkCode("thread-local: allocation on another thread", elsewhere([&] { return cuMemAlloc_v2(&b, 4); }), 0);
  checkCode("end on another thread", elsewhere([&] { return cuStreamEndCapture(f.stream, &graph); }), 908,
            "begun by another thread");
  cuEventCreate(&event, 0);
  checkCode("an event in the capture", cuEventRecord(event, f.stream), 0);
  checkCode("waiting in the stream", cuStreamWaitEvent(f.stream, event, 0), 0);
  checkCode("waiting for it", cuEventSynchronize(event), 907, "recorded in a capture");
  cuStreamCreate(&second, 1);
  checkCode("waiting in another stream", cuStreamWaitEvent(second, event, 0), 801, "more than one stream");
  checkCode("destroying the stream", cuStreamDestroy_v2(f.stream), 900, "the stream is capturing");
  checkCode("end", cuStreamEndCapture(f.stream, &graph), 0);

  cuStreamBeginCapture_v2(f.stream, 0);
  checkCode("global: allocation on another thread", elsewhere([&] { return cuMemAlloc_v2(&b, 4); }), 900,
            "not allowed");
  checkCode("end", cuStreamEndCapture(f.stream, &graph), 901);
  cuStreamBeginCapture_v2(f.stream, 2);
  checkCode("relaxed: allocation", cuMemAlloc_v2(&b, 4), 0);
  checkCode("relaxed: end on another thread", elsewhere([&] { return cuStreamEndCapture(f.stream, &graph); }), 0);
}

}  // namespace

void testGraphs() {
  testReplay();
  testStale();
  testForbidden();
  testThreadsAndEvents();
}
