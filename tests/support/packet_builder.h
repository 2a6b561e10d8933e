// Packets for tests, built from the inside out; every function returns the bytes with the header in
// front.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "capture/packet.h"
#include "decode/address.h"

namespace sipladder::build {

std::string number16(unsigned value);  // big-endian
std::string number32(uint32_t value);

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

std::string sip_message(std::string_view call_id, size_t body_size = 0);  // an OPTIONS request

// Points into `bytes`.
Packet packet(const std::string& bytes, uint16_t link_type = 1, uint32_t frame = 1,
              int64_t time_ns = 1'000'000'000);

}  // namespace sipladder::build
