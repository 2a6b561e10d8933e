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

inline uint64_t hash_text(std::string_view text) {
  return absl::HashOf(text);
}

inline uint64_t mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product =
      static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD6E8FEB86659FD93ULL);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

inline uint64_t hash_endpoint(const Endpoint& endpoint) {
  uint64_t words[2];
  std::memcpy(words, endpoint.ip.bytes.data(), sizeof words);
  return mix(words[0] ^ endpoint.port, words[1] ^ absl::HashOf(endpoint.port, endpoint.ip.family));
}

struct EndpointHash {
  size_t operator()(const Endpoint& endpoint) const { return hash_endpoint(endpoint); }
};

// For maps whose key is one of these hashes already.
struct IdentityHash {
  size_t operator()(uint64_t key) const { return key; }
};

}  // namespace sipladder
