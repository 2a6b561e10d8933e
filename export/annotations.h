// Text inside workflow commands of GitHub Actions ("::error ..."). Text from the network is escaped
// first: it can neither end the command nor begin another one.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

// Escaped as the MESSAGE, and as a PROPERTY, of "::error title=PROPERTY::MESSAGE".
std::string annotation_text(std::string_view text);
std::string annotation_property(std::string_view text);

}  // namespace sipladder
