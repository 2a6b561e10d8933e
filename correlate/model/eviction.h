// Which calls are given up when the tables exceed their memory, or what they refer to the spool:
// those that ended longest ago first, then those that have been idle longest. With a call go its
// messages, transactions and dialogs, and their bytes in the spool; streams go that ended before
// the newest of these calls, and more of them, idle longest, while their share of the memory is not
// free.
//
// Threads: as Model. Cost: a sort of all calls, so it gives up a quarter of the memory at a time.
#pragma once

#include <cstddef>

#include "correlate/model/model.h"

namespace sipladder {

struct Room {
  size_t records = 0;  // bytes of records
  size_t spooled = 0;  // bytes of messages in the spool
};

// Makes about so much room, and removes what the records that stay say of those that go. The
// indexes over the tables have to forget them next: Correlator::forget_evicted(),
// RtpStreams::forget_evicted(), EndpointTable::forget_unused().
void evict(Model& model, PacketLog& log, const Room& wanted);

// Streams whose newest packet is older. Their index as above.
void forget_streams(Model& model, PacketLog& log, int64_t before_ns);

}  // namespace sipladder
