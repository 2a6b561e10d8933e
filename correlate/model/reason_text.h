// The Reason header in words (RFC 3326).
#pragma once

#include <string>
#include <string_view>

#include "decode/sip_message.h"

namespace sipladder {

// "normal call clearing (Q.850 16)": the text that the header has, lacking one what the cause
// means; several reasons are joined with "; ". Empty without a Reason.
std::string reason_text(const SipIndex& sip);

// "normal call clearing" of 16; empty for a number that Q.850 does not have.
std::string_view q850_meaning(int cause);

}  // namespace sipladder
