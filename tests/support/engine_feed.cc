#include "tests/support/engine_feed.h"

#include <gtest/gtest.h>

#include "tests/support/packet_builder.h"

namespace sipladder {

EngineFeed::EngineFeed() {
  std::string error;
  EXPECT_TRUE(log.add_spool(&spool, &error)) << error;
}

void EngineFeed::add(int64_t time_ns, const std::string& ip_packet) {
  constexpr uint16_t kLinkTypeRaw = 101;
  Packet packet = build::packet(ip_packet, kLinkTypeRaw, ++frame, time_ns);
  packet.ref = log.append(spool, ip_packet);
  engine.process(packet);
  engine.settle();
}

}  // namespace sipladder
