#include "capture/hep_listen.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <deque>
#include <utility>

#include "capture/raw_packet.h"

namespace sipladder {
namespace {

constexpr std::string_view kScheme = "hep:";
constexpr std::string_view kMagic = "HEP3";
constexpr size_t kHeader = 6;  // magic and length
constexpr size_t kMaxConnections = 1024;
constexpr size_t kMaxHep = 65'535;
constexpr int kBacklog = 64;
constexpr int kReceiveBuffer = 8 << 20;

class Fd {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

struct Connection {
  Fd fd;
  RawEndpoint peer;
  std::string bytes;
};

struct Waiting {
  RawEndpoint peer;
  std::string bytes;
};

RawEndpoint endpoint_of(const sockaddr_storage& address) {
  RawEndpoint result;
  result.known = true;
  if (address.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
    result.v6 = true;
    std::memcpy(result.bytes.data(), &in.sin6_addr, 16);
    result.port = ntohs(in.sin6_port);
  } else {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    std::memcpy(result.bytes.data(), &in.sin_addr, 4);
    result.port = ntohs(in.sin_port);
  }
  return result;
}

int64_t now_ns() {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class HepSource : public PacketSource {
 public:
  HepSource(std::string name, uint16_t index, Fd udp, Fd tcp, const RawEndpoint& local)
      : udp_(std::move(udp)), tcp_(std::move(tcp)), local_(local), index_(index) {
    info_.name = std::move(name);
    info_.format = "hep";
    info_.link_type = kRawIp;
  }

  ReadResult next(Packet* packet) override {
    if (waiting_.empty() && !receive()) return ReadResult::idle;
    if (waiting_.empty()) return ReadResult::idle;
    hand_out(packet);
    return ReadResult::packet;
  }

  std::vector<int> waits_for() const override {
    std::vector<int> fds = {udp_.get(), tcp_.get()};
    for (const Connection& connection : connections_) fds.push_back(connection.fd.get());
    return fds;
  }

  std::vector<const SourceInfo*> infos() const override { return {&info_}; }

 private:
  // Takes what the sockets have; false when they have nothing.
  bool receive() {
    std::vector<pollfd> fds;
    for (const int fd : waits_for()) fds.push_back({fd, POLLIN, 0});
    if (poll(fds.data(), fds.size(), 0) <= 0) return false;
    if (fds[0].revents != 0) receive_datagram();
    // From the back: a connection that ends is taken out.
    for (size_t i = connections_.size(); i > 0; i--) {
      if (fds[i + 1].revents != 0 && !receive_stream(connections_[i - 1])) {
        connections_.erase(connections_.begin() + static_cast<std::ptrdiff_t>(i - 1));
      }
    }
    if (fds[1].revents != 0) accept_one();
    return true;
  }

  void receive_datagram() {
    std::string bytes(kMaxHep, '\0');
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(udp_.get(), bytes.data(), bytes.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) return;
    bytes.resize(static_cast<size_t>(got));
    waiting_.push_back({endpoint_of(from), std::move(bytes)});
  }

  void accept_one() {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    Fd fd(accept4(tcp_.get(), reinterpret_cast<sockaddr*>(&from), &size, SOCK_CLOEXEC));
    // Who has been silent longest makes room.
    if (fd.get() >= 0 && connections_.size() >= kMaxConnections) {
      connections_.erase(connections_.begin());
    }
    if (fd.get() >= 0) connections_.push_back({std::move(fd), endpoint_of(from), {}});
  }

  // False when the connection is over.
  bool receive_stream(Connection& connection) {
    const size_t have = connection.bytes.size();
    connection.bytes.resize(have + kMaxHep);
    const ssize_t got =
        recv(connection.fd.get(), connection.bytes.data() + have, kMaxHep, MSG_DONTWAIT);
    connection.bytes.resize(have + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got < 0) return errno == EAGAIN || errno == EINTR;
    cut(connection);
    return got > 0;
  }

  // Bytes that are no HEP are handed on up to the next magic: the decoder counts them.
  void cut(Connection& connection) {
    std::string_view rest = connection.bytes;
    while (rest.size() >= kHeader) {
      const auto* p = reinterpret_cast<const uint8_t*>(rest.data());
      size_t length = size_t{p[4]} << 8 | p[5];
      if (!rest.starts_with(kMagic) || length < kHeader) {
        length = std::min({rest.find(kMagic, 1), rest.size(), kMaxHep});
      }
      if (rest.size() < length) break;
      waiting_.push_back({connection.peer, std::string(rest.substr(0, length))});
      rest.remove_prefix(length);
    }
    connection.bytes.erase(0, connection.bytes.size() - rest.size());
  }

  void hand_out(Packet* packet) {
    bytes_ = raw_udp_packet(waiting_.front().peer, local_, waiting_.front().bytes);
    waiting_.pop_front();
    packet->time_ns = now_ns();
    if (info_.packets++ == 0) info_.first_ns = packet->time_ns;
    info_.last_ns = packet->time_ns;
    info_.bytes += bytes_.size();
    packet->frame = static_cast<uint32_t>(info_.packets);
    packet->original = static_cast<uint32_t>(bytes_.size());
    packet->source = index_;
    packet->link_type = kRawIp;
    packet->ref = not_stored(bytes_.size());
    packet->data = reinterpret_cast<const uint8_t*>(bytes_.data());
  }

  Fd udp_, tcp_;
  RawEndpoint local_;
  SourceInfo info_;
  std::vector<Connection> connections_;
  std::deque<Waiting> waiting_;
  std::string bytes_;
  uint16_t index_ = 0;
};

Fd bind_socket(const addrinfo& address, int type) {
  Fd fd(socket(address.ai_family, type | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return fd;
  const int on = 1;
  if (type == SOCK_STREAM) setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (type == SOCK_DGRAM) {
    setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  }
  if (bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) return Fd();
  if (type == SOCK_STREAM && listen(fd.get(), kBacklog) != 0) return Fd();
  return fd;
}

struct AddressList {
  addrinfo* first = nullptr;
  ~AddressList() {
    if (first != nullptr) freeaddrinfo(first);
  }
};

// Host and port of "hep:HOST:PORT".
bool split_name(const std::string& name, std::string* host, std::string* port) {
  const size_t colon = name.rfind(':');
  if (colon == std::string::npos || colon < kScheme.size()) return false;
  *host = name.substr(kScheme.size(), colon - kScheme.size());
  *port = name.substr(colon + 1);
  if (host->size() > 2 && host->front() == '[' && host->back() == ']') {
    *host = host->substr(1, host->size() - 2);
  }
  return !port->empty() && port->find_first_not_of("0123456789") == std::string::npos;
}

}  // namespace

bool is_hep_source(std::string_view name) {
  return name.starts_with(kScheme);
}

std::unique_ptr<PacketSource> listen_hep(const std::string& name, uint16_t index, PacketLog& log,
                                         std::string* error) {
  std::string host, port;
  if (!split_name(name, &host, &port)) {
    *error = name + ": write hep:HOST:PORT, such as hep:0.0.0.0:9060";
    return nullptr;
  }
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = SOCK_DGRAM;
  AddressList found;
  const int failed =
      getaddrinfo(host.empty() ? nullptr : host.c_str(), port.c_str(), &hints, &found.first);
  if (failed != 0) {
    *error = name + ": " + gai_strerror(failed);
    return nullptr;
  }
  Fd udp = bind_socket(*found.first, SOCK_DGRAM);
  sockaddr_storage local{};
  socklen_t size = sizeof local;
  Fd tcp;
  if (udp.get() >= 0 && getsockname(udp.get(), reinterpret_cast<sockaddr*>(&local), &size) == 0) {
    // Both on one port, also when the system has chosen it.
    addrinfo same = *found.first;
    same.ai_addr = reinterpret_cast<sockaddr*>(&local);
    tcp = bind_socket(same, SOCK_STREAM);
  }
  if (tcp.get() < 0) {
    *error = name + ": cannot listen: " + std::strerror(errno);
    return nullptr;
  }
  *error = log.open_spool(true);
  if (!error->empty()) return nullptr;
  const RawEndpoint end = endpoint_of(local);
  const std::string shown = name.substr(0, name.rfind(':') + 1) + std::to_string(end.port);
  return std::make_unique<HepSource>(shown, index, std::move(udp), std::move(tcp), end);
}

}  // namespace sipladder
