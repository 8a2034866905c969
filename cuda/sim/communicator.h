// What NCCL's communicators are here: one process's sockets to the other ranks, and the
// exchanges that go through them.
//
// Each message says what its sender takes it for: the call, its number among those between
// the two ranks, its bytes. A rank that expects something else reports both and fails.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "driver.h"

namespace sim {

// Results; the numbers are NCCL's.
enum Nccl : int {
  ncclSuccess = 0,
  ncclSystemError = 2,
  ncclInternalError = 3,
  ncclInvalidArgument = 4,
  ncclInvalidUsage = 5,
  ncclRemoteError = 6,
};

// Bytes of device memory that go to a rank, or come from it.
struct Part {
  int peer;
  u64 address, bytes;
};

// What one group of sends and receives moves, or one all-gather, each in the order of calls.
struct Exchange {
  const char *name;  // of NCCL's function
  std::vector<Part> sends, receives;
};

class Communicator {
 public:
  // Makes the private folder in which the ranks meet; empty if that fails.
  static std::string meet();

  // Waits until all ranks have come to the folder. nullptr if they disagree, and why.
  static std::unique_ptr<Communicator> join(const std::string &folder, int rank, int ranks, std::string *why);

  ~Communicator() { close(); }

  int rank() const { return rank_; }
  int ranks() const { return static_cast<int>(peers_.size()); }

  // Begins the exchange, or goes on with it: notReady as long as it waits for other ranks.
  int advance(const Exchange &exchange, const Turn &turn);

  // NCCL's result for what went wrong while nobody waited.
  int error();

  // Ends the exchange that waits, whose bytes do not come, and all that follow.
  void abort() { aborted_ = true; }
  void close();

  Context *context = nullptr;
  Stream *stream = nullptr;  // that its calls are on, nullptr before the first
  u64 buffer = 0;            // device memory that each exchange writes, as NCCL has some
  // Held by each exchange that waits, or is in a graph.
  std::shared_ptr<bool> used = std::make_shared<bool>(true);

 private:
  struct Header;
  struct Peer {
    int socket = -1;
    std::string out, in;       // bytes to be sent; those that came of the message that is read
    std::size_t received = 0;  // receives of the running exchange that are done
    u64 sent = 0, taken = 0;   // messages, ever
  };

  Communicator(int rank, int ranks) : rank_(rank), peers_(static_cast<std::size_t>(ranks)) {}
  int begin(const Exchange &exchange, const Turn &turn);
  int receive(const Exchange &exchange, int from);
  bool flush(Peer &peer);
  bool read(Peer &peer, std::size_t bytes);
  int disagree(const Exchange &exchange, int from, const Header &header, u64 bytes);

  int rank_, error_ = ncclSuccess;
  bool aborted_ = false;
  std::vector<Peer> peers_;
  const Exchange *running_ = nullptr;
};

}  // namespace sim
