// Helps targets to make captures from SIP texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/packet_builder.h"

namespace sipladder::fuzz {

// Adds a UDP datagram between the hosts with these numbers (host_name()).
void add_datagram(std::vector<build::TimedPacket>* packets, int64_t time_ns, int from, int to,
                  std::string_view text);
std::string host_name(int number);

inline constexpr int64_t kMadeStartNs = 1'700'000'000'000'000'000;

}  // namespace sipladder::fuzz
