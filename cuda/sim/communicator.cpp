// Exchanges over sockets; see communicator.h. How the ranks meet is in meeting.cpp.
#include "communicator.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

namespace sim {

struct Communicator::Header {
  char call[16];
  u64 number, bytes;
};

namespace {

// Where a part lies. Throws a code, its sentence set, if it is not all in one allocation of the
// context or, where it is read, was not all written.
u8 *reach(const char *function, const Context *context, const Part &part, bool read) {
  const Allocation *a = memory().find(part.address);
  if (!a || !a->holds(part.address, part.bytes) || a->owner != context)
    throw fail(illegalAddress, "%s: %llu bytes %s rank %d are %s", function, Ull(part.bytes), read ? "to" : "from",
               part.peer, memory().describe(part.address).c_str());
  if (read) {
    const u64 hole = firstUnwritten(*a, part.address, part.bytes);
    if (hole < part.address + part.bytes)
      throw fail(launchFailed, "%s: byte %llu of the %llu to rank %d was never written", function,
                 Ull(hole - part.address), Ull(part.bytes), part.peer);
  } else {
    std::memset(a->marks(part.address), 1, part.bytes);
  }
  return a->at(part.address);
}

bool overlap(const Part &a, const Part &b) {
  return a.address < b.address + b.bytes && b.address < a.address + a.bytes;
}

}  // namespace

int Communicator::advance(const Exchange &exchange, const Turn &turn) {
  if (aborted_) return success;  // as NCCL's kernel ends when it is told to
  if (!context) return fail(launchFailed, "%s: the communicator was destroyed", exchange.name);
  if (!running_)
    if (const int code = begin(exchange, turn)) return code;
  if (error_) return notReady;  // for ever: the kernel waits for a rank that is gone
  bool waits = false;
  for (int p = 0; p < ranks(); p++) {
    Peer &peer = peers_[static_cast<std::size_t>(p)];
    if (p == rank_) continue;
    if (!flush(peer)) waits = true;
    const int code = receive(exchange, p);
    if (code && code != notReady) return code;
    if (code) waits = true;
  }
  if (waits) return notReady;
  running_ = nullptr;
  return success;
}

// Checks the exchange's memory, moves what stays here, and gets what goes elsewhere ready.
int Communicator::begin(const Exchange &exchange, const Turn &turn) {
  try {
    for (const Part &s : exchange.sends)
      for (const Part &r : exchange.receives)
        if (overlap(s, r))
          return fail(launchFailed, "%s: what goes to rank %d and comes from rank %d overlaps", exchange.name, s.peer,
                      r.peer);
    // What NCCL keeps in its own memory is known to nobody, so two exchanges must be in order.
    touch(turn, "an exchange, in NCCL's memory", buffer, 4, Access::write);
    std::vector<const u8 *> here;
    for (const Part &s : exchange.sends) {
      const u8 *bytes = reach(exchange.name, context, s, true);
      touch(turn, exchange.name, s.address, s.bytes, Access::read);
      if (s.peer == rank_) {
        here.push_back(bytes);
        continue;
      }
      Peer &peer = peers_[static_cast<std::size_t>(s.peer)];
      Header header{{}, peer.sent++, s.bytes};
      std::strncpy(header.call, exchange.name, sizeof header.call - 1);
      peer.out.append(reinterpret_cast<const char *>(&header), sizeof header);
      peer.out.append(reinterpret_cast<const char *>(bytes), s.bytes);
    }
    std::size_t next = 0;
    for (const Part &r : exchange.receives) {
      u8 *to = reach(exchange.name, context, r, false);
      touch(turn, exchange.name, r.address, r.bytes, Access::write);
      if (r.peer == rank_) std::memcpy(to, here[next++], r.bytes);
    }
  } catch (int code) {
    return code;
  }
  for (Peer &peer : peers_) peer.received = 0;
  running_ = &exchange;
  return success;
}

// Takes what has come from a rank; notReady if the exchange wants more from it.
int Communicator::receive(const Exchange &exchange, int from) {
  Peer &peer = peers_[static_cast<std::size_t>(from)];
  std::size_t n = 0;
  for (const Part &r : exchange.receives) {
    if (r.peer != from || n++ < peer.received) continue;
    Header header;
    if (!read(peer, sizeof header)) return notReady;
    std::memcpy(&header, peer.in.data(), sizeof header);
    if (header.bytes != r.bytes || header.number != peer.taken || std::strcmp(header.call, exchange.name) != 0)
      return disagree(exchange, from, header, r.bytes);
    if (!read(peer, sizeof header + r.bytes)) return notReady;
    try {
      std::memcpy(reach(exchange.name, context, r, false), peer.in.data() + sizeof header, r.bytes);
    } catch (int code) {  // it was freed
      return code;
    }
    peer.in.clear();
    peer.taken++;
    peer.received++;
  }
  return success;
}

// Ranks that do not make the same calls would hang on a card, or get wrong bytes.
int Communicator::disagree(const Exchange &exchange, int from, const Header &header, u64 bytes) {
  const std::string sentence =
      text("%s: message %llu from rank %d to rank %d is %llu bytes of its %.15s %llu, want %llu bytes", exchange.name,
           Ull(peers_[static_cast<std::size_t>(from)].taken), from, rank_, Ull(header.bytes), header.call,
           Ull(header.number), Ull(bytes));
  std::fprintf(stderr, "simulated NCCL: %s\n", sentence.c_str());
  error_ = ncclInternalError;
  return fail(launchFailed, "%s", sentence.c_str());
}

// Sends what the socket takes; whether that is all.
bool Communicator::flush(Peer &peer) {
  while (!peer.out.empty()) {
    const ssize_t n = ::send(peer.socket, peer.out.data(), peer.out.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK) error_ = ncclRemoteError;
      return false;
    }
    peer.out.erase(0, static_cast<std::size_t>(n));
  }
  return true;
}

// Reads until so many bytes of the message are there; whether they are.
bool Communicator::read(Peer &peer, std::size_t bytes) {
  while (peer.in.size() < bytes) {
    const std::size_t had = peer.in.size();
    peer.in.resize(bytes);
    const ssize_t n = ::recv(peer.socket, &peer.in[had], bytes - had, MSG_DONTWAIT);
    peer.in.resize(had + static_cast<std::size_t>(n > 0 ? n : 0));
    if (n > 0 || (n < 0 && errno == EINTR)) continue;
    if (n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) error_ = ncclRemoteError;
    return false;
  }
  return true;
}

int Communicator::error() {
  for (const Peer &peer : peers_) {
    char next;
    if (error_ || peer.socket < 0) continue;
    const ssize_t n = ::recv(peer.socket, &next, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n == 0 || (n < 0 && errno == ECONNRESET)) error_ = ncclRemoteError;
  }
  return error_;
}

void Communicator::close() {
  for (Peer &peer : peers_) {
    if (peer.socket >= 0) ::close(peer.socket);
    peer.socket = -1;
  }
  context = nullptr;
  aborted_ = false;
}

}  // namespace sim
