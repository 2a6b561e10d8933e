// A saved session as a source of packets. They come in the order, and with the sources, frame
// numbers and times, in which they were saved, so that everything is found again as it was found
// before.
//
// Bounds: one block of packets (packet_block.h) in memory. Errors: a damaged block ends the source;
// SourceInfo::damage of the first source says so.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

// `index`: number of its first source (Packet::source). `clock_ahead_ns` is subtracted from all
// times. Null, with a sentence in *error, when the file is no saved session.
std::unique_ptr<PacketSource> open_db(const std::string& path, uint16_t index,
                                      int64_t clock_ahead_ns, std::string* error);

}  // namespace sipladder
