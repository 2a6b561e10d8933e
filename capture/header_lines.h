// Whether a line is a header field of SIP: any, or one whose name is known.
#pragma once

#include <string_view>

namespace sipladder {

bool is_header_line(std::string_view line);
bool is_known_header(std::string_view line);

}  // namespace sipladder
