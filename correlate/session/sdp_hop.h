// One SDP before and after a hop: what the host between made of it.
//
// Pure functions. Views live as long as the bytes that were parsed. Threads: as Model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "correlate/model/model.h"
#include "decode/sdp.h"

namespace sipladder {

// The same message one hop before, when it was captured there: a request comes from the transaction
// before; a response from one that leads back to this one, shortly before and with the same status.
MessageId hop_before(const Model& model, const MessageRecord& message);

// "telephone-event/8000", "opus/48000/2"; empty when nobody named it.
std::string codec_name(const SdpFormat& format);
// The same codec, whatever the case of its name; channels are written or left out at will.
bool same_codec(const SdpFormat& a, const SdpFormat& b);

// One line of the comparison: "protocol", "udptl", "RTP/AVP".
struct SdpRow {
  std::string name;
  std::string before;
  std::string after;
  bool changed() const { return before != after; }
};
std::vector<SdpRow> compare_sdp(std::string_view before, std::string_view after);

}  // namespace sipladder
