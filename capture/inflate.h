// One compressed block in memory (RFC 1950, RFC 1952).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sipladder {

// Empty when it is no whole zlib or gzip block, or larger than `limit`.
std::string inflate_whole(std::string_view compressed, size_t limit);

}  // namespace sipladder
