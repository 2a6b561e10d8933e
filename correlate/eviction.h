// Which calls are given up when the tables exceed their memory: those that ended longest ago first,
// then those that have been idle longest. With a call go its messages, transactions and dialogs;
// streams go that ended before the newest of these calls.
//
// Threads: as Model. Cost: a sort of all calls, so it gives up a quarter of the memory at a time.
#pragma once

#include <cstddef>

#include "correlate/model.h"

namespace sipladder {

// Gives up about `bytes` of records, and removes what the records that stay say of them. The
// indexes over the tables have to forget them next: Correlator::forget_evicted(),
// RtpStreams::forget_evicted().
void evict(Model& model, size_t bytes);

// Streams whose newest packet is older. Their index as above.
void forget_streams(Model& model, int64_t before_ns);

}  // namespace sipladder
