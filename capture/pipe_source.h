// A pipe or standard input. What it holds (a capture, text, packed or not) is told from the first
// bytes when they arrive; nothing waits for them. `keys` (may be null) gets the TLS secrets of a
// capture and must outlive the source. Threads: one.
#pragma once

#include <memory>
#include <string>

#include "capture/byte_input.h"
#include "capture/packet_source.h"

namespace sipladder {

std::unique_ptr<PacketSource> make_pipe_source(std::string name, uint16_t index,
                                               std::unique_ptr<ByteReader> raw,
                                               const UnpackLimit& unpack, KeyLog* keys);

}  // namespace sipladder
