// What an RTP stream is found by: its 5-tuple and SSRC, hashed.
#pragma once

#include <cstdint>
#include <cstring>

#include "correlate/hash.h"
#include "decode/address.h"

namespace sipladder {

inline uint64_t stream_key(const Endpoint& src, const Endpoint& dst, uint32_t ssrc) {
  uint64_t words[4];
  std::memcpy(words, src.ip.bytes.data(), 16);
  std::memcpy(words + 2, dst.ip.bytes.data(), 16);
  const uint64_t ports = uint64_t{src.port} << 48 | uint64_t{dst.port} << 32 | ssrc;
  const uint64_t key = hash_internal::kKey;
  return mix(mix(words[0] ^ key, words[1] ^ ports), mix(words[2], words[3] ^ key));
}

}  // namespace sipladder
