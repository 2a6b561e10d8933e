// SDP (RFC 8866), as far as offer/answer (RFC 3264) and verdicts need it. Pure functions. All views
// point into the bytes that were parsed, or are static.
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
  std::string_view address;   // of its own c= line, else of the session's; as written, without TTL
  bool hold_address = false;  // c= is 0.0.0.0 or ::
  SdpDirection direction = SdpDirection::sendrecv;  // own or the session's; c=0.0.0.0: inactive
  std::vector<SdpFormat> formats;
  std::optional<double> ptime_ms;
  std::optional<uint16_t> rtcp_port;
  bool rtcp_mux = false;
  bool silence_suppressed = false;       // a=silenceSupp:on (RFC 3108 5.6.2.1)
  std::vector<std::string_view> crypto;  // a=crypto values
  std::string_view key_mgmt;             // a=key-mgmt (RFC 4567), media or session level
  // Capability negotiation (RFC 5939): other transports and keys that are offered or chosen.
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
  const char* malformed = nullptr;   // the first fault, a static sentence; null when there is none
};
inline constexpr size_t kMaxSdpMedia = 64;

// The few facts that are needed of every SDP. They take 60 ns; parse_sdp() takes 400.
struct SdpGlance {
  bool plain : 1 = false;    // an audio line with a port is RTP/AVP
  bool secure : 1 = false;   // an audio line with a port is RTP/SAVP or SAVPF
  bool refused : 1 = false;  // an audio line has port 0
  bool ip4 : 1 = false;      // c= is IP4
  bool ip6 : 1 = false;
  bool restricted : 1 = false;      // a direction other than sendrecv, or c=0.0.0.0
  bool other : 1 = false;           // an m= line of anything but audio: fax, video
  bool unusual : 1 = false;         // an address or a parameter that findings look at
  bool handshake : 1 = false;       // a=fingerprint: keys come by DTLS
  bool keyed : 1 = false;           // a=crypto: the SDP holds keys of SRTP
  bool may_be_private : 1 = false;  // c= begins like an address of RFC 1918, 6598 or 4193
  // A bit for each static payload type of audio lines with a port, by its number modulo 16, without
  // comfort noise.
  uint16_t types = 0;

  // False for fax or video alone.
  bool may_have_audio() const { return plain || secure || refused || !other; }
  void add(const SdpGlance& more);  // either has it; `types` stay as they are
};
SdpGlance glance_sdp(std::string_view body);

struct IceCandidate {      // RFC 8839 5.1
  uint16_t component = 0;  // 1: RTP
  Endpoint endpoint;
  bool udp = false;
  bool host = false;   // an address of the host itself, not one that a server saw
  bool relay = false;  // of a TURN server
};
// The value of a=candidate. nullopt when the address is a name (mDNS) or anything is wrong.
std::optional<IceCandidate> parse_candidate(std::string_view value);

struct SdpCrypto {         // RFC 4568 4
  uint32_t tag = 0;        // the answer repeats the tag of the line that it accepts
  std::string_view suite;  // the registered name if it is known, else as written
  bool key_fits = true;    // the key has the length of the suite, or the suite is not known
};
// The value of a=crypto. nullopt when it has no tag or no suite.
std::optional<SdpCrypto> parse_crypto(std::string_view value);

// Whether an m= line, or the protocol in it, is SRTP: RTP/SAVP, RTP/SAVPF, UDP/TLS/RTP/SAVP, ...
// (RFC 3711, RFC 5764).
bool is_srtp(std::string_view proto);

Sdp parse_sdp(std::string_view body);
inline bool is_comfort_noise(uint8_t payload_type) {  // RFC 3389; 19 is from before that RFC
  return payload_type == 13 || payload_type == 19;
}
// Encodings that stand in audio lines but are no sound: a transparent 64 kbit/s channel (RFC 4040,
// and the names that gateways had for it before), fax (RFC 4612), text (RFC 4103, RFC 4351).
bool is_data_encoding(std::string_view encoding);
SdpFormat static_format(uint8_t payload_type);  // RFC 3551 table; encoding empty when dynamic

}  // namespace sipladder
