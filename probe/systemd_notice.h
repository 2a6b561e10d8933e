// Notices of a service to systemd (sd_notify(3)): a datagram to the socket in $NOTIFY_SOCKET.
// Without that variable nothing happens; errors are ignored.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

// `message`: "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...".
void tell_systemd(std::string_view message);

// The time between two notices WATCHDOG=1, which is half of $WATCHDOG_USEC; 0: none are wanted.
int64_t watchdog_period_ns();

}  // namespace sipladder
