// The sockets behind "hep:HOST:PORT", and the addresses at their ends.
#pragma once

#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <string_view>
#include <utility>

#include "capture/raw_packet.h"

namespace sipladder {

class Fd {  // owns a descriptor
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

// Host and port of "SCHEME:HOST:PORT". `scheme` includes its colon. HOST may be empty or in
// brackets, which are cut off. False when the port is no number.
bool split_source_name(const std::string& name, std::string_view scheme, std::string* host,
                       std::string* port);

struct HepSockets {
  Fd udp, tcp;        // TCP listens; neither blocks
  RawEndpoint local;  // address and port that both are bound to
};

// Binds UDP and TCP to one port. An empty HOST is 127.0.0.1; PORT 0 is any port that is free for
// both. False with a sentence in *error.
bool open_hep_sockets(const std::string& name, HepSockets* sockets, std::string* error);

RawEndpoint endpoint_of(const sockaddr_storage& address);

}  // namespace sipladder
