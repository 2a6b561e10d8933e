// A number that names a packet among the packets of all sources.
#pragma once

#include <cstdint>

#include "capture/packet.h"

namespace sipladder {

using FrameKey = uint64_t;  // source and frame

inline FrameKey frame_key(uint16_t source, uint32_t frame) {
  return uint64_t{source} << 32 | frame;
}
inline FrameKey frame_key(const Packet& packet) {
  return frame_key(packet.source, packet.frame);
}

}  // namespace sipladder
