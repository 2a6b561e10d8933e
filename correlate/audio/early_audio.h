// What a caller heard before the answer (RFC 3960): early media that an 18x announces. What it was
// is told by its sound, where the codec can be decoded.
//
// Only the packets that Model::early_voice names are listened to: a few runs of the first seconds.
// Threads: as Model.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "correlate/model/model.h"
#include "correlate/session/media_binding.h"

namespace sipladder {

enum class EarlyAudio : uint8_t {
  unknown,       // no 18x with SDP, no final response, or nothing that can be decoded
  none,          // announced, and not sent
  ringback,      // mostly the ringback tone
  announcement,  // audio that is no ringback tone
  silent         // packets come, and hold nothing to hear
};
std::string_view to_string(EarlyAudio heard);  // empty for unknown

struct EarlyMedia {
  EarlyAudio heard = EarlyAudio::unknown;
  MessageId announced;   // the first 18x with SDP; may be none
  int64_t until_ns = 0;  // the final response to the INVITE; 0: none is here
  bool rings = false;    // a 180 came: the caller's phone plays a tone of its own
  StreamId stream;       // the stream that carries the early media; may be none
};

// `messages` and `streams` are those of the call, in capture order.
EarlyMedia early_media_of(const Model& model, const MediaBinding& media, const PacketLog& log,
                          CallId id, const std::vector<MessageId>& messages,
                          const std::vector<StreamId>& streams);

}  // namespace sipladder
