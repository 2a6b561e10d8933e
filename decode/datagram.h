// What the decoder hands on: the payload of one transport unit with its addresses.
//
// Lifetime: `payload` is valid until the next call of any function of the Decoder that fills
// datagrams. A copy of a Datagram does not make it longer.
#pragma once

#include <cstdint>
#include <string_view>

#include "capture/packet.h"
#include "decode/address.h"
#include "decode/checksum.h"

namespace sipladder {

std::string_view to_string(Transport transport);

enum class PayloadKind : uint8_t {
  datagram,    // a UDP payload
  message,     // a SIP message cut out of a byte stream (TCP) by Content-Length
  icmp_error,  // addresses are those of the quoted packet; payload is what was quoted of it
};

// Which way a packet passed the host that captured it, where its link layer tells (Linux cooked
// captures, of which the "any" device makes one). A router shows each packet twice: in and out.
enum class Way : uint8_t { unknown, in, out };

struct Datagram {
  Datagram() {}  // not `= default`: emplace_back() would then first set all of it to zero

  int64_t time_ns = 0;
  uint32_t frame = 0;   // number of the packet that completed it
  uint16_t source = 0;  // and `point`: as in Packet
  PayloadKind kind = PayloadKind::datagram;
  Transport transport = Transport::udp;
  Endpoint src;
  Endpoint dst;
  uint16_t ip_id = 0;  // IPv4 identification, 0 where there is none
  uint8_t dscp = 0;
  uint8_t ttl = 0;        // or hop limit; 0: not known
  uint8_t icmp_type = 0;  // icmp_error only
  uint8_t icmp_code = 0;
  uint16_t icmp_mtu = 0;  // of the next link, when the packet was too big for it; 0: not told
  uint8_t point = 0;
  Way way = Way::unknown;
  Checksum checksum = Checksum::unknown;  // of one UDP datagram in kChecksumEvery
  IpAddress icmp_from;                    // icmp_error only: who sent the error
  bool logged = false;                    // see Packet
  bool inferred = false;
  bool truncated = false;  // the capture holds less than was sent
  std::string_view payload;
  PacketRef ref;  // where `payload` can be read again, if it is stored
};

}  // namespace sipladder
