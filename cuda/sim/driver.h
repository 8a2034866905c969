// What the driver keeps: contexts, streams, captures, graphs. One lock guards it all;
// work is done when it is submitted, so nothing runs between calls. Only what waits for
// another rank (communicator.h) stays on its stream, with all that is put there after it,
// and goes on in later calls.
#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <vector>

#include "faults.h"
#include "kernel.h"
#include "memory.h"

namespace sim {

// The objects of one kind that handles stand for. One that is dropped is kept in
// memory, so that no handle ever comes to mean another object.
template <class T>
class Handles {
 public:
  T *add(T *object) {
    live_.insert(object);
    return object;
  }
  T *find(void *handle) const { return live_.count(handle) ? static_cast<T *>(handle) : nullptr; }
  void drop(T *object) { live_.erase(object); }
  template <class F>
  void each(F f) const {
    for (void *object : live_) f(*static_cast<T *>(object));
  }
  template <class F>
  void dropIf(F test) {
    for (auto at = live_.begin(); at != live_.end();)
      at = test(*static_cast<T *>(*at)) ? live_.erase(at) : std::next(at);
  }

 private:
  std::unordered_set<void *> live_;
};

struct Context {
  int number, device;
  bool primary = false;
  int communicators = 0;  // of NCCL's, not destroyed
  int spoilt = 0;  // the error that all calls give since a kernel failed, as on a card
};

// Does a piece of work; 0 or a code. Says where it stored its first float32, if it did. With
// notReady it waits for another rank, and is to be called again.
using Work = std::function<int(const Turn &turn, u64 *firstFloat)>;

// A node of a graph, or of what is captured.
struct Node {
  std::string name;  // the kernel's, or the function's
  Work work;
  bool kernel = false;          // or several, as a product's
  bool programmatic = false;    // may start while the kernel before it runs
  std::vector<u32> after = {};  // the nodes before it, by number; set when it is captured
};
using Nodes = std::vector<std::shared_ptr<const Node>>;

enum class CaptureMode : int { global = 0, threadLocal = 1, relaxed = 2 };

struct Stream;

struct Capture {
  Context *context;
  Stream *origin;
  CaptureMode mode;
  std::thread::id thread;
  std::string spoilt;  // the sentence of what made it invalid, empty if nothing did
  Nodes nodes;
  std::vector<u32> last = {};                  // what is captured next comes after these nodes
  std::vector<const Node *> lastHandles = {};  // the same, as the program gets them
};

// Work that a stream is to do.
struct Queued {
  Node node;
  Effect effect;
  u32 run = 0;  // its number (order.h), 0 before it begins
};

struct Stream {
  Context *context;
  u32 flags;
  Capture *capture = nullptr;
  std::deque<Queued> queue = {};  // the first waits for another rank
};

struct Event {
  Context *context;
  bool timed;
  bool recorded = false;
  const Capture *capture = nullptr;
  std::chrono::steady_clock::time_point at;
  Stream *stream = nullptr;  // where it was recorded
  u32 queued = 0;            // records that are in the stream's queue
};

struct Graph {
  Context *context;
  Nodes nodes;
};

struct ExecutableGraph : Graph {
  Turn::Graph order;
  std::vector<u32> sequence;  // the nodes in the order in which they run
};

struct Driver {
  std::recursive_mutex lock;
  bool initialized = false;
  int contextsMade = 0;
  u32 runs = 1;  // of nodes; the number of the next (order.h)
  Handles<Context> contexts;
  Handles<Stream> streams;
  Handles<Event> events;
  Handles<Graph> graphs;
  Handles<ExecutableGraph> executableGraphs;
  Handles<Module> modules;
  std::vector<Capture *> captures;  // that were begun and not ended
};

Driver &driver();
using Locked = std::lock_guard<std::recursive_mutex>;

// The contexts of this thread, the current one last.
std::vector<Context *> &contextStack();

// Whether a call may go on: the driver is initialised and the thread's current context
// is alive and not spoilt; else a code. Gives the context.
int enter(const char *function, Context **context);

// Records a code that a kernel's failure gives; those of the device spoil the context.
int spoil(Context &context, int code);

// What a failing call of the point gives.
int struck(Point point, const char *function, Context *context);

// Runs f in the current context, after what GORGAN_SIM_FAULTS says of the point.
template <class F>
int inContext(const char *function, F f) {
  const Locked hold(driver().lock);
  Context *context = nullptr;
  if (const int code = enter(function, &context)) return code;
  return f(*context);
}
template <class F>
int inContext(const char *function, Point point, F f) {
  const Effect effect = strike(point);
  return inContext(function, [&](Context &c) -> int {
    if (effect != Effect::none && effect != Effect::nan) return struck(point, function, &c);
    return f(c, effect);
  });
}

// The kernel of a handle, if its module is loaded.
const Kernel *findKernel(void *handle);

// The stream of a handle: nullptr for the legacy default stream. A code if it is none
// of this context.
int findStream(const char *function, Context &context, void *handle, Stream **stream);

// Does a node's work at once, or after what waits on the stream, or records the node if the
// stream is capturing.
int submit(const char *function, Context &context, Stream *stream, Effect effect, Node node);

// Goes on with what waits on a stream; notReady if that still waits. A failure spoils the
// context.
int advance(Stream &stream);

// The same until nothing waits: on the stream, on all streams of the context.
int drain(Stream &stream);
int drain(Context &context);

// Numbers for the runs of so many nodes, which begin now; gives the first.
u32 beginRuns(u32 nodes);

// Records that the turn's node, which is no kernel, touches bytes of device memory. Throws a
// code, its sentence set, if the touch is not ordered with another.
void touch(const Turn &turn, const char *function, u64 address, u64 bytes, Access access);

// Makes the capture invalid by the call that just failed with that code; gives the code.
int spoilCapture(Capture &capture, int code);

// Spoils the capture and gives a code if one forbids a call that may wait, or change
// what work uses.
int forbidDuringCapture(const char *function, Context &context);

// Ends a context, with all that was made in it.
void destroyContext(Context *context);
Context *retainPrimary(int device);

}  // namespace sim
