#include "capture/hep_key.h"

#include <cstddef>
#include <cstdint>

namespace sipladder {
namespace {

constexpr std::string_view kKeyChunk("\0\0\0\x0e", 4);  // vendor and type
constexpr size_t kChunkHead = 6;
constexpr size_t kBeforeChunks = 6;

bool same_key(std::string_view a, std::string_view b) {
  unsigned difference = a.size() != b.size();
  for (size_t i = 0; i < a.size() && i < b.size(); i++) {
    difference |= static_cast<unsigned>(a[i] ^ b[i]);
  }
  return difference == 0;
}

}  // namespace

bool has_hep_key(std::string_view packet, std::string_view key) {
  if (!packet.starts_with("HEP3") || packet.size() < kBeforeChunks) return false;
  packet.remove_prefix(kBeforeChunks);
  while (packet.size() >= kChunkHead) {
    const auto* p = reinterpret_cast<const uint8_t*>(packet.data());
    const size_t length = size_t{p[4]} << 8 | p[5];
    if (length < kChunkHead || length > packet.size()) return false;
    if (packet.starts_with(kKeyChunk))
      return same_key(packet.substr(kChunkHead, length - kChunkHead), key);
    packet.remove_prefix(length);
  }
  return false;
}

}  // namespace sipladder
