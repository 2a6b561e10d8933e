// audio-hold-not-resumed: nobody took the hold back. Not when the call is ended within 3 s of it,
// goes on, or was transferred: that is what it was held for.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr int64_t kShort = 3'000'000'000;

bool is_transferred(const CallContext& context) {
  return std::any_of(context.transactions.begin(), context.transactions.end(),
                     [&](TransactionId id) {
                       const TransactionRecord& txn = context.model.transactions[id];
                       return txn.method == Method::refer && txn.final_status < 300;
                     });
}

void check(CallContext& context, CallAnalysis* out) {
  const auto& holds = context.audio.negotiation.holds;
  const auto open =
      std::find_if(holds.begin(), holds.end(), [](const Hold& hold) { return !hold.resume; });
  if (open == holds.end() || context.call.bye_ns == 0) return;
  const int64_t held = open->end_ns - open->begin_ns;
  if (held < kShort || is_transferred(context)) return;
  Finding finding = finding_of(context, detector);
  finding.message = open->message;
  finding.evidence.push_back(context.message(open->message).frame);
  finding.summary =
      fmt::format("the call ends {} after the {} put it on hold (frame {})", seconds_text(held),
                  party_text(open->by), context.message(open->message).frame);
  finding.explanation = "No later offer gave the media back before the BYE.";
  finding.remedy =
      "Ask whether the user was still on hold: a resume that failed, a transfer that never came.";
  finding.rfc = "RFC 3264 8.4";
  report(out, std::move(finding));
}

const Detector detector("audio-hold-not-resumed", Severity::warning,
                        "the call ends while one side still holds", check);

}  // namespace
}  // namespace sipladder
