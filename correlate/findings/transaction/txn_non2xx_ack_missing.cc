// txn-non2xx-ack-missing: a server repeats its final non-2xx response to INVITE (Timer G, at most
// until Timer H), because no ACK comes.
#include <fmt/format.h>

#include "correlate/findings/shared/icmp_rejection.h"
#include "correlate/findings/shared/support.h"

namespace sipladder::txn_non2xx_ack_missing {
namespace {

extern const Detector detector;

constexpr uint16_t kMinCopies = 3;

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite || txn.final_status < 300 || txn.acked) continue;
    if (txn.responses < kMinCopies) continue;
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.dialog = txn.dialog;
    finding.message = txn.first_message;
    finding.evidence = frames_of(context, txn, false);
    const MessageRecord& refusal = context.message(txn.final_response);
    const std::string why = rejection_text(
        rejections(context.model, refusal.src, refusal.dst, refusal.time_ns), "it", &finding);
    finding.summary = fmt::format("{} from {} was sent {} and never acknowledged{}{}",
                                  txn.final_status, endpoint_text(context, txn.dst),
                                  times_text(txn.responses), why.empty() ? "" : "; ", why);
    finding.explanation = "The ACK to a non-2xx goes hop by hop, with the branch of the INVITE.";
    finding.remedy =
        "Compare where the response goes with where the INVITE came from (Via, received, rport). "
        "If they agree, look for a firewall that drops the ACK.";
    finding.rfc = "RFC 3261 17.2.1";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-non2xx-ack-missing", Severity::warning,
                        "a final non-2xx response to INVITE is repeated and no ACK for it is seen",
                        check, {.of_same = {"txn-retransmissions"}});

}  // namespace
}  // namespace sipladder::txn_non2xx_ack_missing
