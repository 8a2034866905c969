// What the driver keeps; see driver.h.
#include "driver.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <limits>

#include "export.h"

namespace sim {

Driver &driver() {
  static Driver *const d = new Driver;
  return *d;
}

std::vector<Context *> &contextStack() {
  static thread_local std::vector<Context *> stack;
  return stack;
}

int enter(const char *function, Context **context) {
  if (!driver().initialized) return fail(notInitialized, "%s before cuInit", function);
  if (contextStack().empty()) return fail(invalidContext, "%s: no context is current on this thread", function);
  *context = contextStack().back();
  if (!driver().contexts.find(*context))
    return fail(contextDestroyed, "%s: the current context, number %d, was destroyed", function, (*context)->number);
  return (*context)->spoilt;  // the sentence of the failure that spoilt it stands
}

int spoil(Context &context, int code) {
  const bool lasting = code == eccUncorrectable ||
                       (code >= 700 && code < 720 && code != launchOutOfResources && code != primaryContextActive);
  if (lasting) context.spoilt = code;
  return code;
}

int struck(Point point, const char *function, Context *context) {
  int code = unknownError;
  switch (point) {
    case Point::context: code = deviceUnavailable; break;
    case Point::alloc:
    case Point::instantiate: code = outOfMemory; break;
    case Point::copy: code = eccUncorrectable; break;
    case Point::module: code = invalidPTX; break;
    case Point::launch:
    case Point::sgemm:
    case Point::graph:
    case Point::sync: code = launchFailed; break;
    case Point::capture: code = captureUnsupported; break;
    default: break;
  }
  fail(code, "%s failed, as GORGAN_SIM_FAULTS says", function);
  return context ? spoil(*context, code) : code;
}

int findStream(const char *function, Context &context, void *handle, Stream **stream) {
  *stream = nullptr;
  if (!handle || handle == reinterpret_cast<void *>(1)) return success;
  *stream = driver().streams.find(handle);
  if (!*stream) return fail(invalidHandle, "%s: %p is no stream, or was destroyed", function, handle);
  if ((*stream)->context != &context)
    return fail(invalidHandle, "%s: the stream is of context %d, but context %d is current", function,
                (*stream)->context->number, context.number);
  return success;
}

namespace {

// Does queued work, whose stream has none before it.
int work(Context &context, Queued &queued) {
  u64 firstFloat = 0;
  const Turn::Graph alone{{queued.node.name}, {{0}}, {{0}}};
  if (!queued.run) queued.run = beginRuns(1);
  const int code = spoil(context, queued.node.work(Turn(alone, queued.run, 0, false), &firstFloat));
  if (queued.effect == Effect::nan && !code && firstFloat) {
    const f32 nan = std::numeric_limits<f32>::quiet_NaN();
    std::memcpy(memory().find(firstFloat)->at(firstFloat), &nan, sizeof nan);
  }
  return code;
}

}  // namespace

int advance(Stream &stream) {
  while (!stream.queue.empty()) {
    const int code = work(*stream.context, stream.queue.front());
    if (code == notReady) return code;
    if (code) {  // the call that put it there has returned, so that every later one says it
      stream.context->spoilt = code;
      stream.queue.clear();
      return code;
    }
    stream.queue.pop_front();
  }
  return success;
}

int drain(Stream &stream) {
  int code = success;
  while ((code = advance(stream)) == notReady) usleep(20);
  return code;
}

int drain(Context &context) {
  int code = success;
  driver().streams.each([&](Stream &stream) {
    if (stream.context == &context && !code) code = drain(stream);
  });
  return code;
}

int submit(const char *function, Context &context, Stream *stream, Effect effect, Node node) {
  if (stream && stream->capture) {
    if (!stream->capture->spoilt.empty())
      return fail(captureInvalidated, "%s: the capture was spoilt before: %s", function,
                  stream->capture->spoilt.c_str());
    Capture &capture = *stream->capture;
    node.after = capture.last;
    if (node.after.empty()) node.programmatic = false;
    if (node.programmatic && (node.after.size() > 1 || !capture.nodes[node.after[0]]->kernel))
      return fail(notSupported, "%s %s: a programmatic launch after anything but one kernel is not simulated", function,
                  node.name.c_str());
    capture.nodes.push_back(std::make_shared<Node>(std::move(node)));
    capture.last = {static_cast<u32>(capture.nodes.size() - 1)};
    return success;
  }
  if (!stream) {
    for (Capture *c : driver().captures) {
      if (c->context != &context) continue;
      return spoilCapture(
          *c,
          fail(captureImplicit, "%s: work on the legacy default stream while another stream is capturing", function));
    }
  }
  if (node.programmatic)
    return fail(notSupported, "%s %s: a programmatic launch outside of a capture is not simulated", function,
                node.name.c_str());
  Queued queued{std::move(node), effect};
  if (stream && !stream->queue.empty()) {
    stream->queue.push_back(std::move(queued));
    const int code = advance(*stream);
    return code == notReady ? int(success) : code;
  }
  const int code = work(context, queued);
  if (code != notReady) return code;
  if (!stream)
    return spoil(context, fail(launchFailed, "%s: on the legacy default stream no work waits for another rank here",
                               function));
  stream->queue.push_back(std::move(queued));
  return success;
}

u32 beginRuns(u32 nodes) {
  u32 &next = driver().runs;
  if (next + nodes > Turn::runs) {
    memory().forgetTouches();
    next = 1;
  }
  forgetReaders();
  next += nodes;
  return next - nodes;
}

void touch(const Turn &turn, const char *function, u64 address, u64 bytes, Access access) {
  const Allocation *a = memory().find(address);
  if (!a || !a->holds(address, bytes))
    throw fail(illegalAddress, "%s: %llu bytes at 0x%llx, %s", function, Ull(bytes), Ull(address),
               memory().describe(address).c_str());
  for (u64 at = address & ~u64(3); at < address + bytes; at += 4)
    if (const Stamp other = turn.touch(a->word(at), 0, access))
      throw fail(launchFailed, "%s: %s (at address 0x%llx, %s)", function,
                 turn.conflict(other, access, true, [](u32) { return std::string(); }).c_str(), Ull(at),
                 memory().describe(at).c_str());
}

int spoilCapture(Capture &capture, int code) {
  capture.spoilt = explain(code);
  return code;
}

int forbidDuringCapture(const char *function, Context &context) {
  for (Capture *c : driver().captures) {
    if (c->context != &context || c->mode == CaptureMode::relaxed) continue;
    if (c->mode == CaptureMode::threadLocal && c->thread != std::this_thread::get_id()) continue;
    return spoilCapture(*c, fail(captureUnsupported, "%s is not allowed while a stream is capturing", function));
  }
  return success;
}

void destroyContext(Context *context) {
  Driver &d = driver();
  const auto mine = [=](const auto &object) { return object.context == context; };
  for (Capture *c : d.captures)
    if (c->context == context) c->origin->capture = nullptr;
  d.captures.erase(
      std::remove_if(d.captures.begin(), d.captures.end(), [=](Capture *c) { return c->context == context; }),
      d.captures.end());
  d.streams.dropIf([=](Stream &s) { return s.context == context && (s.queue.clear(), true); });
  d.events.dropIf(mine);
  d.graphs.dropIf(mine);
  d.executableGraphs.dropIf(mine);
  d.modules.dropIf([=](Module &m) { return m.context == context && (m.unload(), true); });
  d.contexts.drop(context);
  memory().releaseAll(context);
}

}  // namespace sim
