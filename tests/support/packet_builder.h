// Packets for tests, built from the inside out; every function returns the bytes with the header in
// front.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "capture/packet.h"
#include "decode/address.h"

namespace sipladder::build {

std::string number16(unsigned value);  // big-endian
std::string number32(uint32_t value);
std::string bytes(std::initializer_list<int> values);

struct TcpFields {
  uint32_t sequence = 1;
  uint32_t acknowledged = 0;
  uint8_t flags = 0x18;  // PSH, ACK
};

// Addresses as text; both of one family. Checksums are right.
std::string udp(std::string_view payload, const std::string& src, const std::string& dst,
                uint16_t src_port = 5060, uint16_t dst_port = 5060);
std::string tcp(std::string_view payload, const TcpFields& fields, const std::string& src,
                const std::string& dst, uint16_t src_port = 5060, uint16_t dst_port = 5060);
std::string ip(std::string_view payload, uint8_t protocol, const std::string& src,
               const std::string& dst, uint16_t id = 7);
std::string ipv4_fragment(std::string_view payload, uint8_t protocol, const std::string& src,
                          const std::string& dst, uint16_t id, size_t offset, bool more);
std::string ipv6_fragment(std::string_view payload, uint8_t protocol, const std::string& src,
                          const std::string& dst, uint32_t id, size_t offset, bool more);
std::string ethernet(std::string_view payload, uint16_t ether_type);
std::string ethernet_ip(std::string_view ip_packet);  // EtherType by the IP version

// A DATA chunk (RFC 9260 3.3.1) of stream 1; flags: 2 begins a message, 1 ends it.
std::string sctp_data(int flags, uint32_t tsn, std::string_view payload);

enum class Masking : uint8_t { masked, plain };  // a client's frames, a server's
std::string websocket_frame(int first_byte, std::string_view payload,
                            Masking masking = Masking::masked);

std::string sip_message(std::string_view call_id, size_t body_size = 0);  // an OPTIONS request

struct TimedPacket {
  int64_t time_ns = 0;  // since the Unix epoch
  std::string bytes;
  size_t sent = 0;  // what the packet had before the snap length cut it; 0: it is whole
};
// A capture file in nanoseconds.
std::string pcap(const std::vector<TimedPacket>& packets, uint16_t link_type = 1);

// Points into `bytes`.
Packet packet(const std::string& bytes, uint16_t link_type = 1, uint32_t frame = 1,
              int64_t time_ns = 1'000'000'000);

}  // namespace sipladder::build
