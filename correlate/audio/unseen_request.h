// Private to audio/: requests of a dialog that the capture lacks. Each new request of a dialog has
// the next number, be it answered or not (RFC 3261 12.2.1.1), so the numbers tell.
//
// Pure functions. Threads: as Model.
#pragma once

#include "correlate/model/model.h"

namespace sipladder {

// After `began`, a request, its author sent one that is not here.
bool skips_request_after(const Model& model, const CallRecord& call, const MessageRecord& began);

// A party sent a request that is not here, between the last one before `time_ns` and the first one
// after it.
bool skips_request_at(const Model& model, const CallRecord& call, int64_t time_ns);

}  // namespace sipladder
