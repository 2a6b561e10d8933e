// A message that the snap length cut in the middle of its headers.
#pragma once

#include <string_view>

#include "decode/sip_message.h"

namespace sipladder {

// The header line that was cut has no value: half a name is nobody's. `bytes` as index_sip() had
// them.
void drop_cut_header(std::string_view bytes, SipIndex* sip);

}  // namespace sipladder
