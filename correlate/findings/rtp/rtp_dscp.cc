// rtp-dscp: the RTP of one direction has a DSCP mark, that of the other has none.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::rtp_dscp {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  const AudioDirection& a = context.audio.from_caller;
  const AudioDirection& b = context.audio.from_callee;
  if (a.streams.empty() || b.streams.empty()) return;
  const StreamRecord& x = context.model.streams[a.streams.front()];
  const StreamRecord& y = context.model.streams[b.streams.front()];
  if ((x.dscp == 0) == (y.dscp == 0)) return;
  Finding finding = finding_of(context, detector);
  finding.stream = x.dscp == 0 ? a.streams.front() : b.streams.front();
  finding.evidence = {x.first_frame, y.first_frame};
  finding.summary =
      fmt::format("RTP of the caller has DSCP {}, that of the callee {}", x.dscp, y.dscp);
  finding.explanation = "Unmarked packets wait in the same queues as everything else.";
  finding.remedy = "Mark voice EF (46) at both ends, and keep the mark on the way.";
  finding.rfc = "RFC 4594 4.1";
  report(out, std::move(finding));
}

const Detector detector("rtp-dscp", Severity::info,
                        "the RTP of one direction is marked for priority, that of the other is not",
                        check);

}  // namespace
}  // namespace sipladder::rtp_dscp
