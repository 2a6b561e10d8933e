// What a refused request asked for, and what its refusal says, as far as the messages tell.
#pragma once

#include <optional>
#include <string>

#include "correlate/analysis/analysis.h"
#include "decode/sip_message.h"

namespace sipladder {

struct OfferedMedia {
  bool present = false;  // there is an SDP
  bool audio = false;    // with an audio line that is open: not port 0, inactive or 0.0.0.0
  std::string text;      // "audio RTP/AVP PCMU, PCMA; image udptl t38"
};
OfferedMedia offered_media(const SipIndex& request);

// RFC 3261 20.43: 304 and 305 are about formats, others of 3xx about the transport or the network.
struct WarningValue {
  unsigned code = 0;
  std::string text;  // "304 Media type not available"

  bool is_about_formats() const { return code == 304 || code == 305; }
};
std::optional<WarningValue> warning_of(const SipIndex& response);

// A refusal (488, 606) of an offer that has codecs, which no Warning explains otherwise.
bool refuses_codecs(CallContext& context, const TransactionRecord& txn);

// A value as it may stand in a sentence: one line, not too long.
std::string short_text(std::string_view value);

}  // namespace sipladder
