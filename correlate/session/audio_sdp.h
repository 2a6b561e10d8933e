// What one SDP says about audio (RFC 8866, RFC 3264).
//
// The structs are values: they hold no view. Times are nanoseconds since the epoch. Pure functions,
// any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/model/model.h"
#include "decode/sdp.h"

namespace sipladder {

struct CryptoLine {  // a=crypto (RFC 4568)
  uint32_t tag = 0;
  std::string suite;
  bool key_fits = true;        // its length is that of the suite
  std::vector<uint64_t> keys;  // hash_of() of each key that this program can use
};

// The codec that an SDP gives to a dynamic payload type (RFC 3551 6: 96 and above).
struct MappedType {
  uint8_t number = 0;
  uint32_t codec = 0;  // hash of name and clock
};

struct SdpLine {
  std::string media;  // "audio"
  bool open = false;  // its port is not 0
};

// One SDP as its audio line says. With several audio lines, the one that counts is the line that
// the answer accepts, else the first line whose port is not 0, else the first line.
struct AudioSdp {
  MessageId message;
  int64_t time_ns = 0;
  Party author = Party::none;
  size_t mline = 0;
  bool audio = false;             // there is an audio line
  bool usable = false;            // the port of that line is not 0
  bool hold_address = false;      // c=0.0.0.0
  bool secure = false;            // RTP/SAVP, SAVPF, UDP/TLS/RTP/...
  bool keyed = false;             // a=crypto, a=fingerprint or a=key-mgmt, also as a capability
  bool offers_transport = false;  // a potential one beside that of the m= line (RFC 5939)
  bool chose_transport = false;   // an answer that took such a transport
  bool ice = false;               // a=candidate
  bool fingerprint = false;       // keys by DTLS
  std::string setup;              // who begins the handshake (RFC 4145 4): active, passive, actpass
  std::vector<CryptoLine> crypto;
  bool other_keys = false;     // by MIKEY, as a capability, or an a=crypto that cannot be parsed
  uint8_t comfort_clocks = 0;  // of the CN that it lists (RFC 3389), by clock_bit()
  bool pauses = false;         // it lists a codec that sends nothing in silence
  bool silence_suppressed = false;  // the author announces silence suppression
  SdpDirection direction = SdpDirection::sendrecv;
  std::optional<Endpoint> address;  // none when it is a host name
  std::vector<IceCandidate> candidates;
  bool named_candidate = false;  // a candidate is a host name, usually of mDNS
  std::string ice_ufrag;
  std::vector<uint8_t> payload_types;
  std::vector<uint8_t> other_types;  // payload types of the other open audio lines
  std::vector<MappedType> mapped;
  std::optional<double> ptime_ms;
  double frame_ms = 0;  // of the first codec, when its frames are fixed (G.723, G.729, GSM)
  // Of the whole SDP:
  std::vector<SdpLine> lines;       // m= lines
  bool other_media = false;         // an m= line that is not audio has a port
  std::vector<std::string> codecs;  // of the open audio lines, in lower case; no events, no CN
  bool telephone_event = false;
  std::string origin;      // o=
  uint64_t rest_hash = 0;  // of all lines but o=
};

// A bit for each clock of voice: 8, 16, 32 and 48 kHz; 0 for another one.
inline uint8_t clock_bit(uint32_t clock_hz) {
  return clock_hz % 8000 == 0 && clock_hz / 8000 < 8 ? static_cast<uint8_t>(1U << (clock_hz / 8000))
                                                     : uint8_t{0};
}

// The author of the SDP takes this payload type on one of its audio lines.
bool accepts(const AudioSdp& audio_sdp, uint8_t payload_type);

// The audio line has port 0, and no other media is open in its place.
bool closes_audio(const AudioSdp& audio_sdp);
// The author wants to receive nothing: sendonly, inactive, c=0.0.0.0, or port 0.
bool restricts(const AudioSdp& audio_sdp);

bool may_send(SdpDirection direction);
bool may_receive(SdpDirection direction);

// Reads the SDP `body` of the message with this id. `answered`: the index of the m= line that the
// answer to this offer accepts, once that is known.
AudioSdp read_audio_sdp(std::string_view body, MessageId id, const MessageRecord& message,
                        std::optional<size_t> answered = std::nullopt);

}  // namespace sipladder
