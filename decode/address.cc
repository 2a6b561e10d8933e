#include "decode/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <iterator>

#include "capture/raw_packet.h"

namespace sipladder {

IpAddress ipv6_address(const uint8_t* sixteen_bytes) {
  IpAddress ip;
  std::copy_n(sixteen_bytes, 16, ip.bytes.begin());
  ip.family = 6;
  return ip;
}

std::optional<IpAddress> parse_ip(std::string_view text) {
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']')
    text = text.substr(1, text.size() - 2);
  if (text.empty() || text.size() > INET6_ADDRSTRLEN) return std::nullopt;
  const std::string copy(text);
  uint8_t bytes[16];
  if (inet_pton(AF_INET, copy.c_str(), bytes) == 1) return ipv4_address(bytes);
  if (inet_pton(AF_INET6, copy.c_str(), bytes) == 1) return ipv6_address(bytes);
  return std::nullopt;
}

// inet_ntop() goes through printf: two columns of addresses took 4 % of the time to list calls.
static std::string ipv4_text(const uint8_t* bytes) {
  char text[INET_ADDRSTRLEN];
  char* at = text;
  for (int i = 0; i < 4; i++) {
    if (i > 0) *at++ = '.';
    at = std::to_chars(at, std::end(text), bytes[i]).ptr;
  }
  return {text, at};
}

std::string to_string(const IpAddress& ip) {
  if (ip.family == 0) return {};
  if (ip.family == 4) return ipv4_text(ip.bytes.data());
  if (ip.family == kHostName) {
    const auto* name = reinterpret_cast<const char*>(ip.bytes.data());
    return whole_host_name({name, strnlen(name, ip.bytes.size())});
  }
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(AF_INET6, ip.bytes.data(), text, sizeof text);
  return text;
}

std::string to_string(const Endpoint& endpoint) {
  if (endpoint.ip.family == 0) return "unknown host";
  const std::string ip = to_string(endpoint.ip);
  return (endpoint.ip.family == 6 ? "[" + ip + "]" : ip) + ":" + std::to_string(endpoint.port);
}

namespace {

AddressScope scope_of_v4(const uint8_t* b) {
  if (b[0] == 0 && b[1] == 0 && b[2] == 0 && b[3] == 0) return AddressScope::unspecified;
  if (b[0] == 10 || (b[0] == 172 && b[1] >= 16 && b[1] < 32) || (b[0] == 192 && b[1] == 168)) {
    return AddressScope::private_;
  }
  if (b[0] == 192 && b[1] == 0 && b[2] == 0) return AddressScope::private_;  // RFC 6890, 7335
  if (b[0] == 100 && b[1] >= 64 && b[1] < 128) return AddressScope::cgnat;
  if (b[0] == 169 && b[1] == 254) return AddressScope::link_local;
  if (b[0] == 127) return AddressScope::loopback;
  return b[0] >= 224 && b[0] < 240 ? AddressScope::multicast : AddressScope::public_;
}

}  // namespace

AddressScope scope_of(const IpAddress& ip) {
  const uint8_t* b = ip.bytes.data();
  if (ip.family == 4) return scope_of_v4(b);
  if (ip.family != 6) return AddressScope::none;
  const bool zeros = std::all_of(b, b + 10, [](uint8_t byte) { return byte == 0; });
  if (zeros && b[10] == 0xFF && b[11] == 0xFF) return scope_of_v4(b + 12);
  if (zeros && std::all_of(b + 10, b + 15, [](uint8_t byte) { return byte == 0; })) {
    if (b[15] == 0) return AddressScope::unspecified;
    if (b[15] == 1) return AddressScope::loopback;
  }
  if ((b[0] & 0xFE) == 0xFC) return AddressScope::private_;
  if (b[0] == 0xFE && (b[1] & 0xC0) == 0x80) return AddressScope::link_local;
  return b[0] == 0xFF ? AddressScope::multicast : AddressScope::public_;
}

}  // namespace sipladder
