// A BPF expression, compiled for each link type that occurs among the packets.
#pragma once

#include <memory>
#include <string>

#include "capture/packet_source.h"

namespace sipladder {

// What is wrong with an expression for every usual link type; empty when nothing is.
std::string check_filter(const std::string& expression);

// Passes on the packets that match; frame numbers stay those of the file. Many packets that do not
// match in a row make next() return `idle`. Null with *error when the expression is wrong for a
// link type that a source is known to have, or for every usual one.
std::unique_ptr<PacketSource> filter_source(std::unique_ptr<PacketSource> source,
                                            const std::string& expression, std::string* error);

}  // namespace sipladder
