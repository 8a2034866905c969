// Streams and events. Only what waits for another rank is waited for.
#include "driver.h"
#include "export.h"

using namespace sim;

namespace {

const u32 withoutTiming = 2;

int create(const char *function, Stream **stream, u32 flags) {
  return inContext(function, [&](Context &c) -> int {
    if (flags > 1) return fail(invalidValue, "%s: no such flags", function);
    *stream = driver().streams.add(new Stream{&c, flags});
    return success;
  });
}

int forbidWaiting(const char *function, Context &c, Stream *stream) {
  Capture *capturing = stream ? stream->capture : nullptr;
  if (!stream) {
    for (Capture *other : driver().captures)
      if (other->context == &c) capturing = other;
  }
  if (!capturing) return success;
  return spoilCapture(
      *capturing,
      stream ? fail(captureUnsupported, "%s: the stream is capturing", function)
             : fail(captureImplicit, "%s: the legacy default stream, while another stream is capturing", function));
}

int wait(const char *function, Point point, void *handle) {
  return inContext(function, point, [&](Context &c, Effect) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream(function, c, handle, &stream)) return code;
    if (const int code = forbidWaiting(function, c, stream)) return code;
    return stream ? drain(*stream) : int(success);
  });
}

int findEvent(const char *function, void *handle, Event **event) {
  *event = driver().events.find(handle);
  return *event ? int(success) : fail(invalidHandle, "%s: %p is no event, or was destroyed", function, handle);
}

// goOn is advance or drain.
int awaitEvent(const char *function, void *handle, int (*goOn)(Stream &)) {
  Event *event = nullptr;
  if (const int code = findEvent(function, handle, &event)) return code;
  if (event->capture) return fail(capturedEvent, "%s: the event was recorded in a capture", function);
  const int code = event->queued ? goOn(*event->stream) : int(success);
  return event->queued ? code : int(success);
}

}  // namespace

SIM_API int cuStreamCreate(Stream **stream, u32 flags) { return create("cuStreamCreate", stream, flags); }
SIM_API int cuStreamCreateWithPriority(Stream **stream, u32 flags, int) {
  return create("cuStreamCreateWithPriority", stream, flags);
}

SIM_API int cuStreamDestroy_v2(void *handle) {
  return inContext("cuStreamDestroy", [&](Context &c) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamDestroy", c, handle, &stream)) return code;
    if (!stream) return fail(invalidHandle, "cuStreamDestroy: the default stream is not destroyed");
    if (stream->capture) return fail(captureUnsupported, "cuStreamDestroy: the stream is capturing");
    if (const int code = drain(*stream)) return code;
    driver().streams.drop(stream);
    return success;
  });
}

SIM_API int cuStreamSynchronize(void *handle) { return wait("cuStreamSynchronize", Point::sync, handle); }

SIM_API int cuStreamQuery(void *handle) {
  return inContext("cuStreamQuery", [&](Context &c) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamQuery", c, handle, &stream)) return code;
    if (const int code = forbidWaiting("cuStreamQuery", c, stream)) return code;
    return stream ? advance(*stream) : int(success);
  });
}

SIM_API int cuStreamGetFlags(void *handle, u32 *flags) {
  return inContext("cuStreamGetFlags", [&](Context &c) -> int {
    Stream *stream = nullptr;
    if (const int code = findStream("cuStreamGetFlags", c, handle, &stream)) return code;
    *flags = stream ? stream->flags : 0;
    return success;
  });
}

SIM_API int cuStreamWaitEvent(void *handle, void *eventHandle, u32) {
  return inContext("cuStreamWaitEvent", [&](Context &c) -> int {
    Stream *stream = nullptr;
    Event *event = nullptr;
    if (const int code = findStream("cuStreamWaitEvent", c, handle, &stream)) return code;
    if (const int code = findEvent("cuStreamWaitEvent", eventHandle, &event)) return code;
    Capture *capture = stream ? stream->capture : nullptr;
    if (event->queued && event->stream != stream)
      return fail(notSupported, "cuStreamWaitEvent: of two streams, one of which waits for a rank, is not simulated");
    if (event->capture == capture) return success;
    if (event->capture)
      return fail(notSupported, "cuStreamWaitEvent: captures of more than one stream are not simulated");
    return spoilCapture(*capture,
                        fail(captureIsolation, "cuStreamWaitEvent: a capture waits for an event from outside of it"));
  });
}

SIM_API int cuEventCreate(Event **event, u32 flags) {
  return inContext("cuEventCreate", [&](Context &c) -> int {
    *event = driver().events.add(new Event{&c, !(flags & withoutTiming), false, nullptr, {}});
    return success;
  });
}

SIM_API int cuEventDestroy_v2(void *handle) {
  return inContext("cuEventDestroy", [&](Context &) -> int {
    Event *event = nullptr;
    if (const int code = findEvent("cuEventDestroy", handle, &event)) return code;
    driver().events.drop(event);
    return success;
  });
}

SIM_API int cuEventRecord(void *handle, void *streamHandle) {
  return inContext("cuEventRecord", [&](Context &c) -> int {
    Event *event = nullptr;
    Stream *stream = nullptr;
    if (const int code = findEvent("cuEventRecord", handle, &event)) return code;
    if (const int code = findStream("cuEventRecord", c, streamHandle, &stream)) return code;
    if (event->context != &c)
      return fail(invalidHandle, "cuEventRecord: the event is of context %d, but context %d is current",
                  event->context->number, c.number);
    event->capture = stream ? stream->capture : nullptr;
    event->recorded = true;
    event->at = std::chrono::steady_clock::now();
    if (!stream || stream->capture || stream->queue.empty()) return success;
    event->stream = stream;
    event->queued++;
    return submit("cuEventRecord", c, stream, Effect::none, {"cuEventRecord", [=](const Turn &, u64 *) -> int {
                                                               event->at = std::chrono::steady_clock::now();
                                                               event->queued--;
                                                               return success;
                                                             }});
  });
}

SIM_API int cuEventSynchronize(void *handle) {
  return inContext("cuEventSynchronize", Point::sync,
                   [&](Context &, Effect) { return awaitEvent("cuEventSynchronize", handle, drain); });
}

SIM_API int cuEventQuery(void *handle) {
  return inContext("cuEventQuery", [&](Context &) { return awaitEvent("cuEventQuery", handle, advance); });
}

SIM_API int cuEventElapsedTime(float *milliseconds, void *from, void *to) {
  return inContext("cuEventElapsedTime", [&](Context &) -> int {
    for (void *handle : {from, to}) {
      if (const int code = awaitEvent("cuEventElapsedTime", handle, advance)) return code;
      const Event *event = driver().events.find(handle);
      if (!event->recorded || !event->timed)
        return fail(invalidHandle, "cuEventElapsedTime: an event was not recorded, or is without timing");
    }
    const std::chrono::duration<float, std::milli> between =
        driver().events.find(to)->at - driver().events.find(from)->at;
    *milliseconds = between.count();
    return success;
  });
}
