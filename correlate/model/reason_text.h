// The Reason header in words (RFC 3326).
#pragma once

#include <string>

#include "decode/sip_message.h"

namespace sipladder {

// "normal call clearing (Q.850 16)": the text that the header has, lacking one what the cause
// means; several reasons are joined with "; ". Empty without a Reason.
std::string reason_text(const SipIndex& sip);

}  // namespace sipladder
