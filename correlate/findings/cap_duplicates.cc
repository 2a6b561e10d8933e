// cap-duplicates: a mirror of both directions, a bond, the any device.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

void check(CaptureContext& context, std::vector<Finding>* out) {
  uint32_t copies = 0;
  Finding finding = finding_of(detector);
  for (const MessageId id : context.model.messages.ids()) {
    const MessageRecord& message = context.model.messages[id];
    if (!message.duplicate) continue;
    if (copies++ < 10) finding.evidence.push_back(message.frame);
  }
  if (copies == 0) return;
  finding.summary = fmt::format("{} of {} SIP messages are in the capture twice", copies,
                                context.model.messages.size());
  finding.explanation = "Counted once everywhere; they are no retransmissions.";
  finding.remedy = "Capture on one interface only, or one direction of the mirror.";
  finding.rfc = "RFC 791 3.2";
  report(out, std::move(finding));
}

const Detector detector("cap-duplicates", Severity::info, "messages were captured twice", check);

}  // namespace
}  // namespace sipladder
