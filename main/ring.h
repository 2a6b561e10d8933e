// A folder as a source. Of a ring of captures only the files that the options need are read.
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
  std::set<std::string> growing;   // files that may still be written
  std::optional<TimeSpan> window;  // packets outside are not needed; nullopt: all are
};

// The sources with each folder replaced by those of its captures in which the chosen calls can be.
// --call-id, --user, --address, --from and --to choose. Without any of them the sources stay as
// they are.
NeededFiles needed_files(const Options& options);

// A source that passes on the packets within the window, and ends behind it.
std::unique_ptr<PacketSource> within(std::unique_ptr<PacketSource> source, const TimeSpan& window);

}  // namespace sipladder
