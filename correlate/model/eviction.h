// Gives up calls when the tables exceed their memory, or the messages that they refer to exceed the
// spool. Calls that ended longest ago go first, then those that have been idle longest. With a call
// go its messages, transactions and dialogs, and their bytes in the spool. Streams go that were
// idle since before the newest of these calls. More streams go, idle longest first, until they have
// freed their share of the memory.
//
// Threads: as for writing Model, with the worker idle. Cost: a sort of all calls, so the caller
// asks for a quarter of the memory at a time.
#pragma once

#include <cstddef>

#include "correlate/model/model.h"

namespace sipladder {

struct Room {
  size_t records = 0;  // bytes of records
  size_t spooled = 0;  // bytes of messages in the spool
};

// Makes about `wanted` room, and clears ids in the remaining records that name forgotten ones. The
// caller has to clean the indexes over the tables next: Correlator::forget_evicted(),
// RtpStreams::forget_evicted(), EndpointTable::forget_unused().
void evict(Model& model, PacketLog& log, const Room& wanted);

// Forgets streams whose newest packet is older than `before_ns`. The caller has to call
// RtpStreams::forget_evicted() next.
void forget_streams(Model& model, PacketLog& log, int64_t before_ns);

}  // namespace sipladder
