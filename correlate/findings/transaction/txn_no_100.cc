// txn-no-100: an INVITE was repeated over UDP because nothing came back for about 500 ms. A server
// that needs longer than 200 ms must send 100 Trying.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::txn_no_100 {
namespace {

extern const Detector detector;

constexpr int64_t kSilentNs = 400'000'000;  // T1, less the way there and back

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::invite || txn.transport != Transport::udp || txn.requests < 2)
      continue;
    if (txn.first_response_ns == 0 || txn.first_response_ns - txn.first_ns < kSilentNs) continue;
    Finding finding = finding_of(context, detector, id);
    finding.summary = fmt::format("{} said nothing for {}, so the INVITE was repeated",
                                  endpoint_text(context, txn.dst),
                                  seconds_text(txn.first_response_ns - txn.first_ns));
    finding.explanation = "A server that will not answer within 200 ms sends 100 Trying.";
    finding.remedy =
        "Check the server's load and its DNS or database lookups, and have it send 100 Trying "
        "before them.";
    finding.rfc = "RFC 3261 17.2.1";
    report(out, std::move(finding));
  }
}

const Detector detector("txn-no-100", Severity::info,
                        "an INVITE was repeated because nothing came back for half a second",
                        check);

}  // namespace
}  // namespace sipladder::txn_no_100
