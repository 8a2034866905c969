// Exchanges of several processes, what NCCL forbids, and ranks that disagree or go away.
#include <unistd.h>

#include <csignal>
#include <functional>

#include "check.h"

namespace {

// One rank: the device's primary context, a stream, a communicator.
struct Rank {
  int rank, ranks;
  Handle context = nullptr, stream = nullptr, communicator = nullptr;

  Rank(int number, int count, const UniqueId &id) : rank(number), ranks(count) {
    cuInit(0);
    cuDevicePrimaryCtxRetain(&context, 0);
    cuCtxSetCurrent(context);
    cuStreamCreate(&stream, 1);
    checkResult("join", ncclCommInitRank(&communicator, ranks, id, rank), 0);
  }

  static bool checkResult(const char *what, int got, int want, const std::string &part = "") {
    const std::string said = got ? ncclGetErrorString(got) : "";
    return check(got == want, "%s: got result %d (%s), want %d", what, got, said.c_str(), want) &&
           check(said.find(part) != std::string::npos, "%s: \"%s\" does not say \"%s\"", what, said.c_str(),
                 part.c_str());
  }

  u64 upload(const std::vector<u8> &bytes) {
    u64 address = 0;
    cuMemAlloc_v2(&address, bytes.size());
    cuMemcpyHtoD_v2(address, bytes.data(), bytes.size());
    return address;
  }

  std::vector<u8> download(u64 address, std::size_t n) {
    std::vector<u8> bytes(n);
    checkCode("copy to the host", cuMemcpyDtoHAsync_v2(bytes.data(), address, n, stream), 0);
    checkCode("wait", cuStreamSynchronize(stream), 0);
    return bytes;
  }

  int allToAll(u64 to, u64 from, std::size_t part) {
    ncclGroupStart();
    for (int p = 0; p < ranks; p++) {
      const u64 offset = static_cast<u64>(p) * part;
      checkResult("send", ncclSend(from + offset, part, 1, p, communicator, stream), 0);
      checkResult("receive", ncclRecv(to + offset, part, 1, p, communicator, stream), 0);
    }
    return ncclGroupEnd();
  }

  Handle capture(const std::function<void()> &f) {
    Handle graph = nullptr, executable = nullptr;
    cuStreamBeginCapture_v2(stream, 1);
    f();
    checkCode("end of the capture", cuStreamEndCapture(stream, &graph), 0);
    checkCode("instantiate", cuGraphInstantiateWithFlags(&executable, graph, 0), 0);
    cuGraphDestroy(graph);
    return executable;
  }
};

// Runs f as so many ranks, each in a process of its own.
void inRanks(const char *what, int ranks, const std::function<void(Rank &)> &f, const char *faults = "") {
  UniqueId id;
  check(ncclGetUniqueId(&id) == 0, "%s: a unique id", what);
  std::fflush(nullptr);
  std::vector<pid_t> children;
  for (int rank = 0; rank < ranks; rank++) {
    const pid_t child = fork();
    if (child == 0) {
      setenv("GORGAN_SIM_FAULTS", faults, 1);
      alarm(20);
      Rank r(rank, ranks, id);
      f(r);
      _exit(tally.failures ? 1 : 0);
    }
    children.push_back(child);
  }
  for (const pid_t child : children) {
    int status = -1;
    waitpid(child, &status, 0);
    check(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s: a rank of %d ended with status %d", what, ranks, status);
  }
  check(access(id.internal, F_OK) != 0, "%s: the folder %s is gone", what, id.internal);
}

// Large parts do not fit into a socket, so that the ranks wait for each other.
void testExchanges() {
  for (const int ranks : {1, 2, 4})
    for (const std::size_t part : {std::size_t(3), std::size_t(1) << 20})
      inRanks("exchanges", ranks, [=](Rank &r) {
        const std::size_t n = part * static_cast<std::size_t>(ranks);
        std::vector<u8> bytes(n), want(n);
        for (std::size_t i = 0; i < n; i++) {
          bytes[i] = static_cast<u8>(7 * r.rank + 31 * static_cast<int>(i / part) + static_cast<int>(i % part));
          want[i] = static_cast<u8>(7 * static_cast<int>(i / part) + 31 * r.rank + static_cast<int>(i % part));
        }
        const u64 from = r.upload(bytes), to = r.upload(std::vector<u8>(n)),
                  all = r.upload(std::vector<u8>(n * static_cast<std::size_t>(ranks)));
        const auto exchange = [&] {
          Rank::checkResult("all-to-all", r.allToAll(to, from, part), 0);
          Rank::checkResult("all-gather", ncclAllGather(to, all, n, 1, r.communicator, r.stream), 0);
        };
        const Handle executable = r.capture(exchange);
        for (int run = 0; run < 3; run++) {
          cuMemsetD8_v2(to, 0, n);
          cuMemsetD8_v2(all, 0, n * static_cast<std::size_t>(ranks));
          if (run) {
            checkCode("replay", cuGraphLaunch(executable, r.stream), 0);
          } else {
            exchange();
          }
          check(r.download(to, n) == want, "rank %d of %d, run %d: other bytes", r.rank, ranks, run);
          const std::vector<u8> got = r.download(all, n * static_cast<std::size_t>(ranks));
          check(std::equal(want.begin(), want.end(), got.begin() + static_cast<long>(n) * r.rank),
                "rank %d of %d, run %d: its own part", r.rank, ranks, run);
        }
        Rank::checkResult("destroy with a graph", ncclCommDestroy(r.communicator), 5, "would wait for ever");
        cuGraphExecDestroy(executable);
        Rank::checkResult("destroy", ncclCommDestroy(r.communicator), 0);
        Rank::checkResult("destroy again", ncclCommDestroy(r.communicator), 4, "destroyed before");
      });
}

// What comes after an exchange that waits is done after it, and takes its bytes at once.
void testQueue() {
  inRanks("queue", 2, [](Rank &r) {
    const u64 from = r.upload({1, 2, 3, 4}), to = r.upload(std::vector<u8>(4)), all = r.upload(std::vector<u8>(8));
    Handle event = nullptr;
    cuEventCreate(&event, 0);
    if (r.rank) usleep(100000);
    std::vector<u8> more = {static_cast<u8>(10 + r.rank), 6, 7, 8};
    Rank::checkResult("all-gather", ncclAllGather(from, all, 4, 1, r.communicator, r.stream), 0);
    if (!r.rank) checkCode("the stream waits", cuStreamQuery(r.stream), 600);
    checkCode("an event", cuEventRecord(event, r.stream), 0);
    if (!r.rank) checkCode("the event waits", cuEventQuery(event), 600);
    cuMemcpyHtoDAsync_v2(from, more.data(), 4, r.stream);
    more[0] = 99;
    cuMemcpyDtoDAsync_v2(to, from, 4, r.stream);
    check(r.download(all, 8) == std::vector<u8>({1, 2, 3, 4, 1, 2, 3, 4}), "what was there before");
    check(r.download(to, 4)[0] == 10 + r.rank, "what was copied after");
    checkCode("the event", cuEventSynchronize(event), 0);
    checkCode("the context", cuCtxSynchronize(), 0);
  });
}

void testForbidden() {
  inRanks("forbidden", 1, [](Rank &r) {
    const u64 a = r.upload(std::vector<u8>(16));
    u64 unwritten = 0;
    cuMemAlloc_v2(&unwritten, 8);
    Rank::checkResult("a send alone", ncclSend(a, 4, 1, 0, r.communicator, r.stream), 5,
                      "ncclSend outside of a group would wait for rank 0");
    Rank::checkResult("the end alone", ncclGroupEnd(), 5, "without ncclGroupStart");
    ncclGroupStart();
    Rank::checkResult("no rank", ncclRecv(a, 4, 1, 1, r.communicator, r.stream), 4, "no rank 1 of 1");
    Rank::checkResult("floats", ncclRecv(a, 4, 7, 0, r.communicator, r.stream), 4, "but bytes are");
    Rank::checkResult("the legacy stream", ncclRecv(a, 4, 1, 0, r.communicator, nullptr), 5, "only one stream");
    Rank::checkResult("a send to itself", ncclSend(a, 4, 1, 0, r.communicator, r.stream), 0);
    Rank::checkResult("that it does not receive", ncclGroupEnd(), 5, "does not receive what it sends to itself");
    Rank::checkResult("no stream", ncclAllGather(a, a + 8, 4, 1, r.communicator, r.communicator), 4, "is no stream");
    Rank::checkResult("in place", ncclAllGather(a, a + 2, 4, 1, r.communicator, r.stream), 2, "overlaps");
    checkCode("after it", cuStreamSynchronize(r.stream), 719, "overlaps");
  });
  inRanks("unwritten", 1, [](Rank &r) {
    const u64 a = r.upload(std::vector<u8>(8));
    u64 unwritten = 0;
    cuMemAlloc_v2(&unwritten, 8);
    Rank::checkResult("unwritten", ncclAllGather(unwritten, a, 4, 1, r.communicator, r.stream), 2,
                      "byte 0 of the 4 to rank 0 was never written");
  });
  inRanks("too long", 1, [](Rank &r) {
    const u64 a = r.upload(std::vector<u8>(8)), b = r.upload(std::vector<u8>(8));
    Rank::checkResult("too long", ncclAllGather(a, b, 9, 1, r.communicator, r.stream), 2, "9 bytes to rank 0");
  });
  inProcess("", [] {
    Device device;
    UniqueId id;
    Handle c = nullptr;
    ncclGetUniqueId(&id);
    Rank::checkResult("another context", ncclCommInitRank(&c, 1, id, 0), 5, "in the device's primary context");
    return rmdir(id.internal) == 0;
  });
  inProcess("nccl:1=fail", [] {
    UniqueId id = {};
    Handle c = nullptr;
    return Rank::checkResult("a fault", ncclCommInitRank(&c, 1, id, 0), 2, "as GORGAN_SIM_FAULTS says");
  });
}

// Two exchanges with no edge between them would be in any order.
void testOrder() {
  inRanks("order", 1, [](Rank &r) {
    const u64 a = r.upload(std::vector<u8>(8)), b = r.upload(std::vector<u8>(8)), c = r.upload(std::vector<u8>(8)),
              d = r.upload(std::vector<u8>(8));
    const Handle executable = r.capture([&] {
      r.allToAll(b, a, 8);
      cuStreamUpdateCaptureDependencies(r.stream, nullptr, 0, 1);
      r.allToAll(d, c, 8);
    });
    checkCode("replay", cuGraphLaunch(executable, r.stream), 719, "in NCCL's memory");
  });
}

// Ranks that do not make the same calls are told so; the others wait for them until they abort.
void testDisagreement() {
  for (const bool gathers : {false, true})
    inRanks("disagreement", 2, [=](Rank &r) {
      const u64 a = r.upload(std::vector<u8>(16)), b = r.upload(std::vector<u8>(16));
      if (r.rank && gathers) {
        ncclAllGather(a, b, 8, 1, r.communicator, r.stream);
      } else {
        r.allToAll(b, a, r.rank ? 4 : 8);
      }
      checkCode("wait", cuStreamSynchronize(r.stream), 719,
                gathers  ? "want 8 bytes"
                : r.rank ? "is 8 bytes of its ncclGroupEnd 0, want 4 bytes"
                         : "is 4 bytes");
      int result = 0;
      cuCtxSetCurrent(r.context);
      ncclCommGetAsyncError(r.communicator, &result);
      check(result == 3, "NCCL's result is %d", result);
    });
}

void testGone() {
  inRanks("gone", 3, [](Rank &r) {
    const u64 a = r.upload(std::vector<u8>(12)), b = r.upload(std::vector<u8>(12));
    Rank::checkResult("all-to-all", r.allToAll(b, a, 4), 0);
    checkCode("wait", cuStreamSynchronize(r.stream), 0);
    if (r.rank == 2) _exit(0);
    const Handle executable = r.capture([&] { r.allToAll(b, a, 4), r.allToAll(b, a, 4); });
    checkCode("a launch", cuGraphLaunch(executable, r.stream), 0);
    int result = 0;
    while (!result) {
      checkCode("it never ends", cuStreamQuery(r.stream), 600);
      Rank::checkResult("ask", ncclCommGetAsyncError(r.communicator, &result), 0);
    }
    check(result == 6, "NCCL's result is %d", result);
    check(std::string(ncclGetErrorString(6)) == "remote process exited or there was a network error", "its words");
    checkCode("it still does not end", cuStreamQuery(r.stream), 600);
    Rank::checkResult("destroy", ncclCommDestroy(r.communicator), 5, "wait");
    Rank::checkResult("abort", ncclCommAbort(r.communicator), 0);
    checkCode("it ends", cuStreamSynchronize(r.stream), 0);
    checkCode("a launch after it", cuGraphLaunch(executable, r.stream), 719, "the communicator was destroyed");
  });
}

}  // namespace

void testRanks() {
  testExchanges();
  testQueue();
  testForbidden();
  testOrder();
  testDisagreement();
  testGone();
}
