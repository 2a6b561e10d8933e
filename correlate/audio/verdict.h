// The verdict on one direction of a talk: a value. A question gives one with its own proof, and the
// sentence of its finding is written from that proof alone.
#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "correlate/model/ids.h"
#include "correlate/model/model.h"
#include "correlate/rtp/voice_heard.h"

namespace sipladder {

enum class AudioFault : uint8_t {
  none,
#define AUDIO_FAULT(name, code) name,
#include "correlate/audio/audio_faults.def"
#undef AUDIO_FAULT
};

std::string_view code_of(AudioFault fault, Party from);  // of the finding that explains it

// no_rtp
struct AbsenceProof {
  EndpointId silent_relay;  // gets the stream and sends none on; may be none
};
// firewall
struct BoxProof {
  enum class By : uint8_t {
    other_direction,  // passes the box
    sip,              // of the same host passes it
    receivers_point,  // where its receiver's audio passes, none of it comes
    reports,          // RTCP of the receiver says that nothing of it comes any more
  };
  By by = By::other_direction;
  uint32_t reports = 0;
};
// icmp_unreachable
struct RejectionProof {
  std::vector<uint32_t> frames;  // of the ICMP errors
};
// private_address
struct PrivateProof {
  MessageId named_in;   // the SDP that names the address; may be none
  StreamId heard_from;  // a stream of the receiver that comes from elsewhere; may be none
};
// not_latched, wrong_destination
struct SourceProof {
  StreamId heard_from;  // the receiver's own stream, that contradicts its SDP
};
// silence
struct SilenceProof {
  Listening listening;  // to all streams of the last leg
};
// srtp_key
struct KeyProof {
  MessageId old_sdp;     // told the key that is used; none: it is the counter that differs
  MessageId new_sdp;     // and the one that took its place
  uint32_t packets = 0;  // that the receiver cannot open
  uint32_t first_frame = 0, last_frame = 0;
  uint32_t counted = 0;  // by the receiver: rollovers until the first of these
  uint32_t used = 0;     // by the sender
};

using AudioProof = std::variant<std::monostate, AbsenceProof, BoxProof, RejectionProof,
                                PrivateProof, SourceProof, SilenceProof, KeyProof>;

struct AudioVerdict {
  AudioFault fault = AudioFault::none;
  int64_t lost_from_ns = 0;  // it was heard until then; 0: never, or not lost
  StreamId shown_by{};       // the stream that shows the fault; may be none
  AudioProof proof{};
  bool told_by_other = false;  // the finding about the other direction explains this one too

  explicit operator bool() const { return fault != AudioFault::none; }
  // An empty one where the fault has another proof, as that of a closed path (ClosedPath).
  template <typename Proof>
  Proof proven() const {
    const Proof* found = std::get_if<Proof>(&proof);
    return found == nullptr ? Proof{} : *found;
  }
};

}  // namespace sipladder
