// Reads the values of options, and says in a sentence what is wrong with one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "decode/address.h"
#include "main/options.h"

namespace sipladder {

// Option values as texts, as they are on the command line.
struct OptionTexts {
  std::string call, stream, memory, spool, max_unpacked, max_ratio, limit, max_bytes, width, tables,
      sink_size, sink_wait;
  std::vector<std::string> words;
  bool ignored = false;
};

// Reads numbers and sizes into *options. A sentence when a text is none.
std::string read_values(const OptionTexts& texts, Options* options);

// "512M", "4G", "1.5GiB", "4096" in bytes; units are powers of 1024. Nullopt: it is no size.
std::optional<uint64_t> parse_size(std::string_view text);
std::optional<uint64_t> parse_count(std::string_view text);

// "--color blue: write auto, always or never".
std::string not_one_of(const std::string& option, const std::string& value,
                       const std::vector<std::string>& allowed);

}  // namespace sipladder
