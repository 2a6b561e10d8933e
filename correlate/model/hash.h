// The keyed hashes behind the correlator's tables. The key is chosen per process (Abseil's seed),
// so that a hostile capture cannot build chains. Ids never depend on the key: the same input gives
// the same output. The mixing step is that of wyhash: a product of 128 bits, its halves folded.
#pragma once

#include <absl/hash/hash.h>

#include <cstdint>
#include <cstring>
#include <string_view>

#include "decode/address.h"

namespace sipladder {

// What a slot of a hash map from a key to an id costs, with its control byte.
inline constexpr size_t kMapSlot = 17;

inline uint64_t mix(uint64_t a, uint64_t b) {
  const unsigned __int128 product =
      static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD6E8FEB86659FD93ULL);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

namespace hash_internal {

inline uint64_t load64(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}
inline uint64_t load32(const char* at) {
  uint32_t word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

// Up to 16 bytes by loads that overlap: no loop, no call.
inline uint64_t mix_short(const char* at, size_t size, uint64_t seed) {
  if (size >= 8) return mix(load64(at) ^ seed, load64(at + size - 8));
  if (size >= 4) return mix(load32(at) << 32 | load32(at + size - 4), seed);
  if (size == 0) return seed;
  const auto byte = [&](size_t i) { return uint64_t{static_cast<unsigned char>(at[i])}; };
  return mix(byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1), seed);
}

inline const uint64_t kKey = absl::HashOf(uint64_t{0x5349504C});

}  // namespace hash_internal

// A message of 700 bytes costs about 40 ns (std::hash of libstdc++, which Abseil takes for
// string_view on Debian 12, took 190).
inline uint64_t hash_text(std::string_view text) {
  using hash_internal::load64;
  const char* at = text.data();
  size_t left = text.size();
  uint64_t a = hash_internal::kKey ^ left, b = a, c = a, d = a;
  for (; left > 64; left -= 64, at += 64) {
    a = mix(a ^ load64(at), load64(at + 8));
    b = mix(b ^ load64(at + 16), load64(at + 24));
    c = mix(c ^ load64(at + 32), load64(at + 40));
    d = mix(d ^ load64(at + 48), load64(at + 56));
  }
  a ^= mix(b, c ^ d);
  for (; left > 16; left -= 16, at += 16) a = mix(a ^ load64(at), load64(at + 8));
  return hash_internal::mix_short(at, left, a);
}

inline uint64_t hash_endpoint(const Endpoint& endpoint) {
  uint64_t words[2];
  std::memcpy(words, endpoint.ip.bytes.data(), sizeof words);
  return mix(words[0] ^ hash_internal::kKey,
             words[1] ^ (uint64_t{endpoint.port} << 8 | endpoint.ip.family));
}

// Of a path from `src` to `dst`; the way back has another key.
inline uint64_t pair_key(const Endpoint& src, const Endpoint& dst) {
  return mix(hash_endpoint(src), hash_endpoint(dst) + 1);
}

// Of an RTP stream: its 5-tuple and SSRC.
inline uint64_t stream_key(const Endpoint& src, const Endpoint& dst, uint32_t ssrc) {
  uint64_t words[4];
  std::memcpy(words, src.ip.bytes.data(), 16);
  std::memcpy(words + 2, dst.ip.bytes.data(), 16);
  const uint64_t ports = uint64_t{src.port} << 48 | uint64_t{dst.port} << 32 | ssrc;
  const uint64_t key = hash_internal::kKey;
  return mix(mix(words[0] ^ key, words[1] ^ ports), mix(words[2], words[3] ^ key));
}

struct EndpointHash {
  size_t operator()(const Endpoint& endpoint) const { return hash_endpoint(endpoint); }
};

// For maps whose key already is a hash of this file.
struct IdentityHash {
  size_t operator()(uint64_t key) const { return key; }
};

}  // namespace sipladder
