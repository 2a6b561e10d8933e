// Checks the syntax inside values, which index_sip() does not look at: what RFC 4475 section 3.1.2
// and RFC 5118 ask a parser to notice. It is called when somebody looks at a message, not for each
// packet.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "decode/sip_message.h"

namespace sipladder {

struct SyntaxFault {
  std::string_view header;  // canonical name, or "Request-Line"
  const char* rule;         // a static sentence with its RFC section
  size_t at = 0;            // offset in the bytes of the message
};

// The first fault; nullopt when there is none. `bytes` are those that index_sip() was given.
std::optional<SyntaxFault> find_syntax_fault(const SipIndex& sip, std::string_view bytes);

}  // namespace sipladder
