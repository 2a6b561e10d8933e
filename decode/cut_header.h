// For a message that the snap length cut in the middle of its headers.
#pragma once

#include <string_view>

#include "decode/sip_message.h"

namespace sipladder {

// Removes the header field that was cut from the index, since half a value would be taken for the
// value. `bytes` are those that `sip` was made from by index_sip().
void drop_cut_header(std::string_view bytes, SipIndex* sip);

}  // namespace sipladder
