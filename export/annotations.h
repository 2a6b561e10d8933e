// Text in workflow commands of GitHub.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

// The message and a property of "::error title=PROPERTY::MESSAGE".
std::string annotation_text(std::string_view text);
std::string annotation_property(std::string_view text);

}  // namespace sipladder
