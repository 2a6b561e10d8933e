// SHA-256 (FIPS 180-4) and base64 (RFC 4648), for hashes that a page names.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

class Sha256 {
 public:
  void add(std::string_view bytes);
  std::array<uint8_t, 32> finish();

 private:
  void take_block(const uint8_t* block);
  std::array<uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<uint8_t, 64> buffer_{};
  uint64_t size_ = 0;
};

std::string sha256_base64(std::string_view bytes);
// As sha256sum prints it; empty when the file is no regular one, or cannot be read.
std::string sha256_of_file(const std::string& path);
std::string base64(std::string_view bytes);

}  // namespace sipladder
