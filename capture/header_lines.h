// Whether a line has the form of a SIP header field ("Name: value"), whatever its name.
#pragma once

#include <string_view>

namespace sipladder {

bool is_header_line(std::string_view line);
// Likewise, with a name that SIP knows, in its long or compact form, or one that begins with X- or
// P-.
bool is_known_header(std::string_view line);

}  // namespace sipladder
