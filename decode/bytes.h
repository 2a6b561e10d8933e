// Big-endian numbers from packet bytes, and text as bytes. The caller has checked the length.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

inline uint16_t be16(const uint8_t* p) {
  return static_cast<uint16_t>(p[0] << 8 | p[1]);
}
inline uint32_t be32(const uint8_t* p) {
  return uint32_t{p[0]} << 24 | uint32_t{p[1]} << 16 | uint32_t{p[2]} << 8 | uint32_t{p[3]};
}
inline const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
inline uint8_t* raw_bytes(std::string& text) {
  return reinterpret_cast<uint8_t*>(text.data());
}

}  // namespace sipladder
