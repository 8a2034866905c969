// How the ranks of a communicator meet: in a private folder, in which each listens at the
// socket of its number until those with higher numbers have come.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "communicator.h"

namespace sim {
namespace {

// What a rank says first on a connection.
struct Hello {
  int rank, ranks;
};

bool place(const std::string &folder, int rank, sockaddr_un *address) {
  const std::string path = folder + "/" + std::to_string(rank);
  *address = {};
  address->sun_family = AF_UNIX;
  if (path.size() >= sizeof address->sun_path) return false;
  std::memcpy(address->sun_path, path.data(), path.size());
  return true;
}

// The connection to a rank, once that listens.
int connectTo(const std::string &folder, int rank) {
  sockaddr_un address;
  place(folder, rank, &address);
  for (;;) {
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (socket < 0 || !::connect(socket, reinterpret_cast<sockaddr *>(&address), sizeof address)) return socket;
    ::close(socket);
    usleep(1000);
  }
}

}  // namespace

std::string Communicator::meet() {
  const char *parent = std::getenv("TMPDIR");
  std::string folder = std::string(parent && *parent ? parent : "/tmp") + "/gorgan-nccl-XXXXXX";
  sockaddr_un address;
  return place(folder, 9999, &address) && ::mkdtemp(&folder[0]) ? folder : "";
}

std::unique_ptr<Communicator> Communicator::join(const std::string &folder, int rank, int ranks, std::string *why) {
  std::unique_ptr<Communicator> made(new Communicator(rank, ranks));
  sockaddr_un address;
  const int listening = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (!place(folder, rank, &address) || ::bind(listening, reinterpret_cast<sockaddr *>(&address), sizeof address) ||
      ::listen(listening, ranks)) {
    *why = text("rank %d cannot listen in %s: %s", rank, folder.c_str(), std::strerror(errno));
    ::close(listening);
    return nullptr;
  }
  const Hello mine{rank, ranks};
  for (int p = 0; p < rank; p++) {
    int &socket = made->peers_[static_cast<std::size_t>(p)].socket;
    socket = connectTo(folder, p);
    if (socket < 0 || ::send(socket, &mine, sizeof mine, MSG_NOSIGNAL) != sizeof mine)
      *why = text("rank %d does not answer", p);
  }
  for (int missing = ranks - rank - 1; missing > 0 && why->empty(); missing--) {
    const int socket = ::accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    Hello theirs{-1, -1};
    if (socket < 0 || ::recv(socket, &theirs, sizeof theirs, MSG_WAITALL) != sizeof theirs)
      *why = "a rank went away";
    else if (theirs.ranks != ranks || theirs.rank <= rank || theirs.rank >= ranks ||
             made->peers_[static_cast<std::size_t>(theirs.rank)].socket >= 0)
      *why = text("here is rank %d of %d, and there is rank %d of %d", rank, ranks, theirs.rank, theirs.ranks);
    if (!why->empty()) {
      ::close(socket);
      break;
    }
    made->peers_[static_cast<std::size_t>(theirs.rank)].socket = socket;
  }
  ::close(listening);
  ::unlink(address.sun_path);
  ::rmdir(folder.c_str());  // the last to leave can
  return why->empty() ? std::move(made) : nullptr;
}

}  // namespace sim
