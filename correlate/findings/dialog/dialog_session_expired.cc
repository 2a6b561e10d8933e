// dialog-session-expired: a session timer was agreed (RFC 4028), its refresh never came, and at the
// expiry the call ended, or no message came any more. Not for a call that is hung up well before.
#include <fmt/format.h>

#include "capture/time_units.h"
#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::dialog_session_expired {
namespace {

extern const Detector detector;

constexpr int64_t kShortestNs = 30 * kSecondNs;  // a shorter talk is not judged
constexpr int64_t kGraceNs = 5 * kSecondNs;

std::string refresher_of(CallContext& context, MessageId timer_set) {
  if (!context.view.load(context.message(timer_set))) return {};
  const std::string_view value = context.view.sip().value(HeaderId::session_expires);
  return std::string(param(value, "refresher").value_or("uac"));
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.answer_ns == 0) return;
  for (const DialogId id : context.dialogs) {
    const DialogRecord& dialog = context.model.dialogs[id];
    if (dialog.confirmed_ns == 0 || !dialog.timer_set) continue;
    const MessageRecord& set = context.message(dialog.timer_set);
    const int64_t watched_ns = watched_until(context.model, set);
    const int64_t end = dialog.ended_ns != 0 ? dialog.ended_ns : watched_ns;
    // A refresh can have passed while nobody captured.
    if (end - dialog.confirmed_ns < kShortestNs || watched_ns < end) continue;
    const int64_t length_ns = dialog.timer_s * kSecondNs;
    const int64_t expiry = set.time_ns + length_ns;
    // The side that does not refresh sends BYE a little before the expiry (RFC 4028 10).
    const int64_t margin = std::min(32 * kSecondNs, length_ns / 3);
    const bool ended = dialog.ended_ns != 0 && dialog.ended_ns >= expiry - margin - kGraceNs &&
                       dialog.ended_ns <= expiry + margin + kGraceNs;
    const bool silent = dialog.ended_ns == 0 && end > expiry + length_ns / 10;
    if (!ended && !silent) continue;
    Finding finding = finding_of(context, detector);
    finding.dialog = id;
    finding.message = dialog.timer_set;
    finding.confidence = Confidence::likely;
    finding.evidence = {set.frame};
    if (dialog.ended_message)
      finding.evidence.push_back(context.message(dialog.ended_message).frame);
    finding.summary = fmt::format(
        "a session of {} s was agreed (refresher {}) and not refreshed; {}", dialog.timer_s,
        refresher_of(context, dialog.timer_set),
        ended ? fmt::format("the {} ends the call after {}", party_text(dialog.ended_by),
                            seconds_text(dialog.ended_ns - set.time_ns))
              : fmt::format("no message for {}", seconds_text(end - set.time_ns)));
    finding.explanation =
        "The refresher has to send a re-INVITE or UPDATE at half of the interval; without it both "
        "sides take the call for dead.";
    finding.remedy =
        "See whether the refresher's requests get through (Contact, Route, NAT binding), or switch "
        "session timers off on one side.";
    finding.rfc = "RFC 4028 10";
    report(out, std::move(finding));
  }
}

const Detector detector("dialog-session-expired", Severity::error,
                        "a session timer ran out without its refresh, and the call ended", check);

}  // namespace
}  // namespace sipladder::dialog_session_expired
