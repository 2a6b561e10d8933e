// What was agreed about audio, what was sent, and the first reason why a direction could not be
// heard (FINDINGS: vantage, silence on healthy calls, one cause).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/audio/verdict.h"
#include "correlate/model/message_view.h"
#include "correlate/model/model.h"
#include "correlate/session/media_binding.h"
#include "correlate/session/offer_answer.h"
#include "correlate/session/srtp_keys.h"

namespace sipladder {

// One direction: what `from` sends to the other party.
struct AudioDirection {
  Party from = Party::none;
  SendingRight right;
  int64_t agreed_ns = 0;     // how long of the talk this direction was agreed
  int64_t agreed_from = 0;   // begin of the first such interval
  int64_t due_ns = 0;        // the same, or the later SDP that named the ends of its first stream
  int64_t agreed_until = 0;  // end of the last one
  std::vector<StreamId> streams;   // audio with packets after the answer
  std::vector<StreamId> last_leg;  // those that no relay in this capture sends on
  int64_t first_ns = 0;            // of the last leg
  int64_t last_ns = 0;
  uint64_t packets = 0;
  MessageId receiver_sdp;       // newest SDP of the receiving party
  bool moved_unseen = false;    // to a host that no SDP names: nothing of it is judged
  uint32_t reported_frame = 0;  // it is not here, and RTCP says that its receiver gets it
  AudioVerdict verdict;         // given once, when all facts of both directions are there
};

// A path that ICE or DTLS was to open, and that stayed closed: no RTP took it.
struct ClosedPath {
  Party from = Party::none;           // whose checks, or hello, led nowhere
  std::vector<uint32_t> checks;       // into Model::ice_checks
  std::vector<uint32_t> checks_back;  // those of the other party
  std::optional<uint32_t> handshake;  // into Model::handshakes
  std::optional<OfferAnswer> roles;   // of DTLS, that clash
};

// A party has ended the call, and no BYE of it is here.
struct HangUp {
  Party by = Party::none;
  int64_t at_ns = 0;                  // its last packet
  uint32_t frame = 0;                 // of the 481, or of the ICMP error, that proves it
  MessageId refused;                  // the 481
  bool rtcp_bye = false;              // its RTCP says so
  std::optional<IpAddress> next_hop;  // of its BYE: a private address that is not here
  bool by_contact = false;            // named by Contact, and not by Record-Route
  MessageId learnt;                   // the message that names it
};

struct AudioFacts {
  bool answered = false;
  int64_t answer_ns = 0;
  int64_t end_ns = 0;
  Negotiation negotiation;
  AudioDirection from_caller;
  AudioDirection from_callee;
  std::optional<KeyFault> key_fault;      // of both directions, in their SDP
  std::optional<ClosedPath> closed_path;  // the fault of both directions
  std::optional<HangUp> hang_up;          // then end_ns is when that was
  const AudioDirection& direction(Party from) const {
    return from == Party::caller ? from_caller : from_callee;
  }
};

// Of streams of one direction: those that no relay in this capture sends on.
std::vector<StreamId> last_leg_of(const Model& model, const std::vector<StreamId>& streams);

// `messages` and `streams` are those of the call, in capture order; without streams the messages
// are needed only when needs_messages() says so.
AudioFacts audio_facts(const Model& model, const MediaBinding& media, MessageView& view, CallId id,
                       const std::vector<MessageId>& messages,
                       const std::vector<StreamId>& streams);
bool needs_messages(const Model& model, const CallRecord& call,
                    const std::vector<StreamId>& streams);

// What passes here of it after the answer is too short to hear anything: packets that open the path
// of a NAT, or the beginning of a stream that goes another way then.
bool is_handful(const AudioDirection& direction);
}  // namespace sipladder
