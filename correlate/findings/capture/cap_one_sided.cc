// cap-one-sided: most transactions lack one half that must have passed somewhere: requests without
// the responses that their sender acted upon, or responses without requests.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/shared/support.h"
#include "correlate/model/beside_table.h"

namespace sipladder::cap_one_sided {
namespace {

extern const Detector detector;

constexpr uint32_t kMin = 5;
constexpr uint32_t kMinOfAll = 2;  // when no transaction has both halves

constexpr int64_t kSoonNs = 2'000'000'000;  // requests other than INVITE are answered within this

// Transactions whose response was acted upon, although it is not here: requests inside a dialog,
// and requests that are followed in their call by one inside a dialog or by the first with
// credentials.
class ActedUpon {
 public:
  explicit ActedUpon(const Model& model) {
    // Walks from the newest transaction back, with what comes later in each call.
    BesideTable<Later, CallId> later;
    later.reset(model.calls);
    acted_upon_.reset(model.transactions);
    for (TransactionId id{model.transactions.size()}; acted_upon_.has(id); id.value--) {
      if (!model.transactions.holds(id)) continue;
      const TransactionRecord& txn = model.transactions[id];
      Later& of_call = later[txn.call];
      acted_upon_[id] = txn.in_dialog || of_call.in_dialog || (of_call.has_auth && !txn.has_auth);
      of_call.in_dialog = of_call.in_dialog || txn.in_dialog;
      of_call.has_auth = of_call.has_auth || txn.has_auth;
    }
  }
  bool contains(TransactionId id) const { return acted_upon_[id]; }

 private:
  struct Later {
    bool in_dialog = false;
    bool has_auth = false;
  };
  BesideTable<bool, TransactionId> acted_upon_;
};

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  uint32_t whole = 0, no_response = 0, no_request = 0, begun = 0, missed = 0;
  Finding finding = finding_of(detector);
  const ActedUpon acted_upon(model);
  for (const TransactionId id : model.transactions.ids()) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method == Method::ack) continue;
    const bool answered = txn.first_response_ns != 0;
    // A message that the snap length cut may belong to another transaction.
    const bool cut = model.messages[txn.first_message].truncated;
    if (cut || (txn.request && answered)) {
      whole++;
    } else if (!txn.request) {
      no_request++;
      const int64_t begin_ns =
          model.coverage.since(model.messages[txn.first_message].point, txn.first_ns);
      if (txn.method != Method::invite && txn.first_ns - begin_ns > kSoonNs) missed++;
    } else if (acted_upon.contains(id)) {
      no_response++;
      if (txn.method == Method::invite && !txn.in_dialog) begun++;
    } else {
      continue;
    }
    if (!cut && !(txn.request && answered) && finding.evidence.size() < 10)
      finding.evidence.push_back(model.messages[txn.first_message].frame);
  }
  const uint32_t halves = std::max(no_response, no_request);
  // A few halves can come from a capture that begins late, or from a peer that died in mid-call. So
  // a few count only with a proof: a call that begins here and goes on had a response, and a
  // response in mid-capture had a request.
  const bool one_kind = no_request == 0 || no_response == 0;
  const bool all = whole == 0 && one_kind && halves >= kMinOfAll && (begun > 0 || missed > 0);
  if (!all && (halves < kMin || whole * 4 > halves)) return;
  finding.summary = fmt::format("{} of {} transactions have {} only", halves, halves + whole,
                                no_response > no_request ? "requests" : "responses");
  finding.explanation =
      "One direction of the signalling does not pass this point: what seems unanswered may have "
      "been answered.";
  finding.remedy =
      "Capture both directions: both sides of a bond, both ports of a mirror, no src or dst in the "
      "filter.";
  finding.rfc = "RFC 3261 17";
  report(out, std::move(finding));
}

const Detector detector("cap-one-sided", Severity::warning,
                        "most transactions lack their requests, or their responses", check);

}  // namespace
}  // namespace sipladder::cap_one_sided
