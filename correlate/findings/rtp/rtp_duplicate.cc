// rtp-duplicate: 1 % or more of a stream's packets come again with the same sequence number.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::rtp_duplicate {
namespace {

extern const Detector detector;

constexpr uint32_t kMin = 5;

void check(CallContext& context, CallAnalysis* out) {
  for (const StreamId id : context.streams) {
    const StreamRecord& stream = context.model.streams[id];
    if (stream.is_captured_twice()) continue;  // cap-duplicates tells
    if (stream.duplicates < kMin || stream.duplicates * 100 < stream.packets) continue;
    Finding finding = finding_of(context, detector);
    finding.stream = id;
    finding.evidence = {stream.first_frame, stream.last_frame};
    finding.summary =
        fmt::format("{} of {} from {} to {} came twice", stream.duplicates,
                    counted(stream.packets, "RTP packet"), endpoint_text(context, stream.src),
                    endpoint_text(context, stream.dst));
    finding.explanation = "A mirror that sees each packet twice, or a network that repeats them.";
    finding.remedy =
        "See first whether the capture makes them: capture on one interface only. If not, look for "
        "a loop or a doubled mirror in the network.";
    finding.rfc = "RFC 3550 A.3";
    report(out, std::move(finding));
  }
}

const Detector detector("rtp-duplicate", Severity::info,
                        "1 % or more of the packets of a stream came twice", check);

}  // namespace
}  // namespace sipladder::rtp_duplicate
