// dialog-session-expired: a session timer was agreed (RFC 4028), its refresh never came, and then
// the call ended or fell silent. Not when the call is just hung up before two thirds of the time.
#include <fmt/format.h>

#include "correlate/findings/support.h"
#include "decode/text.h"

namespace sipladder {
namespace {

extern const Detector detector;

constexpr int64_t kSecond = 1'000'000'000;
constexpr int64_t kShortest = 30 * kSecond;  // of any talk that can have run out
constexpr int64_t kGrace = 5 * kSecond;

struct Timer {
  MessageId message;  // the 2xx that agreed on it last
  int64_t set_ns = 0;
  int64_t length_ns = 0;
  std::string refresher;
};

// As the newest 2xx to an INVITE or UPDATE of the dialog says.
std::optional<Timer> newest_timer(CallContext& context, DialogId dialog) {
  std::optional<Timer> timer;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    const bool may_set = message.method == Method::invite || message.method == Method::update;
    if (message.dialog != dialog || !may_set || message.status < 200 || message.status > 299)
      continue;
    if (!message.has_session_expires) {
      if (!message.is_copy()) timer.reset();  // a refresh without it ends the timer (7.2)
      continue;
    }
    if (!context.view.load(message)) continue;
    std::string_view value = context.view.sip().value(HeaderId::session_expires);
    const std::string_view all = value;
    const auto seconds = parse_number<int64_t>(trim(cut(&value, ';')));
    if (!seconds || *seconds <= 0 || *seconds > 7 * 86'400) continue;
    timer = Timer{id, message.time_ns, *seconds * kSecond,
                  std::string(param(all, "refresher").value_or("uac"))};
  }
  return timer;
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.answer_ns == 0 || context.model.now_ns - context.call.answer_ns < kShortest)
    return;
  for (const DialogId id : context.dialogs) {
    const DialogRecord& dialog = context.model.dialogs[id];
    const int64_t end = dialog.ended_ns != 0 ? dialog.ended_ns : context.model.now_ns;
    if (dialog.confirmed_ns == 0 || end - dialog.confirmed_ns < kShortest) continue;
    const auto timer = newest_timer(context, id);
    if (!timer) continue;
    const int64_t expiry = timer->set_ns + timer->length_ns;
    // Whoever does not refresh ends the session a little before it expires (10).
    const int64_t margin = std::min(32 * kSecond, timer->length_ns / 3);
    const bool ended = dialog.ended_ns != 0 && dialog.ended_ns >= expiry - margin - kGrace &&
                       dialog.ended_ns <= expiry + margin + kGrace;
    const bool silent = dialog.ended_ns == 0 && end > expiry + timer->length_ns / 10;
    if (!ended && !silent) continue;
    Finding finding = finding_of(context, detector);
    finding.dialog = id;
    finding.message = timer->message;
    finding.confidence = Confidence::likely;
    finding.evidence = {context.message(timer->message).frame};
    if (dialog.ended_message)
      finding.evidence.push_back(context.message(dialog.ended_message).frame);
    finding.summary = fmt::format(
        "session of {} s agreed (refresher {}), not refreshed; {}", timer->length_ns / kSecond,
        timer->refresher,
        ended ? fmt::format("the {} ends the call after {}", party_text(dialog.ended_by),
                            seconds_text(dialog.ended_ns - timer->set_ns))
              : fmt::format("no message for {}", seconds_text(end - timer->set_ns)));
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
}  // namespace sipladder
