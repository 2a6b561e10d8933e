#include "tests/support/engine_feed.h"

#include "tests/support/packet_builder.h"

namespace sipladder {

void EngineFeed::add(int64_t time_ns, const std::string& ip_packet) {
  constexpr uint16_t kLinkTypeRaw = 101;
  Packet packet = build::packet(ip_packet, kLinkTypeRaw, ++frame, time_ns);
  packet.ref = not_stored(ip_packet.size());
  engine.process(packet);
  engine.catch_up();
}

}  // namespace sipladder
