// Payloads of UDP and TCP without what they say about anybody. What is not understood is zeroed; no
// payload changes its size or what it is taken for.
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

// As much of it as is there.
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

  // A UDP payload. Returns how many of its bytes are kept (fewer: --media drop).
  size_t datagram(Bytes payload, const Endpoint& src, const Endpoint& dst);
  void sip_message(Bytes message);
  // What a TCP segment carries that is no SIP.
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
