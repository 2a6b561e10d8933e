// The figures of one stream, packet by packet: sequence, loss, jitter (RFC 3550 A.1, A.3, A.8),
// clock, pauses, the worst ten seconds, and how much of the stream can be silence. No packet is
// kept.
//
// Threads: the one that keeps the streams.
#pragma once

#include <cstdint>

#include "correlate/model/model.h"
#include "decode/media.h"
#include "decode/sdp.h"

namespace sipladder {

// The packet looks like a telephone-event (RFC 4733): four bytes of a dynamic payload type.
inline bool is_event(const RtpHeader& rtp) {
  return rtp.payload_type >= 96 && rtp.payload.size() == 4;
}
inline bool is_voice(const RtpHeader& rtp) {
  return !is_comfort_noise(rtp.payload_type) && !is_event(rtp);
}

// Counts one packet. Requires the packets of a stream in the order of arrival.
void advance(StreamRecord& stream, const RtpHeader& rtp, int64_t time_ns);

// Listens to the packet that was counted last by advance(). `whole`: the snap length did not cut
// the packet.
void listen(StreamRecord& stream, const RtpHeader& rtp, bool whole);

// Per cent lost in the present slice of ten seconds, as far as it has passed.
float slice_loss_pct(const StreamRecord& stream);

}  // namespace sipladder
