// Bytes as gzip (RFC 1952) has them: what goes to servers.
#pragma once

#include <string>
#include <string_view>

namespace sipladder {

// Empty when there is no memory for it.
std::string gzip(std::string_view bytes);

}  // namespace sipladder
