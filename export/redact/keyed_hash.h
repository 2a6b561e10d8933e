// A keyed pseudo-random function (HMAC-SHA-256, RFC 2104) and what is drawn from it. OpenSSL's only
// home.
//
// Threads: one object per thread.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

class KeyedHash {
 public:
  explicit KeyedHash(std::string key) : key_(std::move(key)) {}
  // Of 32 bytes from the system. Empty when it has none to give.
  static std::string random_key();

  // The same for the same key, purpose and text.
  std::array<uint8_t, 32> of(char purpose, std::string_view text) const;
  uint32_t number(char purpose, std::string_view text) const;
  // As many bytes as asked for.
  std::string bytes(char purpose, std::string_view text, size_t size) const;
  // A permutation of the numbers from 0 to `count` - 1, `count` of at least 1 and at most 65536.
  uint32_t permuted(uint32_t value, uint32_t count, char purpose, std::string_view text) const;

 private:
  std::string key_;
};

}  // namespace sipladder
