// The verdict on one direction of a talk: a value that holds ids and no references. Each question
// of judge.h gives one with its own proof, from which the sentence of its finding is written.
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

// Code of the finding that explains the fault of what `from` sends; empty for AudioFault::none.
std::string_view code_of(AudioFault fault, Party from);

// no_rtp
struct AbsenceProof {
  EndpointId silent_relay;  // where a relay gets the stream that it does not send on; may be none
  StreamId taken{};         // that stream, where another leg of the call shows it
};
// firewall
struct BoxProof {
  enum class By : uint8_t {
    other_direction,  // the other direction passes the box
    sip,              // SIP of the same host passes the box
    receivers_point,  // nothing comes to a capture point that the receiver's own audio passes
    router,           // the capture was taken on the router, which sends only the other one on
    reports,          // RTCP of the receiver says that nothing comes any more
  };
  By by = By::other_direction;
  uint32_t reports = 0;  // how many, with By::reports
};
// icmp_unreachable
struct RejectionProof {
  std::vector<uint32_t> frames;  // of the ICMP errors
};
// private_address
struct PrivateProof {
  MessageId named_in;   // the SDP that names the address; may be none
  StreamId heard_from;  // a stream of the receiver from another address; may be none
};
// not_latched, wrong_destination
struct SourceProof {
  StreamId heard_from;  // the receiver's stream from another address; none in some proofs
};
// silence
struct SilenceProof {
  Listening listening;  // summed over all streams of the last leg
};
// srtp_key
struct KeyProof {
  MessageId old_sdp;     // told the key that is used; none: the rollover counters differ instead
  MessageId new_sdp;     // told the key that replaced it
  uint32_t packets = 0;  // that the receiver cannot open
  uint32_t first_frame = 0, last_frame = 0;  // of these packets
  uint32_t counted = 0;  // rollover counter of the receiver at the first of them
  uint32_t used = 0;     // rollover counter of the sender there
};

using AudioProof = std::variant<std::monostate, AbsenceProof, BoxProof, RejectionProof,
                                PrivateProof, SourceProof, SilenceProof, KeyProof>;

struct AudioVerdict {
  AudioFault fault = AudioFault::none;
  int64_t lost_from_ns = 0;  // the direction was heard until then; 0: never heard, or not lost
  StreamId shown_by{};       // the stream that shows the fault; may be none
  AudioProof proof{};
  bool told_by_other = false;  // the finding about the other direction explains this one too

  explicit operator bool() const { return fault != AudioFault::none; }
  // The proof of this kind; an empty one where the fault has another proof, as a ClosedPath.
  template <typename Proof>
  Proof proven() const {
    const Proof* found = std::get_if<Proof>(&proof);
    return found == nullptr ? Proof{} : *found;
  }
};

}  // namespace sipladder
