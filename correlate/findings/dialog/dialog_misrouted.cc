// dialog-route-set-ignored, dialog-wrong-target, dialog-strict-route: a request inside a dialog
// that did not go where the set-up of the dialog said. The first two are told only when the request
// failed: a stack with an outbound proxy of its own may differ and still arrive. An ACK has no
// answer; it failed when the 2xx is repeated after it.
#include <fmt/format.h>

#include "correlate/analysis/dialog_route.h"
#include "correlate/findings/shared/icmp_rejection.h"
#include "correlate/findings/shared/repeated_2xx.h"
#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::dialog_misrouted {
namespace {

constexpr uint16_t kMinCopies = 3;

extern const Detector ignored_detector;
extern const Detector target_detector;
extern const Detector strict_detector;

// The request gets no answer, or ICMP rejects its copies.
bool is_lost(const CallContext& context, const TransactionRecord& txn) {
  if (!txn.request || txn.provisionals != 0) return false;
  if (txn.requests >= kMinCopies && is_rejected(context.model, txn)) return true;
  return (txn.requests >= kMinCopies || txn.transport != Transport::udp) &&
         state_as_of_now(context.model, txn).state == TransactionState::timed_out;
}

bool died(const CallContext& context, const TransactionRecord& txn) {
  switch (txn.final_status) {
    case 0:
      return is_lost(context, txn);
    case 404:
    case 405:
    case 408:
    case 410:
    case 416:
    case 480:
    case 481:
    case 483:
    case 604:
      return true;
    default:
      return txn.final_status >= 500 && txn.final_status < 600;
  }
}

// What became of the request, in words; frames that prove it become evidence.
std::string what_followed(const CallContext& context, const TransactionRecord& txn,
                          Finding* finding) {
  if (txn.final_status != 0) return fmt::format("answered {}", txn.final_status);
  const std::string why =
      rejection_text(rejections(context.model, txn.src, txn.dst, txn.first_ns), "it", finding);
  return fmt::format("never answered, sent {}{}{}", times_text(txn.requests),
                     why.empty() ? "" : ": ", why);
}

Finding finding_of_request(const CallContext& context, const Detector& detector, TransactionId id,
                           const RouteVerdict& verdict) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector, id);
  finding.evidence.push_back(verdict.frame);
  if (txn.final_response) finding.evidence.push_back(context.message(txn.final_response).frame);
  finding.rfc = "RFC 3261 12.2.1.1";
  return finding;
}

template <typename IsAsked>
void check(CallContext& context, RouteFault fault, const Detector& detector, IsAsked is_asked,
           void (*describe)(CallContext&, const TransactionRecord&, const RouteVerdict&, Finding*),
           CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    const bool own = txn.in_dialog && txn.dialog && txn.request && !txn.request_path;
    if (!own || txn.method == Method::ack || txn.method == Method::cancel) continue;
    if (!is_asked(txn)) continue;
    const RouteVerdict verdict = judge_route(context, context.message(txn.request));
    if (verdict.fault != fault) continue;
    Finding finding = finding_of_request(context, detector, id, verdict);
    describe(context, txn, verdict, &finding);
    report(out, std::move(finding));
  }
}

void describe_ignored(CallContext& context, const TransactionRecord& txn,
                      const RouteVerdict& verdict, Finding* finding) {
  finding->summary = fmt::format(
      "{} from {} goes to {} with {}, while the dialog was set up through {} (frame {}): {}",
      to_string(txn.method), endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
      verdict.actual.empty() ? "no Route" : "Route " + verdict.actual, verdict.expected,
      verdict.frame, what_followed(context, txn, finding));
  finding->explanation =
      "The proxies that recorded themselves at set-up must see every request of the dialog; this "
      "one goes past them.";
  finding->remedy =
      "Have the sender copy Record-Route into Route: switch off an outbound proxy setting that "
      "replaces it.";
}

void describe_target(CallContext& context, const TransactionRecord& txn,
                     const RouteVerdict& verdict, Finding* finding) {
  finding->summary =
      fmt::format("{} from {} asks for {}, while the remote target is {} (frame {}): {}",
                  to_string(txn.method), endpoint_text(context, txn.src), verdict.actual,
                  verdict.expected, verdict.frame, what_followed(context, txn, finding));
  finding->explanation = "The Request-URI must be the Contact that the other side gave last.";
  finding->remedy =
      "Compare the Contact on both sides of each proxy: the one that rewrote it "
      "(fix_nated_contact, SIP ALG) must undo that in the other direction. If nobody did, the "
      "sender is at fault.";
}

void describe_strict(CallContext& context, const TransactionRecord& txn,
                     const RouteVerdict& verdict, Finding* finding) {
  if (txn.succeeded()) finding->severity = Severity::info;
  finding->summary = fmt::format(
      "{} from {} asks for {}, while {} (frame {}) is a strict router: its Record-Route has no lr",
      to_string(txn.method), endpoint_text(context, txn.src), verdict.actual, verdict.expected,
      verdict.frame);
  finding->explanation =
      "Towards a strict router the first Route becomes the Request-URI, and the target the last "
      "Route.";
  finding->remedy = "Let the proxy add lr to its Record-Route (enable_full_lr in Kamailio).";
}

// Judges the ACK for a 2xx. What the callee does without the ACK becomes evidence here.
void check_ack(CallContext& context, RouteFault fault, const Detector& detector,
               CallAnalysis* out) {
  const std::optional<Repeated2xx> repeated = unacknowledged_2xx(context);
  if (!repeated) return;
  const RouteVerdict verdict = judge_ack(context, *repeated);
  if (verdict.fault != fault) return;
  const TransactionRecord& ack = context.model.transactions[repeated->trace.ack];
  Finding finding = finding_of(context, detector, repeated->trace.ack);
  finding.txn = repeated->invite;  // so that it replaces findings about the INVITE (of_same)
  finding.evidence.push_back(verdict.frame);
  const std::string who = endpoint_text(context, ack.src);
  const std::string where =
      fault == RouteFault::ignored
          ? fmt::format("goes to {} with {}, while the dialog was set up through {} (frame {})",
                        endpoint_text(context, ack.dst),
                        verdict.actual.empty() ? "no Route" : "Route " + verdict.actual,
                        verdict.expected, verdict.frame)
          : fmt::format("asks for {}, while the Contact of the 2xx is {} (frame {})",
                        verdict.actual, verdict.expected, verdict.frame);
  const std::string times = repeats_text(context, *repeated, &finding);
  const std::string ending = ending_text(context, *repeated, &finding);
  finding.confidence = Confidence::likely;
  finding.summary =
      fmt::format("ACK from {} {}: the {} is {}{}", who, where,
                  context.model.transactions[repeated->invite].final_status, times, ending);
  finding.explanation =
      "The ACK for a 2xx is a request of the dialog: its Request-URI is the Contact of the 2xx, "
      "its "
      "Route the recorded route. One that goes astray ends the call after 64*T1 (32 s).";
  finding.remedy = fmt::format(
      "Look at the sender, and at whatever rewrites Contact or Record-Route on the way. A capture "
      "at {} shows whether the ACK arrives there and is dropped.",
      ip_text(context, ack.dst));
  finding.rfc = "RFC 3261 13.2.2.4";
  report(out, std::move(finding));
}

const Detector ignored_detector(
    "dialog-route-set-ignored", Severity::error,
    "a request inside a dialog does not follow the route set, and gets no answer or a refusal",
    [](CallContext& context, CallAnalysis* out) {
      const auto is_asked = [&](const TransactionRecord& txn) { return died(context, txn); };
      check(context, RouteFault::ignored, ignored_detector, is_asked, describe_ignored, out);
      check_ack(context, RouteFault::ignored, ignored_detector, out);
    },
    {.of_same = {"txn-bye-unanswered", "txn-timeout", "txn-retransmissions", "txn-refused"}});

const Detector target_detector(
    "dialog-wrong-target", Severity::error,
    "a request inside a dialog does not name the remote target, and gets no answer or a refusal",
    [](CallContext& context, CallAnalysis* out) {
      const auto is_asked = [&](const TransactionRecord& txn) { return died(context, txn); };
      check(context, RouteFault::wrong_target, target_detector, is_asked, describe_target, out);
      check_ack(context, RouteFault::wrong_target, target_detector, out);
    },
    {.of_same = {"txn-bye-unanswered", "txn-timeout", "txn-retransmissions", "txn-refused"}});

const Detector strict_detector(
    "dialog-strict-route", Severity::warning,
    "a Record-Route without lr, and a request that does not treat it as a strict router",
    [](CallContext& context, CallAnalysis* out) {
      const auto is_asked = [&](const TransactionRecord& txn) {
        return context.model.dialogs[txn.dialog].strict_route;
      };
      check(context, RouteFault::not_rewritten, strict_detector, is_asked, describe_strict, out);
    });

}  // namespace
}  // namespace sipladder::dialog_misrouted
