#include "export/redact/sctp_patches.h"

#include <algorithm>

#include "decode/bytes.h"
#include "decode/sip_message.h"

namespace sipladder {

void SctpPatches::packet(const Endpoint& src, const Endpoint& dst, const PatchPlace& place,
                         std::span<const uint8_t> bytes) {
  constexpr size_t kHeader = 12;
  for (size_t at = kHeader; at + 4 <= bytes.size();) {
    const size_t length = be16(bytes.data() + at + 2);
    if (length < 4) return;
    if (at + length <= bytes.size())
      chunk(src, dst,
            {place.frame, place.offset + static_cast<uint32_t>(at), static_cast<uint32_t>(length)},
            bytes.subspan(at, length));
    at += (length + 3) / 4 * 4;
  }
}

void SctpPatches::chunk(const Endpoint& src, const Endpoint& dst, const PatchPlace& place,
                        std::span<const uint8_t> bytes) {
  constexpr uint8_t kInterleaved = 64;
  const bool interleaved = bytes[0] == kInterleaved;
  const size_t header = interleaved ? 20 : 16;
  const bool begins = (bytes[1] & 2U) != 0, ends = (bytes[1] & 1U) != 0;
  if ((bytes[0] != 0 && !interleaved) || bytes.size() <= header || (begins && ends)) return;
  const uint8_t* const p = bytes.data();
  // The first I-DATA chunk has the payload protocol where the others have their fragment number.
  const uint32_t number = !interleaved ? be32(p + 4) : begins ? 0 : be32(p + 16);
  const uint32_t message = interleaved ? be32(p + 12) : be16(p + 10);
  if (waiting_.size() >= kMostMessages) waiting_.clear();
  const Key key{src, dst, be16(p + 8), message, (p[1] & 4U) != 0};
  Pieces& pieces = waiting_[key];
  const auto skip = static_cast<uint32_t>(header);
  pieces[number] = {{place.frame, place.offset + skip, place.length - skip},
                    std::string(reinterpret_cast<const char*>(p) + header, bytes.size() - header),
                    begins,
                    ends};
  const bool whole = pieces.begin()->second.begins && pieces.rbegin()->second.ends &&
                     pieces.rbegin()->first - pieces.begin()->first == pieces.size() - 1;
  if (whole) finish(pieces);
  if (whole || pieces.size() > kMostPieces) waiting_.erase(key);
}

void SctpPatches::finish(const Pieces& pieces) {
  std::string message;
  for (const auto& [number, piece] : pieces) message += piece.bytes;
  if (!looks_like_sip(message)) return;
  payloads_.sip_message({reinterpret_cast<uint8_t*>(message.data()), message.size()});
  size_t at = 0;
  for (const auto& [number, piece] : pieces) {
    store_.add(piece.place, std::string_view(message).substr(at, piece.bytes.size()));
    at += piece.bytes.size();
  }
}

}  // namespace sipladder
