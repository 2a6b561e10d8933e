#include "capture/hep_connections.h"

#include <poll.h>

#include <algorithm>
#include <cerrno>

namespace sipladder {
namespace {

constexpr std::string_view kHepMagic = "HEP3";
constexpr size_t kHepHeader = 6;    // magic and length
constexpr size_t kReadAtOnce = 16;  // connections that are read in one turn

bool same_host(const RawEndpoint& a, const RawEndpoint& b) {
  return a.v6 == b.v6 && a.bytes == b.bytes;
}

}  // namespace

std::string_view next_hep(std::string_view bytes) {
  if (bytes.size() < kHepHeader) return {};
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  size_t length = size_t{p[4]} << 8 | p[5];
  if (!bytes.starts_with(kHepMagic) || length < kHepHeader) {
    length = std::min({bytes.find(kHepMagic, 1), bytes.size(), kMaxHep});
  }
  return bytes.size() < length ? std::string_view() : bytes.substr(0, length);
}

void HepConnections::add_descriptors(std::vector<int>* fds) const {
  fds->push_back(listener_.get());
  for (const Connection& connection : connections_) fds->push_back(connection.fd.get());
}

void HepConnections::receive(const Take& take) {
  std::vector<int> descriptors;
  add_descriptors(&descriptors);
  std::vector<pollfd> fds;
  for (const int fd : descriptors) fds.push_back({fd, POLLIN, 0});
  if (poll(fds.data(), fds.size(), 0) <= 0) return;
  std::vector<size_t> over;
  const size_t count = connections_.size();
  size_t done = 0;
  for (size_t i = 0; i < count && done < kReadAtOnce; i++) {
    const size_t at = (turn_ + i) % count;
    if (fds[at + 1].revents == 0) continue;
    if (!read(connections_[at], take)) over.push_back(at);
    if (++done == kReadAtOnce) turn_ = at + 1;
  }
  std::sort(over.rbegin(), over.rend());
  for (const size_t at : over)
    connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(at));
  if (fds[0].revents != 0) accept_all();
}

// False when the connection is over. What is left of its bytes is then given on as it is.
bool HepConnections::read(Connection& connection, const Take& take) {
  const size_t have = connection.bytes.size();
  connection.bytes.resize(have + kMaxHep);
  const ssize_t got =
      recv(connection.fd.get(), connection.bytes.data() + have, kMaxHep, MSG_DONTWAIT);
  const bool open = got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
  connection.bytes.resize(have + static_cast<size_t>(std::max<ssize_t>(got, 0)));
  std::string_view rest = connection.bytes;
  const auto give = [&](std::string_view packet) {
    if (take(connection.peer, packet)) connection.heard = ++clock_;
    rest.remove_prefix(packet.size());
  };
  for (auto one = next_hep(rest); !one.empty(); one = next_hep(rest)) give(one);
  if (!open && !rest.empty()) give(rest);
  connection.bytes.erase(0, connection.bytes.size() - rest.size());
  return open;
}

void HepConnections::accept_all() {
  while (true) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    Fd fd(accept4(listener_.get(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC));
    const bool no_descriptor = fd.get() < 0 && (errno == EMFILE || errno == ENFILE);
    if (no_descriptor && !connections_.empty()) {
      close_silent(nullptr);
      continue;
    }
    if (fd.get() < 0 && (errno == ECONNABORTED || errno == EINTR)) continue;
    if (fd.get() < 0) return;
    const RawEndpoint peer = endpoint_of(from);
    make_room(peer);
    connections_.push_back({std::move(fd), peer, ++clock_});
  }
}

void HepConnections::make_room(const RawEndpoint& peer) {
  const auto of_peer =
      std::count_if(connections_.begin(), connections_.end(),
                    [&](const Connection& one) { return same_host(one.peer, peer); });
  if (of_peer >= static_cast<std::ptrdiff_t>(kMaxHepPerPeer)) {
    close_silent(&peer);
  } else if (connections_.size() >= kMaxHepConnections) {
    close_silent(nullptr);
  }
}

// Closes the connection of `peer` that has been silent longest; null: that of all peers.
void HepConnections::close_silent(const RawEndpoint* peer) {
  auto silent = connections_.end();
  for (auto at = connections_.begin(); at != connections_.end(); ++at) {
    if (peer != nullptr && !same_host(at->peer, *peer)) continue;
    if (silent == connections_.end() || at->heard < silent->heard) silent = at;
  }
  if (silent == connections_.end()) return;
  connections_.erase(silent);
  closed_for_room_++;
}

}  // namespace sipladder
