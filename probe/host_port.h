// "HOST:PORT", "[2001:db8::1]:9060", ":9060": where to connect or to listen.
#pragma once

#include <sys/socket.h>

#include <string>

namespace sipladder {

struct SocketAddress {
  sockaddr_storage bytes{};
  socklen_t size = 0;
  std::string host;  // as named, without brackets

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&bytes); }
};

// Names are looked up, once. False with a sentence that begins with `text`.
bool resolve_host_port(const std::string& text, const std::string& default_host,
                       SocketAddress* address, std::string* error);

}  // namespace sipladder
