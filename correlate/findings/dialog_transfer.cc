// dialog-transfer: REFER, its answer and the NOTIFY that tells how it ended.
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "correlate/findings/support.h"
#include "decode/text.h"

namespace sipladder::dialog_transfer {
namespace {

extern const Detector detector;

// A final status that a NOTIFY reported (message/sipfrag).
struct Outcome {
  int64_t time_ns = 0;
  uint16_t status = 0;
  MessageId told;
};

// Of a call, so that each REFER finds the newest that came after it: read once, whatever their
// number.
class Outcomes {
 public:
  explicit Outcomes(CallContext& context) {
    for (const MessageId id : context.messages()) {
      const MessageRecord& message = context.message(id);
      if (message.method != Method::notify || !message.is_request() || message.is_copy()) continue;
      if (!context.view.load(message)) continue;
      const std::string_view body = context.view.sip().body;
      if (!body.starts_with("SIP/2.0 ") || body.size() < 11) continue;
      const auto status = parse_number<uint16_t>(body.substr(8, 3));
      if (status && *status >= 200) add({message.time_ns, *status, id});
    }
  }

  // The newest of those from then on; status 0: there is none.
  Outcome after(int64_t time_ns) const {
    const auto before =
        std::partition_point(newest_.begin(), newest_.end(),
                             [&](const Outcome& outcome) { return outcome.time_ns >= time_ns; });
    return before == newest_.begin() ? Outcome{} : *std::prev(before);
  }

 private:
  // Where the times of the capture go back, an older outcome stands for the time after the newer
  // one's: the list's times descend.
  void add(const Outcome& outcome) {
    while (!newest_.empty() && newest_.back().time_ns <= outcome.time_ns) newest_.pop_back();
    newest_.push_back(outcome);
  }
  std::vector<Outcome> newest_;
};

void check(CallContext& context, CallAnalysis* out) {
  absl::flat_hash_set<uint32_t> told_of;  // CSeq: each hop of a B2BUA shows the same REFER
  std::optional<Outcomes> outcomes;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::refer || !txn.request || txn.request_path) continue;
    if (txn.final_status == 401 || txn.final_status == 407) continue;  // asked again
    if (!told_of.insert(txn.cseq).second) continue;
    if (!context.view.load(context.message(txn.request))) continue;
    const std::string target = unfold(context.view.sip().value(HeaderId::refer_to));
    if (!outcomes) outcomes.emplace(context);
    const Outcome outcome = outcomes->after(txn.first_ns);
    Finding finding = finding_of(context, detector, id);
    if (outcome.told) finding.evidence.push_back(context.message(outcome.told).frame);
    if (outcome.status >= 300 || txn.final_status >= 300) finding.severity = Severity::error;
    finding.summary = fmt::format("{} asks {} to call {}: {}", endpoint_text(context, txn.src),
                                  endpoint_text(context, txn.dst), target,
                                  outcome.status == 0 ? fmt::format("answered {}", txn.final_status)
                                                      : fmt::format("outcome {}", outcome.status));
    finding.explanation =
        "REFER asks the peer to send a request; NOTIFY with message/sipfrag tells what came of it.";
    finding.remedy = "When it failed, look for the call that it caused.";
    finding.rfc = "RFC 3515 2.4";
    report(out, std::move(finding));
  }
}

const Detector detector("dialog-transfer", Severity::info,
                        "a call transfer (REFER); error when the transfer target failed", check);

}  // namespace
}  // namespace sipladder::dialog_transfer
