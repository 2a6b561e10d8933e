#include "tests/support/hep_builder.h"

#include <zlib.h>

#include "tests/support/packet_builder.h"

namespace sipladder::build {
namespace {

std::string octets(const std::string& text) {
  const IpAddress ip = parse_ip(text).value_or(IpAddress{});
  return {reinterpret_cast<const char*>(ip.bytes.data()), ip.family == 4 ? 4U : 16U};
}

std::string little(uint32_t value) {
  const std::string big = number32(value);
  return {big.rbegin(), big.rend()};
}

std::string old_header(int version, size_t time, const HepFields& fields) {
  const std::string addresses = octets(fields.src) + octets(fields.dst);
  std::string result(1, static_cast<char>(version));
  result += static_cast<char>(8 + addresses.size() + time);
  result += addresses.size() == 8 ? '\x02' : '\x0A';
  result += static_cast<char>(fields.protocol);
  return result + number16(fields.src_port) + number16(fields.dst_port) + addresses;
}

std::string head3(const HepFields& fields) {
  const bool v6 = fields.src.find(':') != std::string::npos;
  return hep3_chunk(1, v6 ? "\x0A" : "\x02") +
         hep3_chunk(2, std::string(1, static_cast<char>(fields.protocol))) +
         hep3_chunk(v6 ? 5 : 3, octets(fields.src)) + hep3_chunk(v6 ? 6 : 4, octets(fields.dst)) +
         hep3_chunk(7, number16(fields.src_port)) + hep3_chunk(8, number16(fields.dst_port)) +
         hep3_chunk(9, number32(fields.seconds)) + hep3_chunk(10, number32(fields.microseconds)) +
         hep3_chunk(11, "\x01") + hep3_chunk(12, number32(2001)) +
         hep3_chunk(24, std::string(1, '\x68'));
}

}  // namespace

std::string hep1(std::string_view payload, const HepFields& fields) {
  return old_header(1, 0, fields) + std::string(payload);
}

std::string hep2(std::string_view payload, const HepFields& fields) {
  return old_header(2, 12, fields) + little(fields.seconds) + little(fields.microseconds) +
         number32(0) + std::string(payload);
}

std::string hep3_chunk(unsigned type, std::string_view value) {
  return number16(0) + number16(type) + number16(static_cast<unsigned>(value.size() + 6)) +
         std::string(value);
}

std::string hep3_packet(const std::string& chunks) {
  return "HEP3" + number16(static_cast<unsigned>(chunks.size() + 6)) + chunks;
}

std::string hep3(std::string_view payload, const HepFields& fields) {
  return hep3_packet(head3(fields) + hep3_chunk(15, payload));
}

std::string hep3_packed(std::string_view payload, const HepFields& fields) {
  uLongf size = compressBound(payload.size());
  std::string packed(size, '\0');
  compress(reinterpret_cast<Bytef*>(packed.data()), &size,
           reinterpret_cast<const Bytef*>(payload.data()), payload.size());
  packed.resize(size);
  return hep3_packet(head3(fields) + hep3_chunk(16, packed));
}

}  // namespace sipladder::build
