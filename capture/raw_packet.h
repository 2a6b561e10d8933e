// Makes packets of messages that came without one (from a log, over HEP): IP and UDP headers are
// put around the bytes, so that the decoder treats them as captured (link type kRawIp).
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

// Makes an address for a host that is known by name only: an IPv6 address within 0100::/8, which no
// host uses, with the name in its other 15 bytes. The end of a longer name is replaced by "~" and a
// hash. False when `name` is no host name. Any thread.
inline constexpr uint8_t kNamedHost = 1;  // the first byte of such an address
bool name_raw_host(std::string_view name, RawEndpoint* out);

// The full name of a host whose name was shortened to `shown`. `shown` itself when it was not
// shortened, or was beyond the first kMaxHostNames of them. Any thread.
inline constexpr size_t kMaxHostNames = 20'000;
std::string whole_host_name(std::string_view shown);
// The full names of all that were shortened, sorted. Calling name_raw_host() with each of them
// restores the table. Any thread.
std::vector<std::string> replaced_host_names();

// The bytes of an IP packet with a UDP datagram. Checksums are 0. An unknown address becomes
// 0.0.0.0 or ::, by the family of the other one. `missing`: bytes that the payload had beyond those
// given; the length fields count them.
std::string raw_udp_packet(const RawEndpoint& src, const RawEndpoint& dst, std::string_view payload,
                           size_t missing = 0);

}  // namespace sipladder
