// SHA-256 (FIPS 180-4) and base64 (RFC 4648 section 4), for the hashes that the report names.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sipladder {

std::string sha256_base64(std::string_view bytes);
// In hexadecimal digits, as sha256sum prints it. Empty when `path` is no regular file or cannot be
// read.
std::string sha256_of_file(const std::string& path);
// The first eight bytes of it.
uint64_t sha256_number(std::string_view bytes);
std::string base64(std::string_view bytes);

}  // namespace sipladder
