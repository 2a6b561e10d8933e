// The facts about the audio of a call: what offer and answer agreed, which RTP passed, and for each
// direction the first reason why its receiver could not hear it.
//
// Three rules decide what may be concluded. A capture shows what passed one point, so what is not
// seen here may still have been sent. A healthy call gets no fault. One cause is told, not its
// symptoms.
//
// Times are ns since the epoch; 0 means "did not happen". Ids are valid while the model holds the
// call. Threads: as Model; two threads may ask about different calls, each with its own
// MessageView.
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
  int64_t agreed_ns = 0;    // how long of the talk `from` was allowed to send: a duration
  int64_t agreed_from = 0;  // begin of the first interval in which it was allowed to send
  // When its first packet is awaited: agreed_from, or the later ACK for the 2xx, or the later SDP
  // that named the ends of its first stream.
  int64_t due_ns = 0;
  int64_t agreed_until = 0;        // end of the last such interval
  std::vector<StreamId> streams;   // audio with packets after the answer
  std::vector<StreamId> last_leg;  // of `streams`: those that no relay in this capture sends on
  int64_t first_ns = 0;            // first packet of the last leg; 0: there is none
  int64_t last_ns = 0;             // its newest packet; before end_ns where the direction stopped
  uint64_t packets = 0;            // of all audio streams of the direction
  MessageId receiver_sdp;          // newest SDP of the receiving party; may be none
  bool moved_unseen = false;       // goes to a host that no SDP names: the direction is not judged
  uint32_t reported_frame = 0;     // RTCP by which the receiver gets what is not here; 0: none
  AudioVerdict verdict;            // given once, when all facts of both directions are known

  // For how long it was allowed to send before its first packet came, once that was due.
  int64_t late_ns() const { return right.within(due_ns, first_ns); }
};

// A path that ICE (RFC 8445) or DTLS (RFC 5764) was to open for the media and that stayed closed:
// no RTP took it.
struct ClosedPath {
  Party from = Party::none;           // whose ICE checks, or ClientHello, led nowhere
  std::vector<uint32_t> checks;       // its ICE checks, as places in Model::ice_checks
  std::vector<uint32_t> checks_back;  // those of the other party
  std::optional<uint32_t> handshake;  // that did not complete: a place in Model::handshakes
  std::optional<OfferAnswer> roles;   // the a=setup of both, where they cannot work together
};

// A party that has ended the call although the capture shows no BYE of it.
struct HangUp {
  Party by = Party::none;
  int64_t at_ns = 0;      // its last RTP packet
  uint32_t frame = 0;     // the 481 or the ICMP error that proves it; 0: neither does
  MessageId refused;      // the 481; may be none
  bool rtcp_bye = false;  // an RTCP BYE of this party proves it
  // Where its BYE goes first, if that is a private address from which nothing comes here.
  std::optional<IpAddress> next_hop;
  bool by_contact = false;  // Contact names that address; else Record-Route does
  MessageId learnt;         // the message that names the address; none without next_hop
};

struct AudioFacts {
  bool answered = false;
  int64_t answer_ns = 0;
  int64_t end_ns = 0;  // BYE, else the newest message or packet; 0 where no SDP was exchanged
  Negotiation negotiation;
  AudioDirection from_caller;
  AudioDirection from_callee;
  std::optional<KeyFault> key_fault;      // SDP leaves neither party usable keys of SRTP
  std::optional<ClosedPath> closed_path;  // then it is the fault of both directions
  std::optional<HangUp> hang_up;          // then end_ns is its at_ns
  const AudioDirection& direction(Party from) const {
    return from == Party::caller ? from_caller : from_callee;
  }
};

// Of `streams`, which are those of one direction, the ones that no relay in this capture sends on.
// A stream is taken as sent on when its destination host sends to a host other than the source.
std::vector<StreamId> last_leg_of(const Model& model, const std::vector<StreamId>& streams);

// The facts of an answered call that exchanged SDP; of others only `answered` and answer_ns are
// set. `messages` and `streams` are those of the call, in capture order. `messages` may be empty
// when needs_messages() is false: then no direction is judged. `view` is used to read SDP again.
AudioFacts audio_facts(const Model& model, const MediaBinding& media, MessageView& view, CallId id,
                       const std::vector<MessageId>& messages,
                       const std::vector<StreamId>& streams);
bool needs_messages(const Model& model, const CallRecord& call,
                    const std::vector<StreamId>& streams);

// What passes here of the direction after the answer is too short to hear anything. Such packets
// open a NAT, or begin a stream that takes another way later. False without any packet.
bool is_handful(const AudioDirection& direction);
}  // namespace sipladder
