#include "capture/hep_sockets.h"

#include <netdb.h>
#include <netinet/in.h>

#include <cerrno>
#include <cstring>

#include "capture/hep_listen.h"

namespace sipladder {
namespace {

constexpr int kBacklog = 256;
constexpr int kTries = 64;  // a port that the system chose for UDP may be taken for TCP
constexpr int kReceiveBuffer = 8 << 20;

void set_options(int fd, int type) {
  const int on = 1;
  if (type == SOCK_STREAM) {
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    return;
  }
  // SO_RCVBUFFORCE may exceed the system's limit, but only root may use it.
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer) != 0) {
    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
  }
  // Datagrams then tell how many before them found no room.
  setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
}

Fd bind_socket(const addrinfo& address, int type) {
  Fd fd(socket(address.ai_family, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (fd.get() < 0) return fd;
  set_options(fd.get(), type);
  if (bind(fd.get(), address.ai_addr, address.ai_addrlen) != 0) return Fd();
  if (type == SOCK_STREAM && listen(fd.get(), kBacklog) != 0) return Fd();
  return fd;
}

// UDP and TCP on one port, also when the system has chosen it.
void bind_both(const addrinfo& wanted, HepSockets* sockets, sockaddr_storage* local) {
  sockets->udp = bind_socket(wanted, SOCK_DGRAM);
  socklen_t size = sizeof *local;
  auto* const address = reinterpret_cast<sockaddr*>(local);
  if (sockets->udp.get() < 0 || getsockname(sockets->udp.get(), address, &size) != 0) return;
  addrinfo same = wanted;
  same.ai_addr = address;
  sockets->tcp = bind_socket(same, SOCK_STREAM);
}

struct AddressList {
  addrinfo* first = nullptr;
  ~AddressList() {
    if (first != nullptr) freeaddrinfo(first);
  }
};

}  // namespace

bool split_source_name(const std::string& name, std::string_view scheme, std::string* host,
                       std::string* port) {
  const size_t colon = name.rfind(':');
  if (colon == std::string::npos || colon < scheme.size()) return false;
  *host = name.substr(scheme.size(), colon - scheme.size());
  *port = name.substr(colon + 1);
  if (host->size() > 2 && host->front() == '[' && host->back() == ']')
    *host = host->substr(1, host->size() - 2);
  return !port->empty() && port->find_first_not_of("0123456789") == std::string::npos;
}

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

bool open_hep_sockets(const std::string& name, HepSockets* sockets, std::string* error) {
  std::string host, port;
  if (!split_source_name(name, kHepScheme, &host, &port)) {
    *error = name +
             ": write hep:HOST:PORT, such as hep:127.0.0.1:9060, or hep:0.0.0.0:9060 for "
             "all addresses of this host";
    return false;
  }
  if (host.empty()) host = "127.0.0.1";
  addrinfo hints{};
  hints.ai_socktype = SOCK_DGRAM;
  AddressList found;
  const int failed = getaddrinfo(host.c_str(), port.c_str(), &hints, &found.first);
  if (failed != 0) {
    *error = name + ": " + gai_strerror(failed);
    return false;
  }
  const bool chosen_by_system = port.find_first_not_of('0') == std::string::npos;
  sockaddr_storage local{};
  for (int i = 0; i < (chosen_by_system ? kTries : 1) && sockets->tcp.get() < 0; i++)
    bind_both(*found.first, sockets, &local);
  if (sockets->tcp.get() < 0) {
    *error = name + ": cannot listen: " + std::strerror(errno);
    return false;
  }
  sockets->local = endpoint_of(local);
  return true;
}

}  // namespace sipladder
