#include <cstdint>

#include "decode/media.h"
#include "decode/sdp.h"
#include "decode/turn.h"
#include "media/dtmf.h"
#include "media/loudness.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

// What runs beside SIP on the ports that SDP names, and the SDP itself.
std::string media(std::string_view input) {
  const std::string_view bytes = input;
  classify_payload(bytes);
  RtpHeader rtp;
  if (parse_rtp(bytes, &rtp)) {
    loudness_of_payload(rtp.payload_type, rtp.payload);
    DtmfDigits digits;
    digits.add(rtp.payload, rtp.timestamp);
  }
  RtcpReport report;
  parse_rtcp(bytes, &report);
  StunMessage stun;
  parse_stun(bytes, &stun);
  // The channel that one message binds, and data in it from both sides.
  TurnRelays relays;
  Datagram datagram;
  datagram.payload = bytes;
  for (int i = 0; i < 2; i++) {
    if (const auto inner = relays.unwrap(datagram, classify_payload(bytes)))
      classify_payload(inner->payload);
    std::swap(datagram.src, datagram.dst);
  }
  glance_sdp(bytes);
  parse_sdp(bytes);
  return {};
}

}  // namespace sipladder::fuzz
