// audio-late: the first RTP of a direction comes more than 1 s after it was agreed. The verdict is
// partial only after half of the talk or 5 s.
#include <fmt/format.h>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr int64_t kLate = 1'000'000'000;

void check(CallContext& context, CallAnalysis* out) {
  for (const AudioDirection* direction : {&context.audio.from_caller, &context.audio.from_callee}) {
    const bool heard = !direction->last_leg.empty() && direction->agreed_from != 0;
    const bool explained =
        direction->fault != AudioFault::none && direction->fault != AudioFault::late;
    if (!heard || explained || direction->first_ns - direction->agreed_from <= kLate) continue;
    const StreamRecord& stream = context.model.streams[direction->last_leg.front()];
    Finding finding = finding_of(context, detector);
    finding.stream = direction->last_leg.front();
    finding.evidence.push_back(stream.first_frame);
    finding.summary = fmt::format(
        "{} hears nothing for the first {}: the first RTP of the {} is frame {}",
        other_party(direction->from), seconds_text(direction->first_ns - direction->agreed_from),
        party_text(direction->from), stream.first_frame);
    finding.explanation = "The direction was agreed from the answer on.";
    finding.remedy =
        "Look at what opened the path at that moment: a keep-alive, a re-INVITE, or the peer's "
        "first packet.";
    finding.rfc = "RFC 3264 5.1";
    report(out, std::move(finding));
  }
}

const Detector detector("audio-late", Severity::warning,
                        "the first RTP of a direction comes more than 1 s after the answer", check);

}  // namespace
}  // namespace sipladder
