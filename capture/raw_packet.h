// Packets for messages that came without one (a log, a HEP connection): IP and UDP headers around
// the bytes, so that all that follows treats them as captured (link type kRawIp).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

inline constexpr uint16_t kRawIp = 101;

struct RawEndpoint {
  std::array<uint8_t, 16> bytes{};  // IPv4 in the first four
  bool v6 = false;
  bool known = false;
  uint16_t port = 0;
  bool operator==(const RawEndpoint&) const = default;
};

// "192.0.2.1", "2001:db8::1" or "[2001:db8::1]". False when it is no address.
bool parse_raw_ip(std::string_view text, RawEndpoint* out);

// A host that is known by name only: an address of 0100::/8, which nobody has, with the name in it,
// its end replaced when it is too long. False when it is no host name.
inline constexpr uint8_t kNamedHost = 1;  // the first byte
bool name_raw_host(std::string_view name, RawEndpoint* out);

// The name that was replaced so, of the first kMaxHostNames ones; else `shown` itself. Any thread.
inline constexpr size_t kMaxHostNames = 20'000;
std::string whole_host_name(std::string_view shown);
// All that were replaced, sorted: naming them again has the same effect. Any thread.
std::vector<std::string> replaced_host_names();

// An unknown address is 0.0.0.0 or ::, as the other one's family is. `missing`: bytes that the
// payload had beyond these.
std::string raw_udp_packet(const RawEndpoint& src, const RawEndpoint& dst, std::string_view payload,
                           size_t missing = 0);

}  // namespace sipladder
