// What the receiver of a stream reports by RTCP (RFC 3550 6.4, RFC 3611 4.7), written into the
// record of the stream that the report is about.
//
// Threads: the one that keeps the streams.
#pragma once

#include <cstdint>

#include "correlate/model/model.h"
#include "decode/media.h"

namespace sipladder {

// `time_ns`: of the packet with the report.
void add_report(StreamRecord& stream, const RtcpReportBlock& block, int64_t time_ns);
void add_metrics(StreamRecord& stream, const RtcpVoipMetrics& metrics);

}  // namespace sipladder
