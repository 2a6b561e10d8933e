// SDP (RFC 8866) as far as offer/answer (RFC 3264) and verdicts need it. Views point into the
// parsed bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "decode/address.h"

namespace sipladder {

enum class SdpDirection : uint8_t { sendrecv, sendonly, recvonly, inactive };
std::string_view to_string(SdpDirection direction);

struct SdpFormat {
  std::string_view payload;  // "0", "101", "t38"
  std::string_view
      encoding;  // from rtpmap, or the static name of RFC 3551 ("PCMU"); empty when unknown
  uint32_t clock_hz = 0;
  uint32_t channels = 1;
  std::string_view fmtp;
};

struct SdpMedia {
  std::string_view media;     // "audio"
  uint16_t port = 0;          // 0: refused
  uint32_t port_number = 0;   // as written, when it does not fit 16 bits
  std::string_view proto;     // "RTP/AVP"
  std::string_view address;   // its own c= line, else the session's; as written without ttl
  bool hold_address = false;  // c= is 0.0.0.0 or ::
  SdpDirection direction = SdpDirection::sendrecv;  // as effective: c=0.0.0.0 is inactive
  std::vector<SdpFormat> formats;
  std::optional<double> ptime_ms;
  std::optional<uint16_t> rtcp_port;
  bool rtcp_mux = false;
  bool silence_suppressed = false;       // a=silenceSupp:on (RFC 3108 5.6.2.1)
  std::vector<std::string_view> crypto;  // a=crypto values
  std::string_view key_mgmt;             // a=key-mgmt (RFC 4567), media or session level
  // Capability negotiation (RFC 5939): other transports and keys that it offers, or has chosen.
  bool potential_keys = false;               // a=acap of a key attribute, media or session level
  bool potential_transport = false;          // a=pcfg with t=
  bool actual_configuration = false;         // a=acfg
  std::string_view fingerprint;              // media or session level
  std::string_view setup;                    // a=setup (RFC 4145 4), media or session level
  std::string_view ice_ufrag;                // media or session level
  std::vector<std::string_view> candidates;  // a=candidate values
};

struct Sdp {
  std::string_view origin;  // the o= value
  std::string_view origin_user, session_id, version, origin_address;
  std::string_view session_address;  // session-level c=
  std::vector<SdpMedia> media;       // at most kMaxSdpMedia
  const char* malformed = nullptr;
};
inline constexpr size_t kMaxSdpMedia = 64;

// What must be known of every SDP before anybody reads it whole: 60 ns instead of 400.
struct SdpGlance {
  bool plain : 1 = false;    // an open audio line is RTP/AVP
  bool secure : 1 = false;   // or RTP/SAVP, SAVPF
  bool refused : 1 = false;  // an audio line has port 0
  bool ip4 : 1 = false;      // c= is IP4
  bool ip6 : 1 = false;
  bool restricted : 1 = false;      // a direction other than sendrecv, or c=0.0.0.0
  bool other : 1 = false;           // an m= line of something else: fax, video
  bool unusual : 1 = false;         // an address or a parameter that findings look at
  bool handshake : 1 = false;       // a=fingerprint: keys come by DTLS
  bool keyed : 1 = false;           // a=crypto: the keys of SRTP are in it
  bool may_be_private : 1 = false;  // c= begins as those of RFC 1918, 6598 and 4193 do
  uint16_t types = 0;  // static payload types of open audio lines, modulo 16, without CN

  // False for fax or video alone.
  bool may_have_audio() const { return plain || secure || refused || !other; }
  void add(const SdpGlance& more);
};
SdpGlance glance_sdp(std::string_view body);

struct IceCandidate {      // RFC 8839 5.1
  uint16_t component = 0;  // 1: RTP
  Endpoint endpoint;
  bool udp = false;
  bool host = false;   // an address of its own, not one that a server saw
  bool relay = false;  // of a TURN server
};
// nullopt when its address is a name (mDNS) or anything else is wrong.
std::optional<IceCandidate> parse_candidate(std::string_view value);

struct SdpCrypto {         // RFC 4568 4
  uint32_t tag = 0;        // that ties an answer to what it takes
  std::string_view suite;  // of those that are known, the registered name
  bool key_fits = true;    // its length is that of the suite, as far as that is known
};
// nullopt when it has no tag or no suite.
std::optional<SdpCrypto> parse_crypto(std::string_view value);

// RTP/SAVP, RTP/SAVPF, UDP/TLS/RTP/SAVP, ... (RFC 3711, RFC 5764), in an m= line or its protocol.
bool is_srtp(std::string_view proto);

Sdp parse_sdp(std::string_view body);
inline bool is_comfort_noise(uint8_t payload_type) {  // RFC 3389; 19 before it
  return payload_type == 13 || payload_type == 19;
}
// In an audio line, and no sound: a 64 kbit/s channel (RFC 4040, and what gateways called it
// before), fax (RFC 4612), text (RFC 4103, RFC 4351).
bool is_data_encoding(std::string_view encoding);
SdpFormat static_format(uint8_t payload_type);  // RFC 3551 table; encoding empty when dynamic

}  // namespace sipladder
