// Changes captures as networks, stacks and attackers do. Packets are dropped, repeated, reordered,
// cut, reversed in direction and moved in time. SIP and SDP lines are dropped, repeated, exchanged
// and filled with unexpected values. Lengths of IP and UDP stay right, so that the change gets past
// the lower layers.
//
// The same input and seed give the same bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder::fuzz {

struct CapturedPacket {
  uint32_t seconds = 0;
  uint32_t fraction = 0;  // nanoseconds or microseconds, as the capture says
  uint32_t original = 0;  // length before the snap length cut it
  std::string bytes;
};

// A classic pcap file, little-endian.
struct CapturedPackets {
  std::string header;  // 24 bytes; empty: it is no such file
  std::vector<CapturedPacket> packets;
  std::string tail;  // bytes behind the last whole packet
};
CapturedPackets split_capture(std::string_view capture);
std::string join_capture(const CapturedPackets& capture);

// Empty when `capture` is no pcap file. The result has at most `max_size` bytes.
std::string mutate_capture(std::string_view capture, uint32_t seed, size_t max_size);
// Some packets of `a`, then some of `b`.
std::string cross_captures(std::string_view a, std::string_view b, uint32_t seed, size_t max_size);

// The payload of a packet over UDP or TCP.
std::string_view payload_of(const CapturedPacket& packet);

}  // namespace sipladder::fuzz
