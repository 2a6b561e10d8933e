// Changes captures as networks, stacks and attackers do: packets dropped, repeated, reordered, cut,
// turned round and moved in time; SIP and SDP lines dropped, repeated, exchanged and filled with
// what nobody expects. Lengths of IP and UDP stay right, so that the change is seen.
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
  std::string tail;  // what is no packet any more
};
CapturedPackets split_capture(std::string_view capture);
std::string join_capture(const CapturedPackets& capture);

// Empty when `capture` is none.
std::string mutate_capture(std::string_view capture, uint32_t seed, size_t max_size);
// Packets of both in the order of the first, then of the second.
std::string cross_captures(std::string_view a, std::string_view b, uint32_t seed, size_t max_size);

// The payload of a packet over UDP or TCP.
std::string_view payload_of(const CapturedPacket& packet);

}  // namespace sipladder::fuzz
