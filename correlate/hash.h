// The keyed hashes behind the correlator's tables. The key is chosen per process (Abseil's seed),
// so that a hostile capture cannot build chains. Ids never depend on it: the same input gives the
// same output.
#pragma once

#include <absl/hash/hash.h>

#include <cstdint>
#include <cstring>
#include <string_view>

#include "decode/address.h"

namespace sipladder {

inline uint64_t mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15ULL) *
                                    (b ^ 0xD6E8FEB86659FD93ULL);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// 16 bytes a step: a message of 700 bytes costs about 60 ns (std::hash of libstdc++, which Abseil
// takes for string_view on Debian 12, took 190).
inline uint64_t hash_text(std::string_view text) {
  static const uint64_t kKey = absl::HashOf(uint64_t{0x5349504C});
  const char* at = text.data();
  size_t left = text.size();
  uint64_t words[2];
  uint64_t a = kKey, b = kKey ^ left;
  for (; left >= 32; left -= 32, at += 32) {
    uint64_t four[4];
    std::memcpy(four, at, sizeof four);
    a = mix(a ^ four[0], four[1]);
    b = mix(b ^ four[2], four[3]);
  }
  for (; left > 0;) {
    const size_t take = left < 16 ? left : size_t{16};
    words[0] = words[1] = 0;
    std::memcpy(words, at, take);
    a = mix(a ^ words[0], words[1] ^ kKey);
    left -= take;
    at += take;
  }
  return mix(a, b);
}

inline uint64_t hash_endpoint(const Endpoint& endpoint) {
  uint64_t words[2];
  std::memcpy(words, endpoint.ip.bytes.data(), sizeof words);
  static const uint64_t kKey = absl::HashOf(uint64_t{0x454E4450});
  return mix(words[0] ^ kKey, words[1] ^ (uint64_t{endpoint.port} << 8 | endpoint.ip.family));
}

struct EndpointHash {
  size_t operator()(const Endpoint& endpoint) const { return hash_endpoint(endpoint); }
};

// For maps whose key is one of these hashes already.
struct IdentityHash {
  size_t operator()(uint64_t key) const { return key; }
};

}  // namespace sipladder
