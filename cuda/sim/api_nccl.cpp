// NCCL: communicators, groups of sends and receives, and all-gathers, of bytes.
#include <cstring>

#include "communicator.h"
#include "export.h"

using namespace sim;

namespace {

Handles<Communicator> &communicators() {
  static Handles<Communicator> *const h = new Handles<Communicator>;
  return *h;
}

// Sentences for a result are kept beside those of the driver's codes, and of cuBLAS's.
const int sentenceBase = 20000;

int refuse(Nccl result, const std::string &sentence) {
  fail(sentenceBase + result, "%s", sentence.c_str());
  return result;
}

struct UniqueId {
  char internal[128];
};

// The group of this thread.
struct Group {
  int depth = 0;
  Communicator *communicator = nullptr;
  Stream *stream = nullptr;
  Exchange exchange{"ncclGroupEnd", {}, {}};
};

Group &group() {
  static thread_local Group g;
  return g;
}

// Runs f with the communicator, if that can be used on this thread and on that stream.
template <class F>
int withCommunicator(const char *function, void *handle, void *streamHandle, F f) {
  const Locked hold(driver().lock);
  Communicator *communicator = communicators().find(handle);
  if (!communicator) return refuse(ncclInvalidArgument, text("%s: no communicator, or destroyed", function));
  Context *current = nullptr;
  if (const int code = enter(function, &current))
    return refuse(ncclSystemError, text("%s: %s", function, explain(code)));
  if (current != communicator->context)
    return refuse(ncclInvalidUsage, text("%s: the communicator is not of the current context", function));
  Stream *stream = nullptr;
  if (findStream(function, *current, streamHandle, &stream)) return refuse(ncclInvalidArgument, explain(invalidHandle));
  if (!stream || (communicator->stream && communicator->stream != stream))
    return refuse(ncclInvalidUsage,
                  text("%s: only one stream of a communicator is simulated, and not the legacy one", function));
  return f(*communicator, stream);
}

int put(Communicator &communicator, Stream *stream, Exchange exchange) {
  communicator.stream = stream;
  struct Held {
    Communicator *communicator;
    Exchange exchange;
    std::shared_ptr<bool> used;
  };
  const auto held = std::make_shared<Held>(Held{&communicator, std::move(exchange), communicator.used});
  const int code = submit(held->exchange.name, *communicator.context, stream, Effect::none,
                          {held->exchange.name, [=](const Turn &turn, u64 *) {
                             return held->communicator->advance(held->exchange, turn);
                           }});
  return code ? refuse(ncclSystemError, explain(code)) : int(ncclSuccess);
}

// A send or receive, which is done at the end of its group.
int add(const char *function, std::vector<Part> Exchange::*parts, const void *address, std::size_t count, int type,
        int peer, void *handle, void *streamHandle) {
  return withCommunicator(function, handle, streamHandle, [&](Communicator &c, Stream *stream) -> int {
    if (!group().depth)
      return refuse(ncclInvalidUsage,
                    text("%s outside of a group would wait for rank %d, which may wait for this one", function, peer));
    if (type < 0 || type > 1)
      return refuse(ncclInvalidArgument, text("%s: type %d is not simulated, but bytes are", function, type));
    if (peer < 0 || peer >= c.ranks())
      return refuse(ncclInvalidArgument, text("%s: no rank %d of %d", function, peer, c.ranks()));
    if (group().communicator && (group().communicator != &c || group().stream != stream))
      return refuse(ncclInvalidUsage, text("%s: only one communicator and stream of a group is simulated", function));
    group().communicator = &c;
    group().stream = stream;
    (group().exchange.*parts).push_back({peer, reinterpret_cast<u64>(address), count});
    return ncclSuccess;
  });
}

// What a rank sends to itself in a group, in order.
std::vector<u64> toItself(const std::vector<Part> &parts, int rank) {
  std::vector<u64> bytes;
  for (const Part &p : parts)
    if (p.peer == rank) bytes.push_back(p.bytes);
  return bytes;
}

int end(const char *function, void *handle, bool aborts) {
  const Locked hold(driver().lock);
  Communicator *communicator = communicators().find(handle);
  if (!communicator) return refuse(ncclInvalidArgument, text("%s: no communicator, or destroyed before", function));
  Stream *const stream = communicator->stream;
  const bool there = driver().contexts.find(communicator->context);
  if (aborts) {
    communicator->abort();
    if (there && stream && driver().streams.find(stream)) drain(*stream);
  } else if (const long n = communicator->used.use_count() - 1) {
    return refuse(ncclInvalidUsage,
                  text("%s: %ld of its exchanges wait, or are in graphs not destroyed: NCCL would wait for ever",
                       function, n));
  }
  if (there) {
    communicator->context->communicators--;
    if (const Allocation *own = memory().find(communicator->buffer)) memory().release(own);
  }
  communicator->close();
  communicators().drop(communicator);
  return ncclSuccess;
}

}  // namespace

SIM_API int ncclGetVersion(int *version) {
  *version = settings().nccl;
  return ncclSuccess;
}

SIM_API const char *ncclGetErrorString(int result) {
  static const char *const plain[] = {"no error",       "unhandled cuda error", "unhandled system error",
                                      "internal error", "invalid argument",     "invalid usage",
                                      "remote process exited or there was a network error"};
  const char *sentence = explain(sentenceBase + result);
  if (sentence) return sentence;
  return result >= 0 && result <= ncclRemoteError ? plain[result] : "unknown result code";
}

SIM_API int ncclGetUniqueId(UniqueId *id) {
  const std::string folder = Communicator::meet();
  if (folder.empty())
    return refuse(ncclSystemError, "ncclGetUniqueId: no private folder in TMPDIR, or its name is too long");
  *id = {};
  std::memcpy(id->internal, folder.data(), folder.size());
  return ncclSuccess;
}

SIM_API int ncclCommInitRank(Communicator **handle, int ranks, UniqueId id, int rank) {
  const Effect effect = strike(Point::nccl);
  if (effect != Effect::none) return refuse(ncclSystemError, "ncclCommInitRank failed, as GORGAN_SIM_FAULTS says");
  Context *context = nullptr;
  {
    const Locked hold(driver().lock);
    if (const int code = enter("ncclCommInitRank", &context))
      return refuse(ncclSystemError, text("ncclCommInitRank: %s", explain(code)));
    if (!context->primary)
      return refuse(ncclInvalidUsage,
                    "ncclCommInitRank: NCCL computes in the device's primary context, and another is current");
    if (const int code = forbidDuringCapture("ncclCommInitRank", *context))
      return refuse(ncclInvalidUsage, explain(code));
  }
  if (ranks < 1 || rank < 0 || rank >= ranks || !std::memchr(id.internal, 0, sizeof id.internal))
    return refuse(ncclInvalidArgument, text("ncclCommInitRank: rank %d of %d, or no unique id", rank, ranks));
  std::string why;
  std::unique_ptr<Communicator> made = Communicator::join(id.internal, rank, ranks, &why);
  if (!made) return refuse(ncclInvalidUsage, "ncclCommInitRank: " + why);
  const Locked hold(driver().lock);
  const Allocation *buffer = memory().allocate(256, context, false);
  if (!buffer) return refuse(ncclSystemError, "ncclCommInitRank: no memory for its buffer");
  made->context = context;
  context->communicators++;
  made->buffer = buffer->base;
  *handle = communicators().add(made.release());
  return ncclSuccess;
}

SIM_API int ncclCommDestroy(void *handle) { return end("ncclCommDestroy", handle, false); }

SIM_API int ncclCommAbort(void *handle) { return end("ncclCommAbort", handle, true); }

SIM_API int ncclCommGetAsyncError(void *handle, int *result) {
  const Locked hold(driver().lock);
  Communicator *communicator = communicators().find(handle);
  if (!communicator) return refuse(ncclInvalidArgument, "ncclCommGetAsyncError: no communicator, or destroyed");
  *result = communicator->error();
  return ncclSuccess;
}

SIM_API int ncclGroupStart() {
  if (!group().depth++) group().exchange = Exchange{"ncclGroupEnd", {}, {}};
  return ncclSuccess;
}

SIM_API int ncclGroupEnd() {
  if (!group().depth) return refuse(ncclInvalidUsage, "ncclGroupEnd without ncclGroupStart");
  if (--group().depth) return ncclSuccess;
  Group ended;
  std::swap(ended, group());
  if (!ended.communicator) return ncclSuccess;
  if (strike(Point::nccl) != Effect::none)
    return refuse(ncclSystemError, "ncclGroupEnd failed, as GORGAN_SIM_FAULTS says");
  const Locked hold(driver().lock);
  const int rank = ended.communicator->rank();
  if (toItself(ended.exchange.sends, rank) != toItself(ended.exchange.receives, rank))
    return refuse(ncclInvalidUsage, text("ncclGroupEnd: rank %d does not receive what it sends to itself", rank));
  return put(*ended.communicator, ended.stream, std::move(ended.exchange));
}

SIM_API int ncclSend(const void *from, std::size_t count, int type, int peer, void *communicator, void *stream) {
  return add("ncclSend", &Exchange::sends, from, count, type, peer, communicator, stream);
}

SIM_API int ncclRecv(void *to, std::size_t count, int type, int peer, void *communicator, void *stream) {
  return add("ncclRecv", &Exchange::receives, to, count, type, peer, communicator, stream);
}

SIM_API int ncclAllGather(const void *from, void *to, std::size_t count, int type, void *handle, void *streamHandle) {
  if (strike(Point::nccl) != Effect::none)
    return refuse(ncclSystemError, "ncclAllGather failed, as GORGAN_SIM_FAULTS says");
  return withCommunicator("ncclAllGather", handle, streamHandle, [&](Communicator &c, Stream *stream) -> int {
    if (group().depth) return refuse(ncclInvalidUsage, "ncclAllGather in a group is not simulated");
    if (type < 0 || type > 1)
      return refuse(ncclInvalidArgument, text("ncclAllGather: type %d is not simulated, but bytes are", type));
    Exchange exchange{"ncclAllGather", {}, {}};
    for (int p = 0; p < c.ranks(); p++) {
      exchange.sends.push_back({p, reinterpret_cast<u64>(from), count});
      exchange.receives.push_back({p, reinterpret_cast<u64>(to) + static_cast<u64>(p) * count, count});
    }
    return put(c, stream, std::move(exchange));
  });
}
