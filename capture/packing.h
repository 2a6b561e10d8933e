// How the bytes of a capture are packed, told by their first bytes and never by the name of a file.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "capture/byte_input.h"

namespace sipladder {

enum class Packing { none, gzip, zstd, unknown };  // unknown: not a capture at all

inline constexpr size_t kMagicSize = 4;  // bytes that packing_of() needs

Packing packing_of(const uint8_t* bytes, ssize_t size);

// No capture, and no control characters but tab, line ends and escape. Bytes above 0x7F may be
// there.
bool is_text(std::string_view beginning);

std::unique_ptr<ByteReader> make_unpacking_reader(Packing packing, std::unique_ptr<ByteReader> raw,
                                                  const UnpackLimit& limit);

// Gives `prefix` first, then what `rest` gives. `prefix` is what was read of a pipe to tell what it
// holds, since bytes of a pipe cannot be put back.
std::unique_ptr<ByteReader> make_prefixed_reader(std::string prefix,
                                                 std::unique_ptr<ByteReader> rest);

}  // namespace sipladder
