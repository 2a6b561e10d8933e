// What the receiver of a stream says of it by RTCP (RFC 3550 6.4, RFC 3611 4.7), beside what the
// capture shows of it.
#pragma once

#include <cstdint>

#include "correlate/model/model.h"
#include "decode/media.h"

namespace sipladder {

void add_report(StreamRecord& stream, const RtcpReportBlock& block, int64_t time_ns);
void add_metrics(StreamRecord& stream, const RtcpVoipMetrics& metrics);

}  // namespace sipladder
