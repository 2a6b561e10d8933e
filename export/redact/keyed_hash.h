// A keyed pseudo-random function (HMAC-SHA-256, RFC 2104), and numbers and bytes drawn from it.
//
// `purpose` separates uses: the same text gives unrelated results for different purposes.
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
  // 32 random bytes from the system. Empty when the system has none to give.
  static std::string random_key();

  // The same key, purpose and text give the same result.
  std::array<uint8_t, 32> of(char purpose, std::string_view text) const;
  uint32_t number(char purpose, std::string_view text) const;
  // `size` bytes.
  std::string bytes(char purpose, std::string_view text, size_t size) const;
  // What `value` becomes in a permutation of the numbers from 0 to `count` - 1. `count` must be at
  // least 1 and at most 65536, and `value` below it.
  uint32_t permuted(uint32_t value, uint32_t count, char purpose, std::string_view text) const;

 private:
  std::string key_;
};

}  // namespace sipladder
