// What a refused request asked for, and what its refusal says, as far as the messages tell.
#pragma once

#include <optional>
#include <string>

#include "correlate/analysis/analysis.h"
#include "decode/sip_message.h"

namespace sipladder {

struct OfferedMedia {
  bool present = false;  // the request has an SDP
  bool audio = false;    // it has an audio line that is open: with formats, not port 0 or inactive
  std::string text;      // "audio RTP/AVP PCMU, PCMA; image udptl t38"
};
OfferedMedia offered_media(const SipIndex& request);

// A Warning header (RFC 3261 20.43). Codes 304 and 305 are about formats, other 3xx codes about the
// transport or the network.
struct WarningValue {
  unsigned code = 0;
  std::string text;  // "304 Media type not available"

  bool is_about_formats() const { return code == 304 || code == 305; }
};
// nullopt when the response has no Warning with a code.
std::optional<WarningValue> warning_of(const SipIndex& response);

// The transaction was refused (488, 606) for its codecs: its offer has audio, and no Warning gives
// another reason.
bool refuses_codecs(CallContext& context, const TransactionRecord& txn);

// A header value for use in a sentence: unfolded to one line, and cut after 80 bytes.
std::string short_text(std::string_view value);

}  // namespace sipladder
