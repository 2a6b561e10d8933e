// Where the headers of a packet are, for code that copies or rewrites packets.
#pragma once

#include <cstdint>

namespace sipladder {

enum class PartKind : uint8_t {
  ethernet,
  wlan,  // an 802.11 frame of any type
  arp,
  ipv4,
  ipv6,
  ipv6_fragment,  // the fragment header
  udp,
  tcp,
  sctp,
  icmp,
  icmpv6,
  hep,  // one HEP packet
  exported_pdu,
};

// A header with all that its length claims, as far as that was captured. Offsets count from the
// first byte of the packet. A datagram that was reassembled has no parts.
struct PacketPart {
  PartKind kind = PartKind::ethernet;
  uint32_t offset = 0;
  uint32_t size = 0;
};

}  // namespace sipladder
