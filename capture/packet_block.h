// Many packets as one compressed block, as a saved session keeps them.
//
// Layout, little-endian: for each packet kHeader bytes (time 8, frame 4, original length 4,
// captured length 4, source 2, interface 2, link type 2, point 1, flags 1), then its bytes.
#pragma once

#include <string>
#include <string_view>

#include "capture/packet.h"

namespace sipladder {

//
// Threads: any. Bounds: a block or packet that claims more than the limits here is refused.
inline constexpr size_t kBlockBytes = 1 << 20;         // a block that has so many is closed
inline constexpr size_t kMostBlockBytes = 8 << 20;     // before compression
inline constexpr size_t kMostCapturedBytes = 4 << 20;  // of one packet

void append_packet(const Packet& packet, std::string* block);
// Takes the packet at *at and moves *at behind it. packet->data points into `block`. False when
// there is no whole packet.
bool take_packet(std::string_view block, size_t* at, Packet* packet);

std::string compress_block(std::string_view block);
// False when the block is damaged or would become too long.
bool decompress_block(std::string_view compressed, std::string* block);

}  // namespace sipladder
