// txn-bye-unanswered, txn-cancel-unanswered: a BYE or CANCEL gets no response, though it is
// repeated or 64*T1 pass. For BYE also when a proxy answers for a party that it cannot reach, when
// its tags name no dialog, and when it never came here (bye_lost.h).
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "correlate/findings/shared/bye_lost.h"
#include "correlate/findings/shared/hops.h"
#include "correlate/findings/shared/icmp_rejection.h"
#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::txn_unanswered {
namespace {

constexpr uint16_t kMinCopies = 3;
constexpr int64_t kLongEnoughNs =
    10'000'000'000;  // of repeating is enough when the capture ends before 64*T1

bool is_unanswered(const CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status != 0 || txn.provisionals > 0 || !txn.request) return false;
  const bool given_up = state_as_of_now(context.model, txn).state == TransactionState::timed_out ||
                        (txn.requests > kMinCopies && txn.last_ns - txn.first_ns >= kLongEnoughNs);
  if (!given_up) return false;
  return txn.requests >= kMinCopies || txn.transport != Transport::udp ||
         is_rejected(context.model, txn);
}

void check(CallContext& context, Method method, const Detector& detector, CallAnalysis* out) {
  std::vector<TransactionId> unanswered;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method == method && is_unanswered(context, txn)) unanswered.push_back(id);
  }
  if (unanswered.empty()) return;
  const Hops hops(context);
  for (const TransactionId id : hops.last_of(unanswered)) {
    const TransactionRecord& txn = context.model.transactions[id];
    Finding finding = finding_of(context, detector, id);
    hops.add_copies_before(id, &finding);
    std::string why =
        rejection_text(rejections(context.model, txn.src, txn.dst, txn.first_ns), "it", &finding);
    if (why.empty()) why = hops.what_became_of(id, &finding);
    finding.summary =
        fmt::format("{} from {} to {} sent {} and never answered{}{}", to_string(method),
                    endpoint_text(context, txn.src), endpoint_text(context, txn.dst),
                    times_text(txn.requests), why.empty() ? "" : ": ", why);
    finding.explanation = "The other side is gone, or cannot be reached at this address any more.";
    finding.remedy =
        "Check that the other side is still up, and compare the address with its newest Contact "
        "and the Record-Route of the dialog.";
    finding.rfc = "RFC 3261 17.1.2.2";
    report(out, std::move(finding));
  }
}

// The status says that the BYE did not reach the other party. A 481 says that its dialog is gone,
// and a challenge asks for the BYE again (RFC 5057 5.1).
bool reached_nobody(const TransactionRecord& bye) {
  const uint16_t status = bye.final_status;
  return status == 404 || status == 408 || status == 410 || status == 480 || status / 100 == 5;
}

// The BYEs of a call. Tells for a refused one whether something else explains it.
class Byes {
 public:
  explicit Byes(const CallContext& context) {
    for (const DialogId id : context.dialogs) {
      const DialogRecord& dialog = context.model.dialogs[id];
      if (dialog.confirmed_ns != 0 && dialog.ended_ns == 0)
        open_since_ns_ = std::min(open_since_ns_, dialog.confirmed_ns);
    }
    for (const TransactionId id : context.transactions) {
      const TransactionRecord& txn = context.model.transactions[id];
      if (txn.method != Method::bye) continue;
      if (txn.succeeded()) note(accepted_.try_emplace(txn.src, INT64_MIN).first->second, txn);
      if (txn.final_status == 0) waiting_[txn.cseq].add(txn);
    }
  }

  // The BYE got 481 because no dialog of this call has its tags, while the answered dialog goes on.
  bool names_no_dialog(const TransactionRecord& bye) const {
    return bye.final_status == 481 && bye.in_dialog && !bye.dialog && open_since_ns_ < bye.first_ns;
  }

  // Another finding tells of it: the same BYE waits on another hop, or a later BYE of its sender
  // was accepted.
  bool tell_of(const TransactionRecord& bye) const {
    const auto accepted = accepted_.find(bye.src);
    if (accepted != accepted_.end() && accepted->second >= bye.first_ns) return true;
    const auto waiting = waiting_.find(bye.cseq);
    return waiting != waiting_.end() && waiting->second.has_other(bye);
  }

 private:
  static void note(int64_t& newest_ns, const TransactionRecord& bye) {
    newest_ns = std::max(newest_ns, bye.first_ns);
  }
  // Of BYEs with one CSeq number that got no final response: when the newest was sent, and when the
  // newest of any other sender was.
  struct Waiting {
    EndpointId src;
    int64_t newest_ns = INT64_MIN, of_others_ns = INT64_MIN;
    void add(const TransactionRecord& bye) {
      if (bye.src == src) return note(newest_ns, bye);
      if (bye.first_ns < newest_ns) return note(of_others_ns, bye);
      of_others_ns = std::exchange(newest_ns, bye.first_ns);
      src = bye.src;
    }
    bool has_other(const TransactionRecord& bye) const {
      return (bye.src == src ? of_others_ns : newest_ns) >= bye.first_ns;
    }
  };
  int64_t open_since_ns_ = INT64_MAX;  // when the first dialog that goes on was confirmed
  std::map<EndpointId, int64_t> accepted_;
  std::map<uint32_t, Waiting> waiting_;
};

void check_failed_bye(CallContext& context, const Detector& detector, CallAnalysis* out) {
  std::optional<Byes> byes;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::bye || !txn.request || txn.request_path) continue;
    if (!reached_nobody(txn) && txn.final_status != 481) continue;
    if (!byes) byes.emplace(context);
    const bool wrong_tags = byes->names_no_dialog(txn);
    if ((!wrong_tags && !reached_nobody(txn)) || byes->tell_of(txn)) continue;
    Finding finding = finding_of(context, detector, id);
    finding.evidence.push_back(context.message(txn.final_response).frame);
    finding.summary = fmt::format(
        "BYE from {} to {} was answered with {}: it did not end the dialog there{}",
        endpoint_text(context, txn.src), endpoint_text(context, txn.dst), txn.final_status,
        wrong_tags ? ", its tags are not those of the call's 2xx" : "");
    finding.explanation =
        wrong_tags ? "Call-ID and both tags name a dialog. The other party has none of that name, "
                     "and still believes that it talks."
                   : "Whoever answered could not reach the other party, which still believes that "
                     "it talks.";
    finding.remedy =
        wrong_tags ? "Compare the tags on both sides of each B2BUA or SBC: one that rewrites them "
                     "must do so in every request. If nobody does, the sender is at fault."
                   : "Compare the Request-URI with the other party's newest Contact, and check "
                     "that this address still answers.";
    finding.rfc = wrong_tags ? "RFC 3261 12.2.2" : "RFC 5057 5.1";
    return report(out, std::move(finding));
  }
}

extern const Detector bye_detector;
extern const Detector cancel_detector;

const Detector bye_detector(
    "txn-bye-unanswered", Severity::warning,
    "a BYE was never answered, or did not reach the other party (error when "
    "that one talks on to a closed port)",
    [](CallContext& context, CallAnalysis* out) {
      check(context, Method::bye, bye_detector, out);
      check_failed_bye(context, bye_detector, out);
      check_lost_bye(context, bye_detector, out);
    },
    {.of_same = {"txn-retransmissions"}});
const Detector cancel_detector("txn-cancel-unanswered", Severity::warning,
                               "a CANCEL was never answered",
                               [](CallContext& context, CallAnalysis* out) {
                                 check(context, Method::cancel, cancel_detector, out);
                               },
                               {.of_same = {"txn-retransmissions"}});

}  // namespace
}  // namespace sipladder::txn_unanswered
