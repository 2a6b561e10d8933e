// One SDP before and after a hop: what the host in between changed.
//
// Pure functions. Threads: as Model.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "correlate/model/model.h"
#include "decode/sdp.h"

namespace sipladder {

// The same message at the hop that it passed before; id 0 when it was not captured there. For a
// request this is the request of TransactionRecord::request_path. For a response it is the newest
// response with the same status, not later, in a transaction whose request_path is this one.
MessageId hop_before(const Model& model, const MessageRecord& message);

// "telephone-event/8000", "opus/48000/2"; empty when the format has no name.
std::string codec_name(const SdpFormat& format);
// The same codec. The case of the name does not matter, nor do channels, which may be left out.
bool same_codec(const SdpFormat& a, const SdpFormat& b);

// One line of the comparison: {"protocol", "udptl", "RTP/AVP"}.
struct SdpRow {
  std::string name;
  std::string before;
  std::string after;
  bool changed() const { return before != after; }
};
// Compares the bodies of two messages, m= line by m= line.
std::vector<SdpRow> compare_sdp(std::string_view before, std::string_view after);

}  // namespace sipladder
