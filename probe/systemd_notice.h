// What systemd wants to hear of a service (sd_notify(3)): a datagram to the socket that
// $NOTIFY_SOCKET names. Without one, nothing happens.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder {

// "READY=1", "STOPPING=1", "WATCHDOG=1", "STATUS=...".
void tell_systemd(std::string_view message);

// How often it wants to hear WATCHDOG=1 (half of $WATCHDOG_USEC); 0: never.
int64_t watchdog_period_ns();

}  // namespace sipladder
