// Several captures as one, ordered by time.
#pragma once

#include <memory>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

// Of packets with equal times, that of the source that stands first comes first. A source that
// idles holds back all others, since its next packet may be the earliest. This does not hold for a
// source with has_arrival_times(): what it gives later is later. Sets Packet::point
// (capture_points.h). Threads: one.
std::unique_ptr<PacketSource> merge_sources(std::vector<std::unique_ptr<PacketSource>> sources);

}  // namespace sipladder
