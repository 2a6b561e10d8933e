// nat-keepalive-slow: the binding of a NAT died in a silence, and the client came back from another
// port.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::nat_keepalive_slow {
namespace {

extern const Detector detector;

// No NAT forgets sooner: RFC 4787 4.3 asks for 2 minutes, and bad ones keep a binding for about ten
// seconds. A binding that dies within less was lost by a restart.
constexpr int64_t kShortestLifeNs = 5'000'000'000;

// The frame with which the same client came back from another port; 0: it did not come back.
uint32_t came_back(const CaptureContext& context, const Endpoint& old, const EndpointNat& nat) {
  const Model& model = context.model;
  const int64_t lost_ns = model.transactions[nat.died_txn].first_ns;
  for (const BindingMove& move : context.nat.moves()) {
    const MessageRecord& after = model.messages[move.after];
    if (move.from == old && after.time_ns > lost_ns) return after.frame;
  }
  for (const ViaHop& hop : context.nat.hops()) {
    const MessageRecord& request = model.messages[hop.request];
    if (hop.source.ip == old.ip && hop.source.port != old.port && request.time_ns > lost_ns &&
        hop.sent_by_ip == nat.private_address)
      return request.frame;
  }
  return 0;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  for (const EndpointId id : model.endpoints.ids()) {
    const Endpoint& end = model.endpoints[id];
    const EndpointNat* nat = context.nat.of(end);
    if (nat == nullptr || !nat->died_txn || nat->died_ns < kShortestLifeNs) continue;
    const uint32_t back = came_back(context, end, *nat);
    if (back == 0) continue;
    const TransactionRecord& lost = model.transactions[nat->died_txn];
    Finding finding = finding_of(detector);
    finding.call = lost.call;
    finding.txn = nat->died_txn;
    finding.message = lost.request;
    finding.evidence = {model.messages[lost.request].frame, back};
    finding.summary = fmt::format(
        "the {} to {} after {} of silence gets no answer, and the client comes back from another "
        "port (frame {}){}",
        to_string(lost.method), to_string(end), seconds_text(nat->died_ns), back,
        nat->survived_ns == 0
            ? ""
            : fmt::format("; {} of silence were survived", seconds_text(nat->survived_ns)));
    finding.explanation =
        "The NAT forgets a UDP binding after a time of silence. What comes for "
        "the client afterwards is dropped there.";
    finding.remedy = fmt::format(
        "Send keep-alives more often than every {:.0f} s: CRLF or STUN from "
        "the phone, or OPTIONS from the server.",
        static_cast<double>(nat->died_ns) / 1e9);
    finding.rfc = "RFC 5626 3.5";
    sort_unique(&finding.evidence);
    report(out, std::move(finding));
  }
}

const Detector detector("nat-keepalive-slow", Severity::warning,
                        "the NAT forgot a client between two of its packets", check);

}  // namespace
}  // namespace sipladder::nat_keepalive_slow
