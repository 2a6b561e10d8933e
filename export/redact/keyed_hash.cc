#include "export/redact/keyed_hash.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cstring>

namespace sipladder {

std::string KeyedHash::random_key() {
  std::string key(32, '\0');
  const int got = RAND_bytes(reinterpret_cast<unsigned char*>(key.data()), 32);
  return got == 1 ? key : std::string();
}

std::array<uint8_t, 32> KeyedHash::of(char purpose, std::string_view text) const {
  std::string message(1, purpose);
  message += text;
  std::array<uint8_t, 32> result{};
  unsigned size = 0;
  HMAC(EVP_sha256(), key_.data(), static_cast<int>(key_.size()),
       reinterpret_cast<const unsigned char*>(message.data()), message.size(), result.data(),
       &size);
  return result;
}

uint32_t KeyedHash::number(char purpose, std::string_view text) const {
  const auto hash = of(purpose, text);
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) value = value << 8 | hash[static_cast<size_t>(i)];
  return value;
}

std::string KeyedHash::bytes(char purpose, std::string_view text, size_t size) const {
  std::string result;
  for (uint32_t block = 0; result.size() < size; block++) {
    const auto hash = of(purpose, std::string(text) + '#' + std::to_string(block));
    result.append(reinterpret_cast<const char*>(hash.data()),
                  std::min(hash.size(), size - result.size()));
  }
  return result;
}

// A Feistel network of four rounds permutes the numbers of an even count of bits. It is applied
// again until the result is below `count` (cycle walking).
uint32_t KeyedHash::permuted(uint32_t value, uint32_t count, char purpose,
                             std::string_view text) const {
  unsigned half = 1;
  while ((uint64_t{1} << (2 * half)) < count) half++;
  const uint32_t mask = (1U << half) - 1;
  do {
    uint32_t left = value >> half, right = value & mask;
    for (unsigned round = 0; round < 4; round++) {
      const std::string input =
          std::string(text) + '/' + std::to_string(round) + '/' + std::to_string(right);
      const uint32_t next = left ^ (number(purpose, input) & mask);
      left = right;
      right = next;
    }
    value = left << half | right;
  } while (value >= count);
  return value;
}

}  // namespace sipladder
