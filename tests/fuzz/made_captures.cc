#include "tests/fuzz/made_captures.h"

namespace sipladder::fuzz {

std::string host_name(int number) {
  return "192.0.2." + std::to_string(number);
}

void add_datagram(std::vector<build::TimedPacket>* packets, int64_t time_ns, int from, int to,
                  std::string_view text) {
  const std::string src = host_name(from), dst = host_name(to);
  packets->push_back(
      {time_ns, build::ethernet_ip(build::ip(build::udp(text, src, dst), 17, src, dst))});
}

}  // namespace sipladder::fuzz
