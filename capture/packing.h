// How the bytes of a capture are packed, told by their first bytes and never by a file's name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capture/byte_input.h"

namespace sipladder {

enum class Packing { none, gzip, zstd, unknown };  // unknown: not a capture at all

inline constexpr size_t kMagicSize = 4;

Packing packing_of(const uint8_t* bytes, ssize_t size);

bool is_text(std::string_view beginning);  // no capture, and nothing but printable ASCII or UTF-8

std::unique_ptr<ByteReader> make_unpacking_reader(Packing packing, std::unique_ptr<ByteReader> raw,
                                                  const UnpackLimit& limit);

// A pipe cannot be looked at and put back: `prefix`, what was read of it to tell what it is, is
// given out again first.
std::unique_ptr<ByteReader> make_prefixed_reader(std::string prefix,
                                                 std::unique_ptr<ByteReader> rest);

}  // namespace sipladder
