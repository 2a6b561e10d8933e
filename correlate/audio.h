// What was agreed about audio, what was sent, and the first reason why a direction could not be
// heard (RFC 3264 directions over time; DESIGN: vantage, silence on healthy calls, one cause).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "correlate/media_binding.h"
#include "correlate/message_view.h"
#include "correlate/model.h"

namespace sipladder {

enum class Audio : uint8_t {
  none_known,  // NULL: never answered, or no audio negotiated
  two_way,
  one_way,
  partial,
  none,
  silent,
  held,
  one_way_agreed,
  not_captured,
};
std::string_view to_string(Audio audio);  // empty for none_known

enum class AudioFault : uint8_t {
  none,
  no_rtp,
  private_address,
  icmp_unreachable,
  codec_mismatch,
  stopped,
  late
};

// One direction: what `from` sends to the other party.
struct AudioDirection {
  Party from = Party::none;
  int64_t agreed_ns = 0;  // how long of the talk this direction was agreed
  bool agreed_at_end = false;
  int64_t agreed_until = 0;        // end of the last agreed interval
  int64_t agreed_from = 0;         // begin of the first one
  std::vector<StreamId> streams;   // with packets after the answer
  std::vector<StreamId> last_leg;  // those that no relay in this capture sends on
  int64_t first_ns = 0;
  int64_t last_ns = 0;
  uint64_t packets = 0;
  MessageId receiver_sdp;  // newest SDP of the receiving party before the talk's end
  AudioFault fault = AudioFault::none;
  StreamId culprit;  // the stream that shows the fault
  std::vector<uint32_t> icmp_frames;
};

struct AudioFacts {
  bool answered = false;
  bool negotiated = false;  // both sides named a usable audio line
  int64_t answer_ns = 0;
  int64_t end_ns = 0;
  AudioDirection from_caller;
  AudioDirection from_callee;
  bool held_at_end = false;
  const AudioDirection& direction(Party from) const {
    return from == Party::caller ? from_caller : from_callee;
  }
};

// `messages` and `streams` are those of the call, in capture order.
AudioFacts audio_facts(const Model& model, const MediaBinding& media, MessageView& view,
                       const CallRecord& call, const std::vector<MessageId>& messages,
                       const std::vector<StreamId>& streams);

Audio audio_verdict(const AudioFacts& facts);

}  // namespace sipladder
