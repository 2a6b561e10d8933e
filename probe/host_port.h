// An address to connect to or to listen at: "HOST:PORT", "[2001:db8::1]:9060", ":9060".
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

// Looks up the host, which can take long. An empty HOST is `default_host`. False, with a sentence
// in *error that begins with `text`, when that fails.
bool resolve_host_port(const std::string& text, const std::string& default_host,
                       SocketAddress* address, std::string* error);

}  // namespace sipladder
