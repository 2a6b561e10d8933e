// nat-binding-moved: the NAT gave a registered client another address or port.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_binding_moved {
namespace {

extern const Detector detector;

std::string place_text(const Endpoint& endpoint) {
  return endpoint.port == 0 ? to_string(endpoint.ip) : to_string(endpoint);
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  for (const BindingMove& move : context.nat.moves()) {
    Finding finding = finding_of(detector);
    const MessageRecord& before = model.messages[move.before];
    const MessageRecord& after = model.messages[move.after];
    finding.call = after.call;
    finding.txn = after.txn;
    finding.message = move.after;
    finding.evidence = {before.frame, after.frame};
    finding.summary =
        fmt::format("{} moved from {} to {} between two REGISTERs (frames {} and {})", move.aor,
                    place_text(move.from), place_text(move.to), before.frame, after.frame);
    if (move.lost) {
      const TransactionRecord& lost = model.transactions[move.lost];
      const uint32_t frame = model.messages[lost.request].frame;
      finding.severity = Severity::error;
      finding.evidence.push_back(frame);
      finding.explains.push_back(lost.call);
      finding.summary += fmt::format("; the {} to the old one (frame {}) gets no answer",
                                     to_string(lost.method), frame);
    }
    finding.explanation =
        "The NAT forgot its binding while the client was silent, or the client "
        "changed its network. Calls go to the old place until it registers anew.";
    finding.remedy =
        "Send keep-alives more often than the NAT forgets (every 15 to 25 s over UDP), "
        "or register over TCP or TLS.";
    finding.rfc = "RFC 5626 3.5";
    sort_unique(&finding.evidence);
    report(out, std::move(finding));
  }
}

const Detector detector("nat-binding-moved", Severity::warning,
                        "the public address or port of a registered client changed", check,
                        {.in_calls = {"txn-timeout", "txn-retransmissions"}});

}  // namespace
}  // namespace sipladder::nat_binding_moved
