// Values of options: what they may be, and a sentence for what they may not.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

// "512M", "4G", "1.5GiB", "4096": bytes, in powers of 1024.
std::optional<uint64_t> parse_size(std::string_view text);
std::optional<uint64_t> parse_count(std::string_view text);

// "--color blue: write auto, always or never".
std::string not_one_of(const std::string& option, const std::string& value,
                       const std::vector<std::string>& allowed);

}  // namespace sipladder
