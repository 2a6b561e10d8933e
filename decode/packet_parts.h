// Where the headers of a packet stand in it, for whoever copies or rewrites packets.
#pragma once

#include <cstdint>

namespace sipladder {

enum class PartKind : uint8_t {
  ethernet,
  wlan,  // of a data frame; the addresses of another one are not looked for
  arp,
  ipv4,
  ipv6,
  ipv6_fragment,  // the fragment header
  udp,
  tcp,
  sctp,
  icmp,
  icmpv6,
  hep,  // one packet of HEP that fills a UDP payload
  exported_pdu,
};

// From the first byte of a header to the end of what it claims, as far as that was captured.
// Offsets from the first byte of the packet. Bytes of a reassembled datagram are in no packet and
// have no part.
struct PacketPart {
  PartKind kind = PartKind::ethernet;
  uint32_t offset = 0;
  uint32_t size = 0;
};

}  // namespace sipladder
