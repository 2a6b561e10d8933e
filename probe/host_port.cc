#include "probe/host_port.h"

#include <netdb.h>

#include <cstring>
#include <memory>

namespace sipladder {

bool resolve_host_port(const std::string& text, const std::string& default_host,
                       SocketAddress* address, std::string* error) {
  const size_t colon = text.rfind(':');
  const std::string port = colon == std::string::npos ? "" : text.substr(colon + 1);
  if (port.empty() || port.find_first_not_of("0123456789") != std::string::npos) {
    *error = text + ": write HOST:PORT, such as 127.0.0.1:9060";
    return false;
  }
  std::string host = text.substr(0, colon);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']')
    host = host.substr(1, host.size() - 2);
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
