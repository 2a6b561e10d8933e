// rtp-ssrc-change: the sender began a new stream on the same path.
#include <fmt/format.h>

#include <map>
#include <utility>
#include <vector>

#include "correlate/findings/shared/support.h"

namespace sipladder::rtp_ssrc_change {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  if (context.streams.size() < 2) return;
  constexpr size_t kMaxCompared = 64;
  // The first streams of each path.
  std::map<std::pair<EndpointId, EndpointId>, std::vector<StreamId>> paths;
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    std::vector<StreamId>& older = paths[{stream.src, stream.dst}];
    for (const StreamId one : older) {
      const StreamRecord& before = context.model.streams[one];
      if (before.ssrc == stream.ssrc || stream.first_ns < before.last_ns) continue;
      Finding finding = finding_of(context, detector);
      finding.stream = id;
      finding.evidence = {before.last_frame, stream.first_frame};
      finding.summary = fmt::format("{} changes its SSRC towards {} from 0x{:08X} to 0x{:08X}",
                                    endpoint_text(context, stream.src),
                                    endpoint_text(context, stream.dst), before.ssrc, stream.ssrc);
      finding.explanation =
          "A new source on the same path: a transfer, an announcement, a re-INVITE, a restart.";
      finding.remedy =
          "Nothing to do while both parties hear each other. If audio ends here, let the receiver "
          "accept the new SSRC (Asterisk strictrtp, an SBC that locks to the first one).";
      finding.rfc = "RFC 3550 8.2";
      report(out, std::move(finding));
      break;
    }
    if (older.size() < kMaxCompared) older.push_back(id);
  }
}

const Detector detector("rtp-ssrc-change", Severity::info,
                        "one 5-tuple carries several SSRCs, one after the other", check);

}  // namespace
}  // namespace sipladder::rtp_ssrc_change
