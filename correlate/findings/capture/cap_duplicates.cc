// cap-duplicates: packets were captured twice, by a mirror of both directions, a bond, or the `any`
// device.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::cap_duplicates {
namespace {

extern const Detector detector;

constexpr uint32_t kMinCopies = 10;

void check(CaptureContext& context, std::vector<Finding>* out) {
  uint32_t copies = 0;
  Finding finding = finding_of(detector);
  for (const MessageId id : context.model.messages.ids()) {
    const MessageRecord& message = context.model.messages[id];
    if (!message.duplicate) continue;
    if (copies++ < 10) finding.evidence.push_back(message.frame);
  }
  uint32_t streams = 0;
  for (const StreamId id : context.model.streams.ids()) {
    const StreamRecord& stream = context.model.streams[id];
    if (!stream.is_captured_twice() || stream.copies < kMinCopies) continue;
    if (streams++ == 0 && copies == 0) finding.evidence = {stream.first_frame, stream.last_frame};
  }
  if (copies == 0 && streams == 0) return;
  finding.summary = copies != 0 ? fmt::format("{} of {} {} in the capture twice", copies,
                                              counted(context.model.messages.size(), "SIP message"),
                                              copies == 1 ? "is" : "are")
                                : fmt::format("{} of {} {} in the capture twice", streams,
                                              counted(context.model.streams.size(), "RTP stream"),
                                              streams == 1 ? "is" : "are");
  finding.explanation =
      "Each message is counted once everywhere; the copies are no retransmissions.";
  finding.remedy = "Capture on one interface only, or one direction of the mirror.";
  finding.rfc = "RFC 791 3.2";
  report(out, std::move(finding));
}

const Detector detector("cap-duplicates", Severity::info, "packets were captured twice", check);

}  // namespace
}  // namespace sipladder::cap_duplicates
