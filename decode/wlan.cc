// IEEE 802.11 data frames (IEEE 802.11-2020 section 9.3.2), bare or behind a radiotap header.
#include <algorithm>

#include "decode/layers.h"

namespace sipladder {
namespace {

constexpr uint8_t kToDs = 0x01;
constexpr uint8_t kFromDs = 0x02;
constexpr uint8_t kProtected = 0x40;
constexpr uint8_t kOrder = 0x80;

size_t le16(const uint8_t* p) {
  return size_t{p[0]} | size_t{p[1]} << 8;
}

// Subframes of an aggregate (section 9.3.2.2): destination, source, length, LLC, padding to 4.
Fate decode_aggregate(Layers& layers, View view) {
  Fate fate = Fate::not_ip;
  while (view.size > 14) {
    const size_t length = be16(view.data + 12);
    const View frame = layers.claim(view, 14, length, Oddity::link_length_lies);
    fate = decode_llc(layers, frame, 0);
    view = view.sub(std::min(view.size, (14 + length + 3) / 4 * 4));
  }
  return fate;
}

Fate decode_frame(Layers& layers, const View& view, bool padded) {
  if (view.size < 24) return Fate::link_truncated;
  layers.note_part(PartKind::wlan, view);
  const unsigned type = (view.data[0] >> 2) & 3U;
  const unsigned subtype = view.data[0] >> 4;
  const uint8_t flags = view.data[1];
  const bool has_data = type == 2 && (subtype & 4U) == 0;
  if ((view.data[0] & 3U) != 0 || !has_data) return Fate::not_ip;
  if ((flags & kProtected) != 0) return Fate::wlan_encrypted;
  const bool qos = (subtype & 8U) != 0;
  size_t header = 24;
  if ((flags & kToDs) != 0 && (flags & kFromDs) != 0) header += 6;
  const size_t qos_at = header;
  if (qos) header += (flags & kOrder) != 0 ? 6 : 2;
  if (padded) header = (header + 3) / 4 * 4;
  if (view.size < header) return Fate::link_truncated;
  const bool aggregate = qos && (view.data[qos_at] & 0x80U) != 0;
  const View payload = view.sub(header);
  return aggregate ? decode_aggregate(layers, payload) : decode_llc(layers, payload, 0);
}

// The flags field of a radiotap header (radiotap.org); 0 when there is none.
uint8_t radiotap_flags(const View& header) {
  constexpr uint8_t kHasTime = 1;
  constexpr uint8_t kHasFlags = 2;
  if ((header.data[4] & kHasFlags) == 0) return 0;
  size_t at = 8;
  // The highest bit of each word of presence bits says that another one follows.
  while (at <= header.size && (header.data[at - 1] & 0x80U) != 0) at += 4;
  if ((header.data[4] & kHasTime) != 0) at = (at + 7) / 8 * 8 + 8;
  return at < header.size ? header.data[at] : uint8_t{0};
}

}  // namespace

Fate decode_wlan(Layers& layers, const View& view) {
  return decode_frame(layers, view, false);
}

Fate decode_radiotap(Layers& layers, const View& view) {
  if (view.size < 8) return Fate::link_truncated;
  const size_t length = le16(view.data + 2);
  if (view.data[0] != 0 || length < 8) return Fate::link_unsupported;
  if (length > view.size) return Fate::link_truncated;
  constexpr uint8_t kPadded = 0x20;
  const bool padded = (radiotap_flags(view.sub(0, length)) & kPadded) != 0;
  return decode_frame(layers, view.sub(length), padded);
}

}  // namespace sipladder
