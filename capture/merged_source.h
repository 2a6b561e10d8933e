// Several captures as one, ordered by time.
#pragma once

#include <memory>
#include <vector>

#include "capture/packet_source.h"

namespace sipladder {

// Of equal times the source that stands first comes first. A source that idles holds back all the
// others: its next packet may be the earliest.
std::unique_ptr<PacketSource> merge_sources(std::vector<std::unique_ptr<PacketSource>> sources);

}  // namespace sipladder
