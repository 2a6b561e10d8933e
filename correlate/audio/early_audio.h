// What a caller heard before the answer (RFC 3960): early media that an 18x announces, told by its
// sound where the codec can be decoded.
//
// Listens to a few packets of the first seconds; `ringback` is told by its tone.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "correlate/model/model.h"
#include "correlate/session/media_binding.h"

namespace sipladder {

enum class EarlyAudio : uint8_t { unknown, none, ringback, announcement, silent };
std::string_view to_string(EarlyAudio heard);  // empty for unknown

struct EarlyMedia {
  EarlyAudio heard = EarlyAudio::unknown;
  MessageId announced;   // the first 18x with SDP
  int64_t until_ns = 0;  // the answer, or the final response
  bool rings = false;    // a 180 came: the caller plays a tone of its own
  StreamId stream;       // that carries it
};

EarlyMedia early_media_of(const Model& model, const MediaBinding& media, const PacketLog& log,
                          CallId id, const std::vector<MessageId>& messages,
                          const std::vector<StreamId>& streams);

}  // namespace sipladder
