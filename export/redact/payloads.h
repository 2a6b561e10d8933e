// Redacts payloads of UDP and TCP in place. What is not understood is zeroed. A payload keeps its
// size, and is classified (decode/media.h) afterwards as it was before.
//
// Threads: one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "decode/media.h"
#include "export/redact/media_fill.h"
#include "export/redact/relay_text.h"
#include "export/redact/replacer.h"
#include "export/redact/sip_text.h"

namespace sipladder {

using Bytes = std::span<uint8_t>;

// The part of `bytes` from `from` on, as far as there are bytes.
inline Bytes piece_of(Bytes bytes, size_t from) {
  return bytes.subspan(std::min(from, bytes.size()));
}
inline Bytes piece_of(Bytes bytes, size_t from, size_t size) {
  const Bytes rest = piece_of(bytes, from);
  return rest.first(std::min(size, rest.size()));
}

class Payloads {
 public:
  Payloads(Replacer& replacer, MediaMode mode)
      : replacer_(replacer), sip_(replacer), relay_(replacer), media_(replacer, mode) {}

  // A UDP payload between these ends as they were before. Returns how many of its bytes stay in the
  // packet (fewer than all: MediaMode::drop).
  size_t datagram(Bytes payload, const Endpoint& src, const Endpoint& dst);
  void sip_message(Bytes message);
  // The payload of a TCP segment that does not begin with SIP.
  void segment(Bytes payload);
  void zero(Bytes bytes) const;

  uint64_t blanked_bodies() const { return sip_.blanked_bodies(); }
  uint64_t zeroed() const { return zeroed_; }  // payloads that were not understood

 private:
  void text(Bytes bytes);
  void stun(Bytes message);
  void stun_attribute(uint16_t type, Bytes value, Bytes message);
  void stun_address(Bytes value, Bytes message, bool hidden);
  void rtcp(Bytes packet);
  void sdes(Bytes packet);
  void dtls(Bytes packet) const;
  void zrtp(Bytes packet) const;
  void client_hello(Bytes record);
  void server_hello(Bytes body) const;
  void handshake(Bytes record);
  void der(Bytes bytes, int depth);
  void other(Bytes payload, PayloadClass known);

  Replacer& replacer_;
  SipText sip_;
  RelayText relay_;
  MediaFill media_;
  mutable uint64_t zeroed_ = 0;
};

}  // namespace sipladder
