// Offer and answer of a call (RFC 3264, RFC 6337): what each SDP said about audio, which answer
// belongs to which offer, and from when to when each party may send.
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
  std::vector<uint64_t> keys;  // a hash of each that can be used here
};

// What an SDP means by a payload number of its own choice (RFC 3551 6: 96 and above).
struct MappedType {
  uint8_t number = 0;
  uint32_t codec = 0;  // hash of name and clock
};

struct SdpLine {
  std::string media;  // "audio"
  bool open = false;  // its port is not 0
};

// The audio line of one SDP that counts: the one that its answer accepts, else the first that opens
// a stream, else the first.
struct AudioSdp {
  MessageId message;
  int64_t time_ns = 0;
  Party author = Party::none;
  size_t mline = 0;
  bool audio = false;             // there is an audio line
  bool usable = false;            // and its port is not 0
  bool hold_address = false;      // c=0.0.0.0
  bool secure = false;            // RTP/SAVP, SAVPF, UDP/TLS/RTP/...
  bool keyed = false;             // a=crypto, a=fingerprint or a=key-mgmt, be it as a capability
  bool offers_transport = false;  // another one than its m= line says (RFC 5939)
  bool chose_transport = false;   // one of those offered so
  bool ice = false;               // a=candidate
  bool fingerprint = false;       // keys by DTLS
  std::string setup;              // who begins it (RFC 4145 4): active, passive, actpass
  std::vector<CryptoLine> crypto;
  bool other_keys = false;  // by MIKEY, as a capability, or by a=crypto that makes no sense
  bool comfort_noise = false;
  bool silence_suppressed = false;  // its author says so of what it sends
  SdpDirection direction = SdpDirection::sendrecv;
  std::optional<Endpoint> address;  // none when it is a name
  std::vector<IceCandidate> candidates;
  bool named_candidate = false;  // one of them is a host name, of mDNS mostly
  std::string ice_ufrag;
  std::vector<uint8_t> payload_types;
  std::vector<uint8_t> other_types;  // of its other open audio lines
  std::vector<MappedType> mapped;
  std::optional<double> ptime_ms;
  double frame_ms = 0;  // of the first codec, when it has fixed ones (G.723, G.729, GSM)
  // Of the whole SDP:
  std::vector<SdpLine> lines;       // m= lines
  bool other_media = false;         // one that is not audio is open
  std::vector<std::string> codecs;  // of the open audio lines, in lower case; no events, no CN
  bool telephone_event = false;
  std::string origin;      // o=
  uint64_t rest_hash = 0;  // of all other lines
};

// Its author takes this payload type, on whichever of its audio lines.
bool accepts(const AudioSdp& audio_sdp, uint8_t payload_type);

struct OfferAnswer {
  size_t offer;   // index into audio_sdps
  size_t answer;  // the same
};

// Hold (RFC 3264 8.4): a party that could receive takes that back by its own choice.
struct Hold {
  Party by = Party::none;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;  // of the talk, when it was not taken back
  MessageId message;
  MessageId resume;  // none: not taken back
};

struct Interval {
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
};

// Who may send, from when to when, inside [answer, end].
struct SendingRight {
  std::vector<Interval> intervals;
  bool at_end = false;

  int64_t total_ns() const { return within(INT64_MIN, INT64_MAX); }
  int64_t within(int64_t begin_ns, int64_t end_ns) const;
  bool covers(int64_t time_ns) const;
};

struct Negotiation {
  std::vector<AudioSdp> audio_sdps;  // in capture order; copies and rejected offers left out
  std::vector<OfferAnswer> pairs;
  SendingRight caller;
  SendingRight callee;
  bool offered = false;      // somebody named an audio line that is open
  bool negotiated = false;   // at some time both had one
  bool refused = false;      // an offered audio line was answered with port 0, and stayed so
  int64_t closed_ns = 0;     // the same in mid-call, with no other media in its place: since then
  bool half_unseen = false;  // the offer to its first SDP is not here, or the 2xx with the answer
  bool unanswered = false;   // the 2xx was acknowledged, and only one side ever gave an SDP
  std::vector<Hold> holds;

  bool is_held() const;  // as of the newest SDP
  const AudioSdp* newest(Party author) const;
  // It is part of an offer that was answered, or the answer.
  bool is_in_force(const AudioSdp& audio_sdp) const;
};

// `messages` are those of the call in capture order.
Negotiation negotiation_of(const Model& model, MessageView& view, const CallRecord& call,
                           const std::vector<MessageId>& messages, int64_t end_ns);

// Its audio lines have port 0, and no other media takes their place.
bool closes_audio(const AudioSdp& audio_sdp);
// Its author wants to hear nothing (more): sendonly, inactive, c=0.0.0.0, or port 0.
bool restricts(const AudioSdp& audio_sdp);

bool may_send(SdpDirection direction);
bool may_receive(SdpDirection direction);
Party opposite(Party party);

}  // namespace sipladder
