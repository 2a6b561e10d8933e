// An IP address as a value.
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace sipladder {

// IpAddress::family of a host that a log names without its address. The bytes are the name, with
// zeros behind it (capture/raw_packet.h).
inline constexpr uint8_t kHostName = 1;

struct IpAddress {
  std::array<uint8_t, 16> bytes{};  // IPv4 in the first four
  uint8_t family = 0;               // 4, 6, kHostName, or 0 for none
  auto operator<=>(const IpAddress&) const = default;
  // Compares two words; the comparison of arrays in the library is a call.
  bool operator==(const IpAddress& other) const {
    const auto a = std::bit_cast<std::array<uint64_t, 2>>(bytes);
    const auto b = std::bit_cast<std::array<uint64_t, 2>>(other.bytes);
    return ((a[0] ^ b[0]) | (a[1] ^ b[1])) == 0 && family == other.family;
  }
};

struct Endpoint {
  IpAddress ip;
  uint16_t port = 0;
  auto operator<=>(const Endpoint&) const = default;
};

// Reserved ranges that matter to a verdict: RFC 1918 and 4193 and 192.0.0.0/24, which a client of
// 464XLAT or DS-Lite has (private), 6598 (CGNAT), and the others of RFC 6890 that are named. The
// ranges for documentation and benchmarks count as public.
enum class AddressScope {
  none,
  public_,
  private_,
  cgnat,
  link_local,
  loopback,
  multicast,
  unspecified
};

// True of addresses that cannot be reached from the public internet.
inline bool is_private_scope(AddressScope scope) {
  return scope == AddressScope::private_ || scope == AddressScope::cgnat ||
         scope == AddressScope::link_local || scope == AddressScope::loopback;
}

inline IpAddress ipv4_address(const uint8_t* four_bytes) {
  // Stored in one piece: the processor delays a copy that follows several small stores.
  using Pair [[gnu::vector_size(16)]] = uint64_t;
  uint32_t word = 0;
  std::memcpy(&word, four_bytes, sizeof word);
  const Pair pair{word, 0};
  IpAddress ip;
  std::memcpy(ip.bytes.data(), &pair, sizeof pair);
  ip.family = 4;
  return ip;
}
IpAddress ipv6_address(const uint8_t* sixteen_bytes);
std::optional<IpAddress> parse_ip(std::string_view text);  // IPv6 with or without brackets
std::string to_string(const IpAddress& ip);                // IPv6 without brackets, RFC 5952
std::string to_string(
    const Endpoint& endpoint);  // IPv6 in brackets; port always; "unknown host" for none
AddressScope scope_of(const IpAddress& ip);
inline bool is_public(const IpAddress& ip) {
  return scope_of(ip) == AddressScope::public_;
}

}  // namespace sipladder
