// audio-after-bye: a party keeps sending after the call has ended.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"

namespace sipladder::audio_after_bye {
namespace {

extern const Detector detector;

constexpr int64_t kAfterNs = 1'000'000'000;

int64_t bye_answered(const CallContext& context) {
  int64_t time_ns = 0;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method == Method::bye) time_ns = std::max(time_ns, txn.final_response_ns);
  }
  return time_ns;
}

// Another call names the source, and this one does not: the receiver talks to somebody else from
// the same port. Calls that all use one pair of ports share their streams, of which each has its
// own.
bool is_of_other_call(const CallContext& context, const StreamRecord& stream) {
  const std::vector<CallId> calls = context.media.calls_naming(context.model.endpoints[stream.src]);
  return !calls.empty() && std::find(calls.begin(), calls.end(), context.id) == calls.end();
}

void check(CallContext& context, CallAnalysis* out) {
  const int64_t ended = bye_answered(context);
  if (ended == 0 || context.call.bye_ns == 0) return;
  for (const AudioDirection* direction : {&context.audio.from_caller, &context.audio.from_callee}) {
    for (const StreamId id : direction->streams) {
      const StreamRecord& stream = context.model.streams[id];
      if (stream.first_ns > ended || stream.last_ns - ended <= kAfterNs ||
          context.media.of(id).call != context.id || is_of_other_call(context, stream))
        continue;
      Finding finding = finding_of(context, detector);
      finding.stream = id;
      finding.evidence.push_back(stream.last_frame);
      finding.summary =
          fmt::format("{} sends RTP to {} for {} after its BYE was answered",
                      endpoint_text(context, stream.src), endpoint_text(context, stream.dst),
                      seconds_text(stream.last_ns - ended));
      finding.explanation = "The BYE ends the session: media stops with it (RFC 3261 15).";
      finding.remedy =
          "Check in the sender's log that the BYE arrived. If it did, its media process hangs: "
          "restart it or report it to the vendor.";
      finding.rfc = "RFC 3261 15";
      report(out, std::move(finding));
    }
  }
}

const Detector detector("audio-after-bye", Severity::warning,
                        "RTP of a direction goes on more than 1 s after the BYE was answered",
                        check);

}  // namespace
}  // namespace sipladder::audio_after_bye
