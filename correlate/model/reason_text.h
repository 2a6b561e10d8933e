// The Reason header in words (RFC 3326).
#pragma once

#include <string>
#include <string_view>

#include "decode/sip_message.h"

namespace sipladder {

// "normal call clearing (Q.850 16)": the header's `text`, or else the meaning of its Q.850 cause.
// Several reasons are joined with "; ". Empty without a Reason.
std::string reason_text(const SipIndex& sip);

// "normal call clearing" for 16; empty for a number that Q.850 does not have.
std::string_view q850_meaning(int cause);

}  // namespace sipladder
