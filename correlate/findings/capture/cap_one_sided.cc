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

struct Halves {
  uint32_t whole = 0, no_response = 0, no_request = 0;
  uint32_t begun = 0;          // of no_response: those that begin a call
  uint32_t missed = 0;         // of no_request: those whose request would have been captured
  EndpointId sender;           // of the newest half
  bool is_one_sender = true;   // of all halves
  std::vector<uint32_t> some;  // frames

  bool are_both_kinds() const { return no_response != 0 && no_request != 0; }
  // A capture of what one host sends has its requests and its responses.
  uint32_t count() const {
    return is_one_sender ? no_response + no_request : std::max(no_response, no_request);
  }
  // A few halves can come from a capture that begins late, or from a peer that died in mid-call. So
  // a few count only with a proof: a call that begins here and goes on had a response, and a
  // response in mid-capture had a request.
  bool tell() const {
    const bool alike = is_one_sender || !are_both_kinds();
    const bool all = whole == 0 && alike && count() >= kMinOfAll && (begun > 0 || missed > 0);
    return all || (count() >= kMin && whole * 4 <= count());
  }
};

void note_half(const Model& model, const TransactionRecord& txn, Halves* halves) {
  const MessageRecord& first = model.messages[txn.first_message];
  if (txn.request) {
    halves->no_response++;
    if (txn.method == Method::invite && !txn.in_dialog) halves->begun++;
  } else {
    halves->no_request++;
    const int64_t begin_ns = model.coverage.since(first.point, txn.first_ns);
    if (txn.method != Method::invite && txn.first_ns - begin_ns > kSoonNs) halves->missed++;
  }
  const bool same =
      !halves->sender || model.endpoints[halves->sender].ip == model.endpoints[first.src].ip;
  halves->is_one_sender = halves->is_one_sender && same;
  halves->sender = first.src;
  if (halves->some.size() < 10) halves->some.push_back(first.frame);
}

Halves halves_of(const Model& model) {
  const ActedUpon acted_upon(model);
  Halves halves;
  for (const TransactionId id : model.transactions.ids()) {
    const TransactionRecord& txn = model.transactions[id];
    if (txn.method == Method::ack) continue;
    // A message that the snap length cut may belong to another transaction.
    const bool cut = model.messages[txn.first_message].truncated;
    if (cut || (txn.request && txn.first_response_ns != 0)) {
      halves.whole++;
    } else if (!txn.request || acted_upon.contains(id)) {
      note_half(model, txn, &halves);
    }
  }
  return halves;
}

void check(CaptureContext& context, std::vector<Finding>* out) {
  const Model& model = context.model;
  Halves halves = halves_of(model);
  if (!halves.tell()) return;
  const uint32_t count = halves.count();
  const std::string kind =
      halves.is_one_sender && halves.are_both_kinds()
          ? fmt::format("what {} sends", to_string(model.endpoints[halves.sender].ip))
      : halves.no_response > halves.no_request ? "requests"
                                               : "responses";
  Finding finding = finding_of(detector);
  finding.evidence = std::move(halves.some);
  finding.summary =
      fmt::format("{} of {} transactions have {} only", count, count + halves.whole, kind);
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
