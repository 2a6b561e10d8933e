#include <cstdint>
#include <iterator>

#include "capture/packet_log.h"
#include "correlate/engine/engine.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {

// The input is a link type and then packets, each behind a two-byte length.
std::string packet(std::string_view input) {
  const auto* const data = reinterpret_cast<const uint8_t*>(input.data());
  const size_t size = input.size();
  if (size < 1) return {};
  static constexpr uint16_t kLinkTypes[] = {1, 0, 9, 101, 105, 113, 127, 228, 239, 276};
  PacketLog log;
  Model model;
  Engine engine(log, model);
  Packet packet;
  packet.link_type = kLinkTypes[data[0] % std::size(kLinkTypes)];
  for (size_t at = 1; at + 2 <= size;) {
    size_t length = size_t{data[at]} << 8 | data[at + 1];
    at += 2;
    if (length > size - at) length = size - at;
    packet.frame++;
    packet.time_ns += 1'000'000;
    packet.data = data + at;
    packet.ref = not_stored(length);
    packet.original = static_cast<uint32_t>(length);
    engine.process(packet);
    at += length;
  }
  engine.finish();
  model.finished = true;
  engine.catch_up();
  return {};
}

}  // namespace sipladder::fuzz
