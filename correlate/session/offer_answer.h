// Offer and answer of a call (RFC 3264, RFC 6337): which answer belongs to which offer, and from
// when to when each party may send.
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
#include "correlate/session/audio_sdp.h"

namespace sipladder {

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

Party opposite(Party party);  // caller for any but the caller

}  // namespace sipladder
