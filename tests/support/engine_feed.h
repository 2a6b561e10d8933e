// Feeds IP packets straight into an engine. The packets are kept, so that messages and payloads can
// be read again.
#pragma once

#include <cstdint>
#include <string>

#include "correlate/analysis/analysis.h"
#include "correlate/engine/engine.h"

namespace sipladder {

struct EngineFeed {
  void add(int64_t time_ns, const std::string& ip_packet);

  PacketLog log;
  Model model;
  Engine engine{log, model};
  Analyst analyst{model, log};
  uint32_t frame = 0;  // of the newest packet
};

}  // namespace sipladder
