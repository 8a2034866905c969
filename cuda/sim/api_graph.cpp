// Capture of a stream's work, and graphs of it.
#include <algorithm>
#include <cstring>
#include <limits>

#include "driver.h"
#include "export.h"

using namespace sim;

namespace {

int beginCapture(void *handle, int mode) {
  return inContext("cuStreamBeginCapture", Point::capture, [&](Context &c, Effect) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamBeginCapture", c, handle, &stream)) return code;
    if (!stream) return fail(captureUnsupported, "cuStreamBeginCapture: the legacy default stream cannot be captured");
    if (stream->capture) return fail(illegalState, "cuStreamBeginCapture: the stream is capturing");
    if (mode < 0 || mode > 2) return fail(invalidValue, "cuStreamBeginCapture: no capture mode %d", mode);
    stream->capture = new Capture{&c, stream, static_cast<CaptureMode>(mode), std::this_thread::get_id(), "", {}};
    driver().captures.push_back(stream->capture);
    return success;
  });
}

int instantiate(const char *function, ExecutableGraph **executable, void *handle) {
  return inContext(function, Point::instantiate, [&](Context &c, Effect) -> int {
    Graph *graph = driver().graphs.find(handle);
    if (!graph) return fail(invalidHandle, "%s: no graph, or destroyed", function);
    auto made = std::make_unique<ExecutableGraph>();
    made->context = &c;
    made->work = graph->work;
    *executable = driver().executableGraphs.add(made.release());
    return success;
  });
}

// Does all that was recorded, in its order. spoils: the first float that is stored
// becomes a NaN at once, so that what follows sees it.
int replay(const std::vector<Work> &all, bool spoils) {
  for (const Work &work : all) {
    u64 firstFloat = 0;
    if (const int code = work(&firstFloat)) return code;
    if (!spoils || !firstFloat) continue;
    const f32 nan = std::numeric_limits<f32>::quiet_NaN();
    std::memcpy(memory().find(firstFloat)->at(firstFloat), &nan, sizeof nan);
    spoils = false;
  }
  return success;
}

}  // namespace

SIM_API int cuStreamBeginCapture_v2(void *stream, int mode) { return beginCapture(stream, mode); }

SIM_API int cuStreamEndCapture(void *handle, Graph **graph) {
  return inContext("cuStreamEndCapture", [&](Context &c) -> int {
    *graph = nullptr;
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamEndCapture", c, handle, &stream)) return code;
    if (!stream || !stream->capture) return fail(illegalState, "cuStreamEndCapture: the stream is not capturing");
    Capture *capture = stream->capture;
    if (capture->mode != CaptureMode::relaxed && capture->thread != std::this_thread::get_id())
      return fail(captureWrongThread, "cuStreamEndCapture: the capture was begun by another thread");
    stream->capture = nullptr;
    auto &captures = driver().captures;
    captures.erase(std::find(captures.begin(), captures.end(), capture));
    // The capture itself stays in memory: events may refer to it.
    if (!capture->spoilt.empty())
      return fail(captureInvalidated, "cuStreamEndCapture: the capture was spoilt: %s", capture->spoilt.c_str());
    *graph = driver().graphs.add(new Graph{&c, std::move(capture->work)});
    return success;
  });
}

SIM_API int cuStreamIsCapturing(void *handle, int *status) {
  return inContext("cuStreamIsCapturing", [&](Context &c) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamIsCapturing", c, handle, &stream)) return code;
    *status = !stream || !stream->capture ? 0 : stream->capture->spoilt.empty() ? 1 : 2;
    return success;
  });
}

SIM_API int cuGraphInstantiateWithFlags(ExecutableGraph **executable, void *graph, unsigned long long) {
  return instantiate("cuGraphInstantiateWithFlags", executable, graph);
}

SIM_API int cuGraphLaunch(void *handle, void *streamHandle) {
  return inContext("cuGraphLaunch", Point::graph, [&](Context &c, Effect effect) -> int {
    ExecutableGraph *graph = driver().executableGraphs.find(handle);
    if (!graph) return fail(invalidHandle, "cuGraphLaunch: no executable graph, or destroyed");
    if (graph->context != &c)
      return fail(invalidHandle, "cuGraphLaunch: the graph is of context %d, but context %d is current",
                  graph->context->number, c.number);
    Stream *stream = nullptr;
    if (const int code = findStream("cuGraphLaunch", c, streamHandle, &stream)) return code;
    if (stream && stream->capture) return fail(notSupported, "cuGraphLaunch: graphs in graphs are not simulated");
    return submit("cuGraphLaunch", c, stream, Effect::none,
                  [=](u64 *) { return replay(graph->work, effect == Effect::nan); });
  });
}

SIM_API int cuGraphExecDestroy(void *handle) {
  const Locked hold(driver().lock);
  ExecutableGraph *graph = driver().executableGraphs.find(handle);
  if (!graph) return fail(invalidHandle, "cuGraphExecDestroy: no executable graph, or destroyed before");
  graph->work.clear();
  driver().executableGraphs.drop(graph);
  return success;
}

SIM_API int cuGraphDestroy(void *handle) {
  const Locked hold(driver().lock);
  Graph *graph = driver().graphs.find(handle);
  if (!graph) return fail(invalidHandle, "cuGraphDestroy: no graph, or destroyed before");
  graph->work.clear();
  driver().graphs.drop(graph);
  return success;
}

SIM_API int cuGraphGetNodes(void *handle, void **nodes, std::size_t *count) {
  const Locked hold(driver().lock);
  const Graph *graph = driver().graphs.find(handle);
  if (!graph) return fail(invalidHandle, "cuGraphGetNodes: no graph, or destroyed");
  if (nodes) return fail(notSupported, "cuGraphGetNodes: only the number of nodes is simulated");
  *count = graph->work.size();
  return success;
}
