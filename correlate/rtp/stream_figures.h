// The figures of one stream, packet by packet: sequence, loss, jitter (RFC 3550 A.1, A.3, A.8),
// clock, pauses, the worst ten seconds, and how much of it can be silence. No packet is kept.
#pragma once

#include <cstdint>

#include "correlate/model/model.h"
#include "decode/media.h"
#include "decode/sdp.h"

namespace sipladder {

// What looks like a telephone-event (RFC 4733): four bytes of a dynamic type.
inline bool is_event(const RtpHeader& rtp) {
  return rtp.payload_type >= 96 && rtp.payload.size() == 4;
}
inline bool is_voice(const RtpHeader& rtp) {
  return !is_comfort_noise(rtp.payload_type) && !is_event(rtp);
}

// One packet of a stream, in the order of arrival.
void advance(StreamRecord& stream, const RtpHeader& rtp, int64_t time_ns);

// After advance(). `whole`: the snap length has left all of the packet.
void listen(StreamRecord& stream, const RtpHeader& rtp, bool whole);

// Per cent lost since the last ten seconds were counted.
float slice_loss_pct(const StreamRecord& stream);

}  // namespace sipladder
