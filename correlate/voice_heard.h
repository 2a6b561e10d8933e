// Whether a stream holds anything to hear. G.711 is listened to as it passes; of other codecs that
// can be decoded, some packets are read again from the capture.
#pragma once

#include <string_view>

#include "capture/packet_log.h"
#include "correlate/model.h"

namespace sipladder {

struct Heard {
  bool known = false;    // the codec can be decoded here
  uint32_t packets = 0;  // listened to
  uint32_t silent = 0;   // of these: nothing to hear, comfort noise, events
};

// `encoding`: the negotiated name, or that of the static payload type. Says known for encrypted
// media too: the caller knows what the SDP says about that.
Heard heard_of(const Model& model, const PacketLog& log, StreamId id, std::string_view encoding);

}  // namespace sipladder
