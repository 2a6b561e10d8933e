// Many packets as one compressed block, as a saved session keeps them.
//
// Layout, little-endian: for each packet kHeader bytes (time 8, frame 4, original length 4,
// captured length 4, source 2, interface 2, link type 2, point 1, flags 1), then its bytes.
#pragma once

#include <string>
#include <string_view>

#include "capture/packet.h"

namespace sipladder {

inline constexpr size_t kBlockBytes = 1 << 20;         // after which a block is closed
inline constexpr size_t kMostBlockBytes = 8 << 20;     // no block that was written here is longer
inline constexpr size_t kMostCapturedBytes = 4 << 20;  // nor is a packet

void append_packet(const Packet& packet, std::string* block);
// Takes the packet that stands at *at and moves on; its data lies in `block`. False: nothing whole
// stands there.
bool take_packet(std::string_view block, size_t* at, Packet* packet);

std::string compress_block(std::string_view block);
// False when it is damaged, or becomes too long.
bool decompress_block(std::string_view compressed, std::string* block);

}  // namespace sipladder
