// What stands at the arrow of a message in a ladder, as the network sent it: nothing is escaped.
#pragma once

#include <cstdint>
#include <string>

#include "correlate/model/message_view.h"
#include "correlate/model/model.h"

namespace sipladder {

// "200 OK (BYE)", "INVITE (SDP)". *tail: the bytes in brackets and the space before them, which
// stay when the label is cut; unchanged when there are none.
std::string message_label(const MessageRecord& record, const SipIndex& sip, uint32_t* tail);

// "audio 192.0.2.1:4000 RTP/AVP sendrecv 0 PCMU"; empty without SDP.
std::string sdp_summary(const SipIndex& sip);

}  // namespace sipladder
