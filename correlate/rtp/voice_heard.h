// Whether a stream holds anything to hear. G.711 is listened to as it passes; of other codecs that
// can be decoded, the packets are read again from the capture.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "capture/packet_log.h"
#include "correlate/model/model.h"

namespace sipladder {

// For a figure: some packets, spread over all of the stream.
struct Heard {
  bool known = false;    // the codec can be decoded here
  uint32_t packets = 0;  // listened to
  uint32_t silent = 0;   // of these: nothing to hear, comfort noise, events
};

// For a verdict: every packet, or as many as it takes until something is heard.
struct Listening {
  bool audible = false;  // something was heard, or may have been: a packet could not be listened to
  uint32_t decoded = 0;  // packets of voice that were
  uint32_t repeated = 0;  // of a codec that is not decoded here: with the payload of the one before
  uint32_t others = 0;    // comfort noise and events
  uint32_t loudness = 0;  // mean square of the loudest packet
};

// Packets of a stream that are not as the capture has them: decrypted ones.
struct OpenedPackets {
  uint32_t count = 0;
  uint32_t others = 0;  // of these: comfort noise and events
  // Packet `index` as RTP; false when it cannot be had.
  std::function<bool(uint32_t index, std::string* packet)> read;
};
Heard heard_in(const StreamRecord& stream, const OpenedPackets& packets, std::string_view encoding);
Listening listen_in(const StreamRecord& stream, const OpenedPackets& packets,
                    std::string_view encoding);

// `encoding`: the negotiated name, or that of the static payload type. Says known for encrypted
// media too: correlate/session/stream_voice.h knows what the SDP says about that.
Heard heard_of(const Model& model, const PacketLog& log, StreamId id, std::string_view encoding);
Listening listen_to(const Model& model, const PacketLog& log, StreamId id,
                    std::string_view encoding);

}  // namespace sipladder
