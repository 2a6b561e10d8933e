// Small text files that people write and read.
#pragma once

#include <string>

namespace sipladder {

// Appends the whole file, at most 256 MiB, to *text. A sentence when it cannot be read.
std::string read_text_file(const std::string& path, std::string* text);

// An existing regular file is replaced in one step, or stays as it was when writing fails. A link,
// a device or a pipe is written to. A sentence when that fails.
std::string write_text_file(const std::string& path, const std::string& text);

}  // namespace sipladder
