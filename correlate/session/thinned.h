// Streams of which a file holds few packets although all were on the wire: the file was sampled or
// filtered. Sequence numbers and timestamps of such a stream go on at the normal rate.
//
// Pure functions. Threads: as Model.
#pragma once

#include <cstdint>
#include <vector>

#include "correlate/model/model.h"

namespace sipladder {

enum class Thinned : uint8_t {
  no,
  few,      // less than a fifth is here: no call goes on with such a loss
  sampled,  // every second or third packet: random loss would leave packets that follow each other
};
// What the stream alone shows. When its receiver reports about the same loss by RTCP, the packets
// were lost, and the stream is not thinned.
Thinned thinned_of(const StreamRecord& stream);

// One sender sent its packets now to this host, now to that one (music on hold by a PBX between two
// stretches of direct media): the numbers that are missing in one stream are in the other.
bool take_turns(const StreamRecord& a, const StreamRecord& b);

// At least 50 packets were expected, and less than a fifth of them is missing.
bool is_mostly_here(const StreamRecord& stream);

// The same with the other streams of the call (`beside`). When one of them runs between the same
// hosts and is mostly here, Thinned::few is a loss: a file would be thinned in both directions.
bool is_thinned(const Model& model, StreamId id, const std::vector<StreamId>& beside);

}  // namespace sipladder
