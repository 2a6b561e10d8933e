#include "probe/systemd_notice.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "capture/hep_sockets.h"

namespace sipladder {

void tell_systemd(std::string_view message) {
  const char* const name = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  const size_t length = name == nullptr ? 0 : std::strlen(name);
  if (length < 2 || length >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, name, length);
  if (name[0] == '@') address.sun_path[0] = 0;  // in the abstract namespace
  const Fd fd(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length);
  sendto(fd.get(), message.data(), message.size(), MSG_NOSIGNAL | MSG_DONTWAIT,
         reinterpret_cast<const sockaddr*>(&address), size);
}

int64_t watchdog_period_ns() {
  const char* const text = std::getenv("WATCHDOG_USEC");
  const long long us = text == nullptr ? 0 : std::strtoll(text, nullptr, 10);
  return us > 0 && us < 1'000'000'000'000 ? us * 1000 / 2 : 0;
}

}  // namespace sipladder
