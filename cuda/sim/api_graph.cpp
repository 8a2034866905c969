// Capture of a stream's work, and graphs of it.
#include <algorithm>
#include <cstring>
#include <limits>

#include "driver.h"
#include "export.h"
#include "sequence.h"

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

// Finds what each node of a graph comes after, and an order to run them in.
void findOrder(ExecutableGraph &graph) {
  const std::size_t n = graph.nodes.size();
  Turn::Graph &order = graph.order;
  order.ended.assign(n, std::vector<u8>(n));
  for (std::size_t node = 0; node < n; node++) {  // the nodes before one have lower numbers
    order.names.push_back(graph.nodes[node]->name);
    for (const u32 before : graph.nodes[node]->after) {
      for (std::size_t i = 0; i < n; i++) order.ended[node][i] |= order.ended[before][i];
      order.ended[node][before] = 1;
    }
  }
  std::vector<u32> ready;
  std::vector<u8> done(n);
  while (graph.sequence.size() < n) {
    ready.clear();
    for (u32 node = 0; node < n; node++) {
      const std::vector<u32> &after = graph.nodes[node]->after;
      if (!done[node] && std::all_of(after.begin(), after.end(), [&](u32 before) { return done[before]; }))
        ready.push_back(node);
    }
    graph.sequence.push_back(ready[sequence(static_cast<u32>(ready.size()))[0]]);
    done[graph.sequence.back()] = 1;
  }
  // A kernel that starts early starts when the one before it has come past its own wait, in
  // all threads (parser.cpp), or ended: what that one waited for has ended.
  order.endedBeforeWait = order.ended;
  for (std::size_t node = 0; node < n; node++)
    if (graph.nodes[node]->programmatic) order.endedBeforeWait[node] = order.ended[graph.nodes[node]->after[0]];
}

int instantiate(const char *function, ExecutableGraph **executable, void *handle) {
  return inContext(function, Point::instantiate, [&](Context &c, Effect) -> int {
    Graph *graph = driver().graphs.find(handle);
    if (!graph) return fail(invalidHandle, "%s: no graph, or destroyed", function);
    if (graph->nodes.size() >= Turn::runs / 2)
      return fail(notSupported, "%s: a graph of %zu nodes, %u is the most here", function, graph->nodes.size(),
                  Turn::runs / 2 - 1);
    auto made = std::make_unique<ExecutableGraph>();
    made->context = &c;
    made->nodes = graph->nodes;
    findOrder(*made);
    *executable = driver().executableGraphs.add(made.release());
    return success;
  });
}

// One launch of a graph. spoils: the first float that is stored becomes a NaN at once, so
// that what follows sees it.
struct Replay {
  const ExecutableGraph &graph;
  Nodes nodes;  // the graph may be destroyed while a node waits
  bool spoils;
  u32 run = 0;         // the number of node 0's run, 0 before the launch begins
  std::size_t at = 0;  // in the graph's sequence

  int goOn() {
    if (!run) run = beginRuns(static_cast<u32>(nodes.size()));
    for (; at < graph.sequence.size(); at++) {
      const u32 n = graph.sequence[at];
      u64 firstFloat = 0;
      if (const int code = nodes[n]->work(Turn(graph.order, run, n, nodes[n]->programmatic), &firstFloat)) return code;
      if (!spoils || !firstFloat) continue;
      const f32 nan = std::numeric_limits<f32>::quiet_NaN();
      std::memcpy(memory().find(firstFloat)->at(firstFloat), &nan, sizeof nan);
      spoils = false;
    }
    return success;
  }
};

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
    *graph = driver().graphs.add(new Graph{&c, std::move(capture->nodes)});
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

// The nodes that what is captured next comes after. They and the id are good while the
// stream captures; the graph itself is not there before the end.
SIM_API int cuStreamGetCaptureInfo_v2(void *handle, int *status, u64 *id, Graph **graph, const Node *const **last,
                                      std::size_t *count) {
  return inContext("cuStreamGetCaptureInfo", [&](Context &c) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamGetCaptureInfo", c, handle, &stream)) return code;
    Capture *capture = stream ? stream->capture : nullptr;
    *status = !capture ? 0 : capture->spoilt.empty() ? 1 : 2;
    if (*status != 1) return success;
    if (graph) return fail(notSupported, "cuStreamGetCaptureInfo: the graph of a capture is not simulated");
    if (id) *id = reinterpret_cast<u64>(capture);
    capture->lastHandles.clear();
    for (const u32 n : capture->last) capture->lastHandles.push_back(capture->nodes[n].get());
    if (last) *last = capture->lastHandles.data();
    if (count) *count = capture->last.size();
    return success;
  });
}

// flags: 0 adds to the nodes that what is captured next comes after, 1 sets them.
SIM_API int cuStreamUpdateCaptureDependencies(void *handle, const Node *const *nodes, std::size_t count, u32 flags) {
  return inContext("cuStreamUpdateCaptureDependencies", [&](Context &c) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamUpdateCaptureDependencies", c, handle, &stream)) return code;
    if (!stream || !stream->capture)
      return fail(illegalState, "cuStreamUpdateCaptureDependencies: the stream is not capturing");
    if (flags > 1) return fail(invalidValue, "cuStreamUpdateCaptureDependencies: no such flags");
    Capture &capture = *stream->capture;
    std::vector<u32> last;
    if (!flags) last = capture.last;
    for (std::size_t i = 0; i < count; i++) {
      u32 n = 0;
      while (n < capture.nodes.size() && capture.nodes[n].get() != nodes[i]) n++;
      if (n == capture.nodes.size())
        return fail(invalidValue, "cuStreamUpdateCaptureDependencies: dependency %zu is no node of the capture", i);
      if (std::find(last.begin(), last.end(), n) == last.end()) last.push_back(n);
    }
    capture.last = last;
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
    const auto replay = std::make_shared<Replay>(Replay{*graph, graph->nodes, effect == Effect::nan});
    return submit("cuGraphLaunch", c, stream, Effect::none,
                  {"cuGraphLaunch", [=](const Turn &, u64 *) { return replay->goOn(); }});
  });
}

SIM_API int cuGraphExecDestroy(void *handle) {
  const Locked hold(driver().lock);
  ExecutableGraph *graph = driver().executableGraphs.find(handle);
  if (!graph) return fail(invalidHandle, "cuGraphExecDestroy: no executable graph, or destroyed before");
  graph->nodes.clear();
  driver().executableGraphs.drop(graph);
  return success;
}

SIM_API int cuGraphDestroy(void *handle) {
  const Locked hold(driver().lock);
  Graph *graph = driver().graphs.find(handle);
  if (!graph) return fail(invalidHandle, "cuGraphDestroy: no graph, or destroyed before");
  graph->nodes.clear();
  driver().graphs.drop(graph);
  return success;
}

SIM_API int cuGraphGetNodes(void *handle, void **nodes, std::size_t *count) {
  const Locked hold(driver().lock);
  const Graph *graph = driver().graphs.find(handle);
  if (!graph) return fail(invalidHandle, "cuGraphGetNodes: no graph, or destroyed");
  if (nodes) return fail(notSupported, "cuGraphGetNodes: only the number of nodes is simulated");
  *count = graph->nodes.size();
  return success;
}
