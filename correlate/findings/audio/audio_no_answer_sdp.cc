// audio-no-answer-sdp: the dialog is confirmed, and only one side ever gave an SDP. Not when the
// answer came in a reliable 18x or the media flows. Also for a re-INVITE whose offer the 2xx does
// not answer: an error when the call ends or falls silent then, an info when the media flows on,
// else a warning.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "correlate/model/reason_text.h"

namespace sipladder::audio_no_answer_sdp {
namespace {

void describe(CallContext& context, const AudioDirection&, Finding* finding) {
  const AudioSdp& offer = context.audio.negotiation.audio_sdps.front();
  finding->evidence.push_back(context.message(offer.message).frame);
  finding->summary = fmt::format(
      "nobody hears anything: the SDP of the {} (frame {}) was never answered with another one",
      party_text(offer.author), context.message(offer.message).frame);
  finding->explanation =
      "An INVITE without SDP is answered by an offer in the 2xx, whose answer must be in the ACK; "
      "an "
      "offer in the INVITE must be answered in the 2xx.";
  finding->remedy =
      "Capture at the side whose SDP is missing. If it sends one there, the SIP ALG or SBC in "
      "between strips the body: switch the ALG off.";
  finding->rfc = "RFC 3261 13.2.1";
}

extern const Detector detector;

constexpr int64_t kSoonNs = 5'000'000'000;
constexpr int64_t kAtOnceNs = 1'000'000'000;  // a BYE within this time is taken as a consequence

bool has_whole_body(const MessageRecord& message) {
  return !message.truncated && !message.malformed;
}

// The transaction is an accepted re-INVITE with an offer, and no response on any hop has an SDP.
bool is_unanswered_offer(const CallContext& context, TransactionId id) {
  const TransactionRecord& txn = context.model.transactions[id];
  if (txn.method != Method::invite || !txn.in_dialog || !txn.request || !txn.succeeded())
    return false;
  const MessageRecord& offer = context.message(txn.request);
  if (!offer.has_sdp || !has_whole_body(context.message(txn.final_response))) return false;
  return std::none_of(
      context.transactions.begin(), context.transactions.end(), [&](TransactionId other) {
        const TransactionRecord& hop = context.model.transactions[other];
        if (hop.method != Method::invite || hop.cseq != txn.cseq || !hop.in_dialog) return false;
        for (MessageId m = hop.last_message; m; m = context.message(m).previous_in_txn) {
          const MessageRecord& message = context.message(m);
          if (!message.is_request() && message.has_sdp && message.from_caller != offer.from_caller)
            return true;
        }
        return false;
      });
}

// "; the callee sends BYE 0.0 s later: service or option not implemented (Q.850 79)".
std::string ending_of(CallContext& context, const MessageRecord& accepted, Finding* finding) {
  if (!accepted.dialog) return {};
  const DialogRecord& dialog = context.model.dialogs[accepted.dialog];
  const int64_t after_ns = dialog.ended_ns - accepted.time_ns;
  if (!dialog.ended_message || after_ns < 0 || after_ns > kAtOnceNs) return {};
  const MessageRecord& bye = context.message(dialog.ended_message);
  finding->evidence.push_back(bye.frame);
  const std::string reason =
      context.view.load(bye) ? reason_text(context.view.sip()) : std::string();
  return fmt::format("; the {} sends BYE {} later{}{}", party_text(dialog.ended_by),
                     seconds_text(after_ns), reason.empty() ? "" : ": ", reason);
}

bool falls_silent(const AudioDirection& direction, int64_t since_ns) {
  return direction.verdict.fault != AudioFault::none &&
         direction.verdict.lost_from_ns > since_ns - kSoonNs;
}

Severity severity_of(const CallContext& context, const MessageRecord& accepted, bool ended) {
  const AudioFacts& audio = context.audio;
  if (ended || falls_silent(audio.from_caller, accepted.time_ns) ||
      falls_silent(audio.from_callee, accepted.time_ns))
    return Severity::error;
  const int64_t later_ns = accepted.time_ns + kSoonNs / 2;
  const bool flows = audio.from_caller.last_ns > later_ns && audio.from_callee.last_ns > later_ns;
  return flows ? Severity::info : Severity::warning;
}

void check_reinvites(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    if (!is_unanswered_offer(context, id)) continue;
    const TransactionRecord& txn = context.model.transactions[id];
    const MessageRecord& offer = context.message(txn.request);
    const MessageRecord& accepted = context.message(txn.final_response);
    Finding finding = finding_of(context, detector, id);
    finding.evidence.push_back(accepted.frame);
    const std::string ending = ending_of(context, accepted, &finding);
    finding.severity = severity_of(context, accepted, !ending.empty());
    const Party author = offer.from_caller ? Party::caller : Party::callee;
    finding.summary = fmt::format(
        "the re-INVITE of the {} (frame {}) offers media, and the {} of the {} (frame {}) has no "
        "SDP{}",
        party_text(author), offer.frame, txn.final_status, other_party(author), accepted.frame,
        ending);
    finding.explanation =
        "An offer in an INVITE must be answered in its 2xx, inside a call too: without an answer "
        "nobody knows what holds from then on.";
    finding.remedy =
        "Capture at the side whose SDP is missing. If it sends one there, the SIP ALG or SBC in "
        "between strips the body: switch the ALG off.";
    finding.rfc = "RFC 3261 14.2";
    return report(out, std::move(finding));
  }
}

void check(CallContext& context, CallAnalysis* out) {
  report_audio_fault(context, AudioFault::no_answer_sdp, detector, out, describe);
  check_reinvites(context, out);
}
const Detector detector("audio-no-answer-sdp", Severity::error,
                        "an offer without an answer in a confirmed dialog, or to a re-INVITE",
                        check);

}  // namespace
}  // namespace sipladder::audio_no_answer_sdp
