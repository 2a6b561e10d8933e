#include <cstddef>
#include <cstdint>
#include <iterator>

#include "capture/packet_log.h"
#include "correlate/engine.h"

// The input is a link type and then packets, each behind a two-byte length.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace sipladder;
  if (size < 1) return 0;
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
    packet.ref.length = packet.original = static_cast<uint32_t>(length);
    engine.process(packet);
    at += length;
  }
  engine.finish();
  model.finished = true;
  engine.settle();
  return 0;
}
