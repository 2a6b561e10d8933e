// Streams of which a file holds few packets although they were on the wire: it was sampled,
// filtered or cut down. Their numbers and timestamps run on as the time does.
#pragma once

#include <cstdint>
#include <vector>

#include "correlate/model/model.h"

namespace sipladder {

enum class Thinned : uint8_t {
  no,
  few,      // less than a fifth is here: no network takes so much and lets a call go on
  sampled,  // one packet of each two, or of each three: chance would leave neighbours
};
// By itself. A receiver that reports the loss tells that it is one.
Thinned thinned_of(const StreamRecord& stream);

bool is_mostly_here(const StreamRecord& stream);

// Beside a stream of the same hosts that is here whole, few packets are a loss all the same: a file
// is thinned both ways. `beside`: streams of the call.
bool is_thinned(const Model& model, StreamId id, const std::vector<StreamId>& beside);

}  // namespace sipladder
