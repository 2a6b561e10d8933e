// The argument TIME of --from and --to.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace sipladder {

inline constexpr std::string_view kTimeForms =
    "write 2024-01-02T03:04:05Z (RFC 3339; the time, seconds, fraction and zone may be left out, "
    "UTC then) or seconds since 1970, such as 1704164645.5";

// Nanoseconds since the epoch; nullopt when `text` is none of kTimeForms.
std::optional<int64_t> parse_time(std::string_view text);

}  // namespace sipladder
