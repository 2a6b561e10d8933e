// Replaces addresses by others of the same kind: private by private, public by public. Each number
// of an address keeps its count of digits, so that no text changes its length. Addresses that share
// their first numbers still share them afterwards. With `keep_prefix` those that share their first
// bits do, as with Crypto-PAn (Xu, Fan, Ammar, Moon 2002); but only bits are flipped that leave the
// count of digits as it is.
//
// Threads: one. The same key gives the same replacements.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "decode/address.h"
#include "export/redact/keyed_hash.h"

namespace sipladder {

using MacAddress = std::array<uint8_t, 6>;

class AddressMap {
 public:
  AddressMap(const KeyedHash& hash, bool keep_prefix) : hash_(hash), keep_prefix_(keep_prefix) {}

  // Chooses another set of replacements for the same key. It begins with set 0.
  void set_salt(uint32_t salt);
  IpAddress of(const IpAddress& ip);
  MacAddress of(const MacAddress& mac) const;
  // False for addresses that mean the same everywhere (unspecified, loopback, multicast,
  // broadcast): they are not replaced.
  static bool is_replaced(const IpAddress& ip);

 private:
  IpAddress map_v4(const IpAddress& ip) const;
  IpAddress map_v6(const IpAddress& ip);
  uint32_t map_number(uint32_t value, uint32_t low, uint32_t high, std::string_view before) const;
  uint32_t flip_bits(uint32_t value, uint32_t low, uint32_t high, std::string_view before) const;

  const KeyedHash& hash_;
  bool keep_prefix_;
  std::string salt_ = "0";
  absl::flat_hash_map<std::array<uint8_t, 17>, IpAddress> known_;  // replacements made before
};

}  // namespace sipladder
