// A pipe or standard input: what comes through it is told apart as it arrives.
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
