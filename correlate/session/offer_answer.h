// Offer and answer of a call (RFC 3264, RFC 6337): what each SDP said about audio, which answer
// belongs to which offer, and from when to when each party may send.
//
// The structs are values: they hold no view. Times are nanoseconds since the epoch; 0 means "did
// not happen". Threads: as Model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "correlate/model/message_view.h"
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

struct OfferAnswer {
  size_t offer;   // index into audio_sdps
  size_t answer;  // the same
};

// Hold (RFC 3264 8.4): a party that could receive stops that by its own choice.
struct Hold {
  Party by = Party::none;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;          // the end of the talk, when the hold was not ended before
  MessageId message;           // that put on hold
  MessageId resume;            // that ended the hold; none: nothing here did
  bool resume_unseen = false;  // it was ended by an offer that the capture lacks

  bool is_open() const { return !resume && !resume_unseen; }
};

struct Interval {
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
};

// From when to when one party may send, between the answer and the end of the talk. Time on hold is
// left out.
struct SendingRight {
  std::vector<Interval> intervals;
  bool at_end = false;  // the party may send by the newest SDP of both

  int64_t total_ns() const { return within(INT64_MIN, INT64_MAX); }
  int64_t within(int64_t begin_ns, int64_t end_ns) const;
  bool covers(int64_t time_ns) const;
};

struct Negotiation {
  std::vector<AudioSdp> audio_sdps;  // in capture order; copies and rejected offers left out
  std::vector<OfferAnswer> pairs;
  SendingRight caller;
  SendingRight callee;
  bool offered = false;      // some SDP had an audio line with a port
  bool negotiated = false;   // at some time both parties had such a line
  bool refused = false;      // audio was offered, answered, and never negotiated (port 0)
  int64_t closed_ns = 0;     // when the newest answer closed audio in mid-call, without other media
  bool half_unseen = false;  // the offer of the first SDP, or the 2xx, is not in the capture
  bool unanswered = false;   // the 2xx was acknowledged, and only one side ever sent an SDP
  std::vector<Hold> holds;

  bool is_held() const;       // by the newest SDP
  bool both_use_ice() const;  // both parties name candidates
  // Null when the party sent no SDP. Valid as long as the Negotiation.
  const AudioSdp* newest(Party author) const;
  // The SDP is an offer that was answered, or an answer. Requires an element of audio_sdps.
  bool is_in_force(const AudioSdp& audio_sdp) const;
};

// Reads the SDPs of a call. `messages` are those of the call in capture order; `end_ns` is the end
// of the talk. `view` is loaded anew.
Negotiation negotiation_of(const Model& model, MessageView& view, const CallRecord& call,
                           const std::vector<MessageId>& messages, int64_t end_ns);

// The audio line has port 0, and no other media is open in its place.
bool closes_audio(const AudioSdp& audio_sdp);
// The author wants to receive nothing: sendonly, inactive, c=0.0.0.0, or port 0.
bool restricts(const AudioSdp& audio_sdp);

bool may_send(SdpDirection direction);
bool may_receive(SdpDirection direction);
Party opposite(Party party);  // caller for any but the caller

}  // namespace sipladder
