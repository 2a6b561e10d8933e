#include "export/redact/address_map.h"

#include <algorithm>

namespace sipladder {
namespace {

constexpr size_t kMostKnown = 1 << 20;

struct Range {
  uint32_t low, high;
};

// The octets that have as many decimal digits as `octet`.
Range digits_of(uint32_t octet) {
  if (octet < 10) return {0, 9};
  return octet < 100 ? Range{10, 99} : Range{100, 255};
}

// The range that a first octet may be replaced within. Octets that begin special ranges (10, 100,
// 127, 169, 172, 192) are in none of them.
Range first_octet_range(uint32_t octet) {
  static constexpr Range kRanges[] = {{1, 9},     {11, 99},   {101, 126}, {128, 168},
                                      {170, 171}, {173, 191}, {193, 223}};
  for (const Range& range : kRanges) {
    if (range.low <= octet && octet <= range.high) return range;
  }
  return {octet, octet};
}

// The range that the second octet may be replaced within. Where the first octet holds a special
// range (as 172.16/12 in 172/8), an address inside stays inside, and one outside stays outside.
Range second_octet_range(uint32_t first, uint32_t octet) {
  const Range digits = digits_of(octet);
  const auto outside = [&](uint32_t low, uint32_t high) {
    if (octet >= low && octet <= high)
      return Range{std::max(low, digits.low), std::min(high, digits.high)};
    return octet < low ? Range{digits.low, std::min(digits.high, low - 1)}
                       : Range{std::max(digits.low, high + 1), digits.high};
  };
  switch (first) {
    case 100:
      return outside(64, 127);
    case 169:
      return outside(254, 254);
    case 172:
      return outside(16, 31);
    case 192:
      return outside(168, 168);
    default:
      return digits;
  }
}

Range hextet_range(uint32_t value) {
  uint32_t high = 0xF, low = 1;
  while (value > high) {
    low = high + 1;
    high = high << 4 | 0xF;
  }
  return {low, high};
}

uint32_t hextet(const IpAddress& ip, size_t place) {
  return uint32_t{ip.bytes[2 * place]} << 8 | ip.bytes[2 * place + 1];
}

void set_hextet(IpAddress* ip, size_t place, uint32_t value) {
  ip->bytes[2 * place] = static_cast<uint8_t>(value >> 8);
  ip->bytes[2 * place + 1] = static_cast<uint8_t>(value);
}

std::string_view head(const IpAddress& ip, size_t bytes) {
  return {reinterpret_cast<const char*>(ip.bytes.data()), bytes};
}

// Addresses of these prefixes end with an IPv4 address (RFC 4291 2.5.5.2, RFC 6052 2.1).
bool holds_v4(const IpAddress& ip) {
  static constexpr uint8_t kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  static constexpr uint8_t kTranslated[12] = {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0};
  return std::equal(kMapped, kMapped + 12, ip.bytes.begin()) ||
         std::equal(kTranslated, kTranslated + 12, ip.bytes.begin());
}

}  // namespace

void AddressMap::set_salt(uint32_t salt) {
  salt_ = std::to_string(salt);
  known_.clear();
}

bool AddressMap::is_replaced(const IpAddress& ip) {
  if (ip.family != 4 && ip.family != 6) return false;
  const AddressScope scope = scope_of(ip);
  const bool broadcast = ip.family == 4 && head(ip, 4) == std::string_view("\xFF\xFF\xFF\xFF", 4);
  return !broadcast && scope != AddressScope::none && scope != AddressScope::unspecified &&
         scope != AddressScope::loopback && scope != AddressScope::multicast &&
         !(ip.family == 4 && (ip.bytes[0] == 0 || ip.bytes[0] >= 224));
}

// Crypto-PAn seen from the lowest bit: the hash of all higher bits decides whether a bit is
// flipped. It stops at the first bit whose flip could lead out of [low, high].
uint32_t AddressMap::flip_bits(uint32_t value, uint32_t low, uint32_t high,
                               std::string_view before) const {
  uint32_t result = value;
  for (unsigned bit = 0; bit < 16; bit++) {
    const uint32_t size = 2U << bit, begin = value / size * size;
    if (begin < low || begin + size - 1 > high) break;
    const std::string above =
        std::string(before) + salt_ + ':' + std::to_string(bit) + ':' + std::to_string(begin);
    if ((hash_.number('b', above) & 1U) != 0) result ^= 1U << bit;
  }
  return result;
}

uint32_t AddressMap::map_number(uint32_t value, uint32_t low, uint32_t high,
                                std::string_view before) const {
  if (low >= high) return value;
  if (keep_prefix_) return flip_bits(value, low, high, before);
  const std::string place = std::string(before) + salt_ + ':' + std::to_string(low);
  return low + hash_.permuted(value - low, high - low + 1, 'a', place);
}

IpAddress AddressMap::map_v4(const IpAddress& ip) const {
  IpAddress result = ip;
  const uint32_t first = ip.bytes[0], second = ip.bytes[1];
  const bool special = first == 10 || first == 100 || first == 169 || first == 172 || first == 192;
  if (!special) {
    const Range own = first_octet_range(first), digits = digits_of(first);
    result.bytes[0] = static_cast<uint8_t>(
        map_number(first, std::max(own.low, digits.low), std::min(own.high, digits.high), "4"));
  }
  const Range range = second_octet_range(first, second);
  result.bytes[1] = static_cast<uint8_t>(map_number(second, range.low, range.high, head(ip, 1)));
  for (size_t i = 2; i < 4; i++) {
    const Range digits = digits_of(ip.bytes[i]);
    result.bytes[i] =
        static_cast<uint8_t>(map_number(ip.bytes[i], digits.low, digits.high, head(ip, i)));
  }
  return result;
}

IpAddress AddressMap::map_v6(const IpAddress& ip) {
  IpAddress result = ip;
  if (holds_v4(ip)) {
    const IpAddress v4 = of(ipv4_address(ip.bytes.data() + 12));
    std::copy_n(v4.bytes.begin(), 4, result.bytes.begin() + 12);
    return result;
  }
  const uint32_t first = hextet(ip, 0);
  size_t place = 1;
  if ((first >> 13) == 1 && first != 0x2001) {  // 2000::/3 without what 2001:: is for
    const bool low = first < 0x2001;
    set_hextet(&result, 0, map_number(first, low ? 0x2000 : 0x2003, low ? 0x2000 : 0x3FFE, "6"));
  } else if ((first >> 9) == 0x7E) {  // fc00::/7
    set_hextet(&result, 0, map_number(first, first & 0xFF00, first | 0xFF, "6"));
  } else if (first == 0x2001 && hextet(ip, 1) == 0xDB8) {
    place = 2;
  }
  for (; place < 8; place++) {
    const uint32_t value = hextet(ip, place);
    if (value == 0) continue;
    const Range range = hextet_range(value);
    set_hextet(&result, place, map_number(value, range.low, range.high, head(ip, 2 * place)));
  }
  return result;
}

IpAddress AddressMap::of(const IpAddress& ip) {
  if (!is_replaced(ip)) return ip;
  std::array<uint8_t, 17> key{};
  std::copy(ip.bytes.begin(), ip.bytes.end(), key.begin());
  key[16] = ip.family;
  if (const auto found = known_.find(key); found != known_.end()) return found->second;
  if (known_.size() >= kMostKnown) known_.clear();
  const IpAddress result = ip.family == 4 ? map_v4(ip) : map_v6(ip);
  known_.emplace(key, result);
  return result;
}

// The first bytes of a multicast MAC address (RFC 1112 6.4, RFC 2464 7) stay, because they say that
// it is one. The other bytes are a part of an IP address.
MacAddress AddressMap::of(const MacAddress& mac) const {
  const bool all = std::all_of(mac.begin(), mac.end(), [&](uint8_t b) { return b == mac[0]; });
  if (all && (mac[0] == 0 || mac[0] == 0xFF)) return mac;
  const std::string drawn =
      hash_.bytes('m', {reinterpret_cast<const char*>(mac.data()), mac.size()}, mac.size());
  MacAddress result{};
  const bool group = (mac[0] & 1U) != 0;
  for (size_t i = 0; i < mac.size(); i++)
    result[i] = group && i < 3 ? mac[i] : static_cast<uint8_t>(drawn[i]);
  if (!group) result[0] = static_cast<uint8_t>((result[0] & 0xFCU) | 2U);
  return result;
}

}  // namespace sipladder
