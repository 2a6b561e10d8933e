#include "export/redact/patches.h"

#include <algorithm>
#include <tuple>

#include "decode/bytes.h"
#include "decode/sip_message.h"
#include "decode/tls/session.h"

namespace sipladder {
namespace {

std::span<uint8_t> bytes_in(std::string& text, size_t from, size_t size) {
  return {reinterpret_cast<uint8_t*>(text.data()) + from, size};
}

bool begins_upgrade(std::string_view bytes) {
  return bytes.starts_with("GET ") || bytes.starts_with("HTTP/1.1 101");
}

bool begins_sip(std::string_view bytes) {
  const size_t text = bytes.find_first_not_of("\r\n");
  return text != std::string_view::npos && looks_like_sip(bytes.substr(text));
}

// A WebSocket frame of text with SIP in it: the handshake was before the capture began.
bool begins_frame(std::string_view bytes) {
  if (bytes.size() < 4 || (bytes_of(bytes)[0] & 0xF0U) != 0x80) return false;
  const size_t length = bytes_of(bytes)[1] & 0x7FU;
  const bool masked = (bytes_of(bytes)[1] & 0x80U) != 0;
  const size_t mask = length == 127 ? 10 : length == 126 ? 4 : 2;
  std::string beginning(bytes.substr(std::min(mask + (masked ? 4U : 0U), bytes.size())));
  for (size_t i = 0; masked && i < beginning.size() && mask + 4 <= bytes.size(); i++)
    beginning[i] = static_cast<char>(beginning[i] ^ bytes[mask + i % 4]);
  return begins_sip(beginning);
}

bool begins_websocket(std::string_view bytes) {
  return begins_upgrade(bytes) || begins_frame(bytes);
}

}  // namespace

void PatchStore::add(const PatchPlace& place, std::string_view bytes) {
  uint64_t at = 0;
  if (!bytes.empty() && spool_.append(bytes, &at)) entries_.push_back({place, at});
}

void PatchStore::sort() {
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.place.frame < b.place.frame; });
}

void PatchStore::apply(FrameKey frame, std::span<uint8_t> packet) const {
  auto entry = std::partition_point(entries_.begin(), entries_.end(),
                                    [&](const Entry& one) { return one.place.frame < frame; });
  for (; entry != entries_.end() && entry->place.frame == frame; ++entry) {
    const PatchPlace& place = entry->place;
    if (place.offset + uint64_t{place.length} > packet.size()) continue;
    std::string bytes(place.length, '\0');
    size_t in_file = 0;
    const bool read = spool_.copy_tail(entry->at, bytes.size(), bytes.data(), &in_file) &&
                      read_all(spool_.file(), bytes.data(), in_file, entry->at);
    if (read) std::copy(bytes.begin(), bytes.end(), packet.begin() + place.offset);
  }
}

void StreamPatches::segment(const Endpoint& src, const Endpoint& dst, uint32_t sequence, bool syn,
                            const PatchPlace& place, std::string_view bytes) {
  constexpr int32_t kOtherConnection = 16 << 20;
  if (directions_.size() >= kMostDirections && !directions_.contains({src, dst})) finish();
  const auto [found, is_new] = directions_.try_emplace({src, dst});
  Direction& direction = found->second;
  if (syn) {
    give_up(direction);
    direction = {};
    direction.next = sequence + 1;
    return;
  }
  if (bytes.empty()) {
    if (is_new) directions_.erase(found);
    return;
  }
  const auto gap = static_cast<int32_t>(sequence - direction.next);
  const bool starts = begins_sip(bytes) || begins_websocket(bytes);
  const bool other = is_new || gap > kOtherConnection || gap < -kOtherConnection ||
                     (direction.kind == Kind::other && starts);
  if (other) {
    give_up(direction);
    direction = {};
    direction.next = sequence;
  }
  const auto behind = static_cast<int32_t>(sequence - direction.next);
  if (behind < 0) return repeat(direction, static_cast<uint32_t>(-behind), place, bytes);
  if (behind > 0) {
    direction.ahead.emplace(sequence, Ahead{place, std::string(bytes)});
    if (direction.ahead.size() < kMostAhead) return;
    give_up(direction);
    direction.newest.clear();
    direction.next = direction.ahead.begin()->first;
    return deliver_ahead(direction);
  }
  deliver(direction, place, bytes);
  deliver_ahead(direction);
}

void StreamPatches::deliver_ahead(Direction& direction) {
  while (!direction.ahead.empty()) {
    const auto first = direction.ahead.begin();
    const auto behind = static_cast<int32_t>(first->first - direction.next);
    if (behind > 0) return;
    const Ahead ahead = std::move(first->second);
    direction.ahead.erase(first);
    if (behind == 0) {
      deliver(direction, ahead.place, ahead.bytes);
    } else {
      repeat(direction, static_cast<uint32_t>(-behind), ahead.place, ahead.bytes);
    }
  }
}

void StreamPatches::deliver(Direction& direction, const PatchPlace& place, std::string_view bytes) {
  direction.next += static_cast<uint32_t>(bytes.size());
  if (direction.kind == Kind::other && begins_sip(bytes)) direction.kind = Kind::sip;
  // Decided before any waiting, because a TLS alert alone is as short as a piece of a start-line.
  const bool first = direction.kind == Kind::unknown && direction.pending.empty();
  if (first && is_tls_record(bytes)) direction.kind = Kind::tls;
  if (direction.kind == Kind::other) return;
  direction.pending += bytes;
  direction.places.push_back(place);
  while (!direction.pending.empty() && cut_message(direction)) {
  }
  if (direction.pending.size() > kMostPending) give_up(direction);
}

// A segment that begins `behind` bytes before the expected sequence number. The bytes that came
// already get the same new bytes, as far as these are still known; the rest is new.
void StreamPatches::repeat(Direction& direction, uint32_t behind, const PatchPlace& place,
                           std::string_view bytes) {
  const size_t pending = direction.pending.size();
  const std::string& newest = direction.newest;
  const size_t old = std::min<size_t>(behind, bytes.size());
  if (behind > pending && behind - pending <= newest.size()) {
    const size_t from = newest.size() - (behind - pending);
    const std::string_view known = std::string_view(newest).substr(from, old);
    store_.add({place.frame, place.offset, static_cast<uint32_t>(known.size())}, known);
  }
  if (old == bytes.size()) return;
  const auto skip = static_cast<uint32_t>(old);
  deliver(direction, {place.frame, place.offset + skip, place.length - skip}, bytes.substr(old));
}

// Stores `changed` as the new bytes of the first `size` pending ones, which no longer wait.
void StreamPatches::emit(Direction& direction, size_t size, const std::string& changed) {
  size_t done = 0;
  size_t used = 0;
  for (PatchPlace& place : direction.places) {
    const size_t part = std::min<size_t>(place.length, size - done);
    store_.add({place.frame, place.offset, static_cast<uint32_t>(part)},
               std::string_view(changed).substr(done, part));
    place.offset += static_cast<uint32_t>(part);
    place.length -= static_cast<uint32_t>(part);
    done += part;
    if (place.length > 0) break;
    used++;
  }
  direction.places.erase(direction.places.begin(),
                         direction.places.begin() + static_cast<std::ptrdiff_t>(used));
  direction.pending.erase(0, size);
  direction.newest.append(changed, 0, size);
  if (direction.newest.size() > 2 * kNewest)
    direction.newest.erase(0, direction.newest.size() - kNewest);
}

bool StreamPatches::cut_message(Direction& direction) {
  constexpr size_t kUndecided = 12;  // the shortest start-line is longer
  if (direction.kind == Kind::websocket) return cut_frame(direction);
  if (direction.kind == Kind::tls) return cut_record(direction);
  std::string& pending = direction.pending;
  if (direction.kind == Kind::unknown) {
    const bool known = begins_sip(pending) || begins_websocket(pending);
    const bool line_ends = pending.find_first_not_of("\r\n") == std::string::npos;
    if (!known && !line_ends && pending.size() < kUndecided) return false;
    direction.kind = begins_frame(pending) ? Kind::websocket
                     : known || line_ends  ? Kind::sip
                                           : Kind::other;
    if (direction.kind == Kind::websocket) return true;
  }
  if (direction.kind == Kind::other) {
    pending.clear();
    direction.places.clear();
    return false;
  }
  return cut_sip(direction);
}

bool StreamPatches::cut_sip(Direction& direction) {
  std::string& pending = direction.pending;
  const bool upgrade = begins_upgrade(pending);
  size_t length = 0;
  if (upgrade) {
    const size_t end = pending.find("\r\n\r\n");
    length = end == std::string::npos ? 0 : end + 4;
  } else {
    const SipFrame frame = frame_sip(pending);
    if (frame.bad) {
      give_up(direction);
      direction.kind = Kind::other;
      return false;
    }
    const bool line_ends = pending.find_first_not_of("\r\n") == std::string::npos;
    length = line_ends ? pending.size() : frame.length == 0 ? 0 : frame.skip + frame.length;
  }
  if (length == 0) return false;
  std::string changed = pending.substr(0, length);
  payloads_.sip_message(bytes_in(changed, 0, changed.size()));
  emit(direction, length, changed);
  if (upgrade) direction.kind = Kind::websocket;
  return true;
}

// A WebSocket frame (RFC 6455 5.2). A payload that is compressed, or a part of a message in several
// frames, is zeroed.
bool StreamPatches::cut_frame(Direction& direction) {
  std::string& pending = direction.pending;
  const uint8_t* const p = bytes_of(pending);
  if (pending.size() < 2) return false;
  const bool masked = (p[1] & 0x80U) != 0;
  uint64_t length = p[1] & 0x7FU;
  size_t header = 2;
  if (length == 126) {
    if (pending.size() < 4) return false;
    length = be16(p + 2);
    header = 4;
  } else if (length == 127) {
    if (pending.size() < 10) return false;
    length = uint64_t{be32(p + 2)} << 32 | be32(p + 6);
    header = 10;
  }
  const size_t mask_at = header;
  if (masked) header += 4;
  if (length > kMostPending) {
    give_up(direction);
    direction.kind = Kind::other;
    return false;
  }
  if (pending.size() < header + length) return false;
  std::string changed = pending.substr(0, header + length);
  const auto mask = [&] {
    for (size_t i = 0; masked && i < length; i++)
      changed[header + i] = static_cast<char>(changed[header + i] ^ changed[mask_at + i % 4]);
  };
  mask();
  const bool whole = (p[0] & 0xF0U) == 0x80;
  const bool sip = whole && begins_sip(std::string_view(changed).substr(header));
  const bool line_ends =
      std::string_view(changed).find_first_not_of("\r\n", header) == std::string::npos;
  const auto payload = bytes_in(changed, header, length);
  if (sip) {
    payloads_.sip_message(payload);
  } else if (!line_ends) {
    payloads_.zero(payload);
  }
  mask();
  emit(direction, changed.size(), changed);
  return true;
}

// A record of a TLS handshake. One that is whole in one segment needs no patch:
// Payloads::segment() redacts it in its packet.
bool StreamPatches::cut_record(Direction& direction) {
  constexpr char kHandshake = 22;
  const std::string& pending = direction.pending;
  if (pending.size() < kTlsHeader) return false;
  if (!is_tls_record(pending) || pending[0] != kHandshake) {
    drop(direction, pending.size());
    direction.kind = Kind::other;
    return false;
  }
  const size_t length = kTlsHeader + be16(bytes_of(pending) + 3);
  if (pending.size() < length) return false;
  if (direction.places.front().length >= length) {
    drop(direction, length);
    return true;
  }
  std::string changed = pending.substr(0, length);
  payloads_.segment(bytes_in(changed, 0, length));
  emit(direction, length, changed);
  return true;
}

// The first `size` pending bytes get no patch: they stay as their packet is redacted on its own.
void StreamPatches::drop(Direction& direction, size_t size) {
  direction.pending.erase(0, size);
  direction.newest.clear();
  while (size > 0 && !direction.places.empty()) {
    PatchPlace& place = direction.places.front();
    const size_t part = std::min<size_t>(place.length, size);
    place.offset += static_cast<uint32_t>(part);
    place.length -= static_cast<uint32_t>(part);
    size -= part;
    if (place.length == 0) direction.places.erase(direction.places.begin());
  }
}

// A message that will not be complete is redacted as far as it came.
void StreamPatches::give_up(Direction& direction) {
  if (direction.pending.empty()) return;
  if (direction.kind == Kind::tls) return drop(direction, direction.pending.size());
  std::string changed = direction.pending;
  if (direction.kind == Kind::sip && begins_sip(changed)) {
    payloads_.sip_message(bytes_in(changed, 0, changed.size()));
  } else {
    payloads_.zero(bytes_in(changed, 0, changed.size()));
  }
  emit(direction, changed.size(), changed);
}

void StreamPatches::finish() {
  for (auto& [ends, direction] : directions_) {
    give_up(direction);
    while (!direction.ahead.empty()) {
      direction.next = direction.ahead.begin()->first;
      deliver_ahead(direction);
      give_up(direction);
    }
  }
  directions_.clear();
}

}  // namespace sipladder
