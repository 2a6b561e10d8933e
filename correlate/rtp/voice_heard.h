// Whether a stream holds anything to hear. G.711 is listened to as it passes. Packets of other
// codecs that can be decoded are read again from the capture.
//
// Threads: as Model.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "capture/packet_log.h"
#include "correlate/model/model.h"

namespace sipladder {

// How much of a stream is silent, for a figure. It is estimated from some packets, spread over the
// stream.
struct Heard {
  bool known = false;    // the codec could be decoded, in enough packets
  uint32_t packets = 0;  // over which the share of silence is counted
  uint32_t silent = 0;   // of these: nothing to hear, comfort noise, events
};

// Whether a stream holds any sound, for a verdict. Packets are listened to until something is
// heard.
struct Listening {
  bool audible = false;  // something was heard, or may be in a packet that could not be listened to
  uint32_t decoded = 0;  // packets of voice that were listened to
  // Packets with the payload of the packet before, of a codec that this program cannot decode.
  uint32_t repeated = 0;
  uint32_t others = 0;    // comfort noise and events
  uint32_t loudness = 0;  // mean square of the loudest packet
};

// The packets of a stream, read from the capture or decrypted. Lifetime: what `read` refers to must
// live as long.
struct OpenedPackets {
  uint32_t count = 0;
  uint32_t others = 0;  // of these: comfort noise and events
  // Packet `index` as RTP; false when it cannot be had.
  std::function<bool(uint32_t index, std::string* packet)> read;
};
// For a stream of which `packets` are the decrypted ones.
Heard heard_in(const StreamRecord& stream, const OpenedPackets& packets, std::string_view encoding);
Listening listen_in(const StreamRecord& stream, const OpenedPackets& packets,
                    std::string_view encoding);

// For a stream that is not encrypted. `encoding`: the negotiated name, or that of the static
// payload type. These functions do not know that media is encrypted: for a stream of any kind call
// those of correlate/session/stream_voice.h.
Heard heard_of(const Model& model, const PacketLog& log, StreamId id, std::string_view encoding);
Listening listen_to(const Model& model, const PacketLog& log, StreamId id,
                    std::string_view encoding);

}  // namespace sipladder
