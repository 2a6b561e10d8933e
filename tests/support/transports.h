// The whole call as packets (IP first) of every transport that carries it.
#pragma once

#include "tests/support/packet_builder.h"
#include "tests/support/whole_call.h"

namespace sipladder::build {

using Packets = std::vector<TimedPacket>;

// Each message a UDP datagram.
Packets plain(const Call& call);

struct TransportRow {
  const char* name;
  const char* via;        // for make_call()
  const char* transport;  // of the messages, as tables show it
  Packets (*carry)(const Call&);
};
const std::vector<TransportRow>& transports();

}  // namespace sipladder::build
