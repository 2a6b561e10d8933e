// A saved session as a source: its packets as they came, with the sources, frame numbers and times
// that they had, so that all is found again as it was found before.
//
// Bounds: one block of packets (packet_block.h) in memory. What is damaged ends it, with a
// sentence.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

// `index`: of its first source. Null with *error when it is none.
std::unique_ptr<PacketSource> open_db(const std::string& path, uint16_t index,
                                      int64_t clock_ahead_ns, std::string* error);

}  // namespace sipladder
