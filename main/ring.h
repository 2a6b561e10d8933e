// A folder as a source: of a ring of captures, the files that the options need.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "capture/packet_source.h"
#include "main/options.h"
#include "probe/ring_index.h"

namespace sipladder {

struct NeededFiles {
  std::vector<std::string> names;
  std::set<std::string> growing;   // may still be written
  std::optional<TimeSpan> window;  // packets outside of it are not needed
};

// The sources, each folder replaced by those of its captures in which the chosen calls can be
// (--call-id, --user, --address, --from, --to); as they are when all calls are asked for.
NeededFiles needed_files(const Options& options);

// Passes on the packets within.
std::unique_ptr<PacketSource> within(std::unique_ptr<PacketSource> source, const TimeSpan& window);

}  // namespace sipladder
