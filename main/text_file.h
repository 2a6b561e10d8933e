// Small files that a person wrote.
#pragma once

#include <string>

namespace sipladder {

// The whole of it, at most 256 MiB; a sentence when it cannot be read.
std::string read_text_file(const std::string& path, std::string* text);

// A plain file that is there already is replaced at once, or stays as it was; a link, a device or a
// pipe is written to. A sentence when that fails.
std::string write_text_file(const std::string& path, const std::string& text);

}  // namespace sipladder
