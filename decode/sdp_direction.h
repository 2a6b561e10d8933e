// Private to decode/sdp*.cc. Pure functions, any thread.
#pragma once

#include <optional>
#include <string_view>

#include "decode/sdp.h"

namespace sipladder {

// "sendonly" and its like, without "a="; nullopt for any other attribute.
std::optional<SdpDirection> direction_of(std::string_view attribute);

}  // namespace sipladder
