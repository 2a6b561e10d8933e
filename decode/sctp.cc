// SIP over SCTP (RFC 4168): DATA chunks (RFC 9260 section 3.3.1) and
// I-DATA chunks (RFC 8260 section 2.1), put together when fragmented.
// Bounds: kMaxMessages incomplete messages with kMaxSctpBuffered bytes, kMaxPieces of each. Beyond,
// all incomplete messages are given up.
#include <algorithm>

#include "decode/layers.h"
#include "decode/sip_message.h"

namespace sipladder {
namespace {

constexpr size_t kMaxSctpBuffered = 8 << 20;
constexpr size_t kMaxPieces = 1024;
constexpr size_t kMaxMessages = 1024;
constexpr size_t kMaxAssociations = 4096;
constexpr uint8_t kInterleavedData = 64;

struct Chunk {
  SctpKey key;
  uint32_t number = 0;  // consecutive within a message
  bool begins = false;
  bool ends = false;
  View payload;
};

bool seen_before(Layers& layers, const TcpKey& ends, uint32_t tsn) {
  if (layers.sctp_seen.size() >= kMaxAssociations) layers.sctp_seen.clear();
  auto [found, is_new] = layers.sctp_seen.try_emplace(ends);
  if (is_new) {
    // Slot i holds TSNs that are i modulo 64, which ~i is not: no TSN looks as if it was seen.
    for (uint32_t i = 0; i < found->second.size(); i++) found->second[i] = ~i;
  }
  uint32_t& slot = found->second[tsn % found->second.size()];
  if (slot == tsn) return true;
  slot = tsn;
  return false;
}

Fate emit(Layers& layers, const IpHeader& ip, const Chunk& chunk, const View& message) {
  if (!looks_like_sip(message.text())) return Fate::sctp_other;
  const TcpKey& ends = chunk.key.ends;
  Datagram& datagram = layers.hand_on(ip, ends.src.port, ends.dst.port, message);
  datagram.kind = PayloadKind::message;
  datagram.transport = Transport::sctp;
  return Fate::payload;
}

// Fragments are numbered from the B to the E bit: by TSN (RFC 9260 section 6.9), or from 0 on where
// messages may interleave (RFC 8260 section 2.2).
bool is_whole(const std::vector<SctpPiece>& pieces) {
  if (!pieces.front().begins || !pieces.back().ends) return false;
  return pieces.back().number - pieces.front().number == pieces.size() - 1;
}

void give_up(Layers& layers) {
  layers.sctp.clear();
  layers.sctp_buffered = 0;
  layers.note(Oddity::sctp_evicted);
}

Fate add_piece(Layers& layers, const IpHeader& ip, const Chunk& chunk) {
  if (layers.sctp_buffered > kMaxSctpBuffered || layers.sctp.size() >= kMaxMessages)
    give_up(layers);
  std::vector<SctpPiece>& pieces = layers.sctp[chunk.key];
  const auto place = std::upper_bound(pieces.begin(), pieces.end(), chunk.number,
                                      [](uint32_t number, const SctpPiece& piece) {
                                        return static_cast<int32_t>(piece.number - number) > 0;
                                      });
  pieces.insert(place, {chunk.number, chunk.begins, chunk.ends, std::string(chunk.payload.text())});
  layers.sctp_buffered += chunk.payload.size;
  if (!is_whole(pieces)) {
    if (pieces.size() > kMaxPieces) give_up(layers);
    return Fate::sctp_waiting;
  }
  std::string& message = layers.kept.emplace_back();
  for (const SctpPiece& piece : pieces) message += piece.bytes;
  layers.sctp_buffered -= message.size();
  layers.sctp.erase(chunk.key);
  const PacketRef ref = not_stored(message.size());
  return emit(layers, ip, chunk, {bytes_of(message), message.size(), ref, 0});
}

Fate decode_data(Layers& layers, const IpHeader& ip, const TcpKey& ends, const View& view) {
  const bool interleaved = view.data[0] == kInterleavedData;
  const size_t header = interleaved ? 20 : 16;
  if (view.size <= header) return Fate::sctp_malformed;
  const uint8_t* p = view.data;
  const uint32_t tsn = be32(p + 4);
  Chunk chunk;
  chunk.begins = (p[1] & 2U) != 0;
  chunk.ends = (p[1] & 1U) != 0;
  // The first I-DATA fragment has the payload protocol in the place of the fragment number.
  chunk.number = !interleaved ? tsn : chunk.begins ? 0 : be32(p + 16);
  const uint32_t message = interleaved ? be32(p + 12) : be16(p + 10);
  chunk.key = {ends, be16(p + 8), message, (p[1] & 4U) != 0};
  chunk.payload = view.sub(header);
  if (seen_before(layers, ends, tsn)) return Fate::sctp_resent;
  if (chunk.begins && (chunk.ends || chunk.payload.missing > 0)) {
    return emit(layers, ip, chunk, chunk.payload);
  }
  return chunk.payload.missing > 0 ? Fate::sctp_other : add_piece(layers, ip, chunk);
}

}  // namespace

Fate decode_sctp(Layers& layers, const IpHeader& ip, const View& packet) {
  if (packet.size < 12) return Fate::ip_truncated;
  layers.note_part(PartKind::sctp, packet);
  const TcpKey ends{{ip.src, be16(packet.data)}, {ip.dst, be16(packet.data + 2)}};
  View view = packet.sub(12);
  Fate fate = Fate::sctp_other;
  while (view.size >= 4) {
    const size_t length = be16(view.data + 2);
    if (length < 4) return Fate::sctp_malformed;
    const View chunk = layers.claim(view, 0, length, Oddity::ip_length_lies);
    const bool data = view.data[0] == 0 || view.data[0] == kInterleavedData;
    if (data) fate = decode_data(layers, ip, ends, chunk);
    view = view.sub(std::min(view.size, (length + 3) / 4 * 4));
  }
  return fate;
}

}  // namespace sipladder
