// How the bytes of a capture are packed, told by their first bytes and never by a file's name.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>

#include "capture/byte_input.h"

namespace sipladder {

enum class Packing { none, gzip, zstd, unknown };  // unknown: not a capture at all

inline constexpr size_t kMagicSize = 4;

Packing packing_of(const uint8_t* bytes, ssize_t size);

std::unique_ptr<ByteReader> make_unpacking_reader(Packing packing, std::unique_ptr<ByteReader> raw);

// For a pipe: finds out the packing from the first bytes that arrive.
std::unique_ptr<ByteReader> make_detecting_reader(std::unique_ptr<ByteReader> raw);

}  // namespace sipladder
