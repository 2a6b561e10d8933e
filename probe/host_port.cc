#include "probe/host_port.h"

#include <netdb.h>

#include <cstring>
#include <memory>

#include "capture/hep_sockets.h"

namespace sipladder {

bool resolve_host_port(const std::string& text, const std::string& default_host,
                       SocketAddress* address, std::string* error) {
  std::string host, port;
  if (!split_source_name(text, "", &host, &port)) {
    *error = text + ": write HOST:PORT, such as 127.0.0.1:9060";
    return false;
  }
  if (host.empty()) host = default_host;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int failed = getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> owned(found, [](addrinfo* list) {
    if (list != nullptr) freeaddrinfo(list);
  });
  if (failed != 0) {
    *error = text + ": " + gai_strerror(failed);
    return false;
  }
  std::memcpy(&address->bytes, found->ai_addr, found->ai_addrlen);
  address->size = found->ai_addrlen;
  address->host = host;
  return true;
}

}  // namespace sipladder
