#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

std::string raw(const IpAddress& ip) {
  return {reinterpret_cast<const char*>(ip.bytes.data()), ip.family == 4 ? 4U : 16U};
}

std::string raw(const std::string& text) {
  return raw(parse_ip(text).value_or(IpAddress{}));
}

std::string little32(uint32_t value) {
  const std::string big = number32(value);
  return {big.rbegin(), big.rend()};
}

uint16_t checksum(std::string_view bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i++) {
    sum += static_cast<uint32_t>(static_cast<uint8_t>(bytes[i])) << (i % 2 == 0 ? 8 : 0);
  }
  while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
  return static_cast<uint16_t>(~sum);
}

uint16_t transport_checksum(const std::string& segment, uint8_t protocol, const std::string& src,
                            const std::string& dst) {
  std::string pseudo = raw(src) + raw(dst) + number32(static_cast<uint32_t>(segment.size()));
  pseudo += number32(protocol);
  return checksum(pseudo + segment);
}

std::string ipv4(std::string_view payload, uint8_t protocol, const std::string& src,
                 const std::string& dst, uint16_t id, unsigned fragment) {
  std::string header = std::string("\x45\x68", 2);
  header += number16(static_cast<unsigned>(payload.size() + 20)) + number16(id);
  header += number16(fragment) + std::string(1, '\x40') + static_cast<char>(protocol);
  header += number16(0) + raw(src) + raw(dst);
  header.replace(10, 2, number16(checksum(header)));
  return header + std::string(payload);
}

}  // namespace

std::string number16(unsigned value) {
  return {static_cast<char>(value >> 8 & 0xFF), static_cast<char>(value & 0xFF)};
}

std::string number32(uint32_t value) {
  return number16(value >> 16) + number16(value & 0xFFFF);
}

std::string bytes(std::initializer_list<int> values) {
  std::string result;
  for (const int value : values) result += static_cast<char>(value);
  return result;
}

std::string udp(std::string_view payload, const std::string& src, const std::string& dst,
                uint16_t src_port, uint16_t dst_port) {
  std::string result = number16(src_port) + number16(dst_port);
  result += number16(static_cast<unsigned>(payload.size() + 8)) + number16(0);
  result += payload;
  const uint16_t sum = transport_checksum(result, 17, src, dst);
  return result.replace(6, 2, number16(sum == 0 ? 0xFFFF : sum));
}

std::string tcp(std::string_view payload, const TcpFields& fields, const std::string& src,
                const std::string& dst, uint16_t src_port, uint16_t dst_port) {
  std::string result = number16(src_port) + number16(dst_port) + number32(fields.sequence);
  result += number32(fields.acknowledged) + '\x50' + static_cast<char>(fields.flags);
  result += number16(0xFFFF) + number32(0);
  result += payload;
  return result.replace(16, 2, number16(transport_checksum(result, 6, src, dst)));
}

std::string ip(std::string_view payload, uint8_t protocol, const std::string& src,
               const std::string& dst, uint16_t id) {
  if (src.find(':') == std::string::npos) return ipv4(payload, protocol, src, dst, id, 0x4000);
  std::string header = number32(0x66800000) + number16(static_cast<unsigned>(payload.size()));
  header += std::string(1, static_cast<char>(protocol)) + '\x40' + raw(src) + raw(dst);
  return header + std::string(payload);
}

std::string ipv4_fragment(std::string_view payload, uint8_t protocol, const std::string& src,
                          const std::string& dst, uint16_t id, size_t offset, bool more) {
  const auto field = static_cast<unsigned>(offset / 8) | (more ? 0x2000U : 0U);
  return ipv4(payload, protocol, src, dst, id, field);
}

std::string ipv6_fragment(std::string_view payload, uint8_t protocol, const std::string& src,
                          const std::string& dst, uint32_t id, size_t offset, bool more) {
  std::string header = number16(static_cast<unsigned>(protocol) << 8);
  header += number16(static_cast<unsigned>(offset) | (more ? 1U : 0U)) + number32(id);
  return ip(header + std::string(payload), 44, src, dst);
}

std::string ethernet(std::string_view payload, uint16_t ether_type) {
  return std::string("\x02\0\0\0\0\x01\x02\0\0\0\0\x02", 12) + number16(ether_type) +
         std::string(payload);
}

std::string ethernet_ip(std::string_view ip_packet) {
  const bool v6 = !ip_packet.empty() && static_cast<uint8_t>(ip_packet[0]) >> 4 == 6;
  return ethernet(ip_packet, v6 ? 0x86DD : 0x0800);
}

std::string sctp_data(int flags, uint32_t tsn, std::string_view payload) {
  std::string chunk = bytes({0, flags}) + number16(static_cast<unsigned>(payload.size() + 16));
  chunk += number32(tsn) + number16(1) + number16(2) + number32(0) + std::string(payload);
  return chunk + std::string((4 - chunk.size() % 4) % 4, '\0');
}

std::string websocket_frame(int first_byte, std::string_view payload, Masking masking) {
  const bool masked = masking == Masking::masked;
  const std::string key = masked ? "abcd" : std::string(4, '\0');
  const unsigned mask_bit = masked ? 0x80U : 0U;
  std::string frame(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    frame += static_cast<char>(mask_bit | payload.size());
  } else {
    frame += static_cast<char>(mask_bit | 126U);
    frame += number16(static_cast<unsigned>(payload.size()));
  }
  if (masked) frame += key;
  for (size_t i = 0; i < payload.size(); i++) {
    frame += static_cast<char>(payload[i] ^ key[i % 4]);
  }
  return frame;
}

std::string sip_message(std::string_view call_id, size_t body_size) {
  const std::string id(call_id);
  return "OPTIONS sip:b@example.org SIP/2.0\r\nVia: SIP/2.0/TCP 10.0.0.1;branch=z9hG4bK" + id +
         "\r\nFrom: <sip:a@example.org>;tag=1\r\nTo: <sip:b@example.org>\r\nCall-ID: " + id +
         "\r\nCSeq: 1 OPTIONS\r\nContent-Length: " + std::to_string(body_size) + "\r\n\r\n" +
         std::string(body_size, 'x');
}

std::string pcap(const std::vector<TimedPacket>& packets, uint16_t link_type) {
  constexpr int64_t kSecond = 1'000'000'000;
  std::string out = little32(0xA1B23C4D) + std::string("\x02\0\x04\0", 4) + little32(0);
  out += little32(0) + little32(262144) + little32(link_type);
  for (const TimedPacket& packet : packets) {
    const size_t sent = packet.sent == 0 ? packet.bytes.size() : packet.sent;
    const std::string size = little32(static_cast<uint32_t>(packet.bytes.size()));
    out += little32(static_cast<uint32_t>(packet.time_ns / kSecond));
    out += little32(static_cast<uint32_t>(packet.time_ns % kSecond)) + size;
    out += little32(static_cast<uint32_t>(sent)) + packet.bytes;
  }
  return out;
}

Packet packet(const std::string& bytes, uint16_t link_type, uint32_t frame, int64_t time_ns) {
  Packet result;
  result.time_ns = time_ns;
  result.frame = frame;
  result.original = static_cast<uint32_t>(bytes.size());
  result.link_type = link_type;
  result.ref = {0, static_cast<uint32_t>(bytes.size()), 0};
  result.data = reinterpret_cast<const uint8_t*>(bytes.data());
  return result;
}

}  // namespace sipladder::build
