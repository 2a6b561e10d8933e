// dialog-transfer: a REFER, its answer, the NOTIFY that tells its outcome, and the call that it
// made.
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "correlate/findings/shared/refusal.h"
#include "correlate/findings/shared/transfer.h"
#include "correlate/model/names.h"
#include "decode/text.h"

namespace sipladder::dialog_transfer {
namespace {

extern const Detector detector;

// The new call and what became of it; no id when the call is not in the capture.
struct NewCall {
  CallId id;
  bool failed = false;
  std::string text;
};

NewCall new_call_of(CallContext& context, TransactionId refer, Finding* finding) {
  NewCall made{call_of_refer(context.model, context.view, refer), false, {}};
  if (!made.id) return made;
  const CallRecord& call = context.model.calls[made.id];
  const MessageRecord& invite = context.message(call.first_request);
  finding->evidence.push_back(invite.frame);
  made.failed = call.answer_ns == 0 && call.final_status >= 300 && call.final_status != 487 &&
                call.final_status != 401 && call.final_status != 407;
  std::string became(to_string(call.state));
  if (call.answer_ns != 0) {
    became = fmt::format("answered after {}", seconds_text(call.answer_ns - call.start_ns));
  } else if (made.failed) {
    became = fmt::format("ended with {}", call.final_status);
  }
  made.text =
      fmt::format("; the new call is call {} (frame {}), {}", made.id.value, invite.frame, became);
  return made;
}

// Refer-To in words: "sip:carol@example.com", and the Call-ID of the call that its Replaces ends.
std::string target_text(std::string_view refer_to) {
  const std::string_view uri = parse_name_addr(refer_to).uri;
  const size_t headers = std::min(uri.find('?'), uri.size());
  std::string text = unescape(uri.substr(0, headers));
  std::string_view rest = uri.substr(std::min(headers + 1, uri.size()));
  while (!rest.empty()) {
    const std::string_view header = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(header.size() + 1, rest.size()));
    constexpr std::string_view kReplaces = "replaces=";
    if (!equal_no_case(header.substr(0, kReplaces.size()), kReplaces)) continue;
    const std::string dialog = unescape(header.substr(kReplaces.size()));
    text += " in place of its call " + dialog.substr(0, dialog.find(';'));
  }
  return text;
}

std::string answer_text(CallContext& context, const TransactionRecord& txn) {
  if (txn.final_status == 0) return "not answered";
  std::string text = fmt::format("answered {}", txn.final_status);
  if (txn.final_status < 300 || !context.view.load(context.message(txn.final_response)))
    return text;
  if (const auto warning = warning_of(context.view.sip()))
    text += fmt::format(" (its Warning is {})", warning->text);
  return text;
}

// Recognises a REFER that a B2BUA sends on under the same Call-ID: it has the same target, and is
// sent while an earlier REFER waits for its answer. Of more than 64, later ones are not compared.
class ReferLegs {
 public:
  bool shows(const TransactionRecord& txn, std::string_view refer_to) {
    std::string user(parse_uri(parse_name_addr(refer_to).uri).user);
    for (const Refer& before : refers_) {
      if (before.user == user && txn.first_ns >= before.first_ns && txn.first_ns <= before.until_ns)
        return true;
    }
    const int64_t until_ns = txn.final_response_ns != 0 ? txn.final_response_ns : txn.last_ns;
    if (refers_.size() < kMost) refers_.push_back({std::move(user), txn.first_ns, until_ns});
    return false;
  }

 private:
  static constexpr size_t kMost = 64;
  struct Refer {
    std::string user;
    int64_t first_ns, until_ns;
  };
  std::vector<Refer> refers_;
};

void check(CallContext& context, CallAnalysis* out) {
  absl::flat_hash_set<uint32_t> told_of;  // CSeq: each hop of a B2BUA shows the same REFER
  ReferLegs legs;
  std::optional<TransferOutcomes> outcomes;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::refer || !txn.request || txn.request_path) continue;
    if (txn.final_status == 401 || txn.final_status == 407) continue;  // with credentials next
    if (!told_of.insert(txn.cseq).second) continue;
    if (!context.view.load(context.message(txn.request))) continue;
    const std::string refer_to = unfold(context.view.sip().value(HeaderId::refer_to));
    const std::string target = target_text(refer_to);
    if (legs.shows(txn, refer_to)) continue;
    if (!outcomes) outcomes.emplace(context);
    const TransferOutcome outcome = outcomes->after(txn.first_ns);
    Finding finding = finding_of(context, detector, id);
    if (outcome.told) finding.evidence.push_back(context.message(outcome.told).frame);
    const NewCall made = new_call_of(context, id, &finding);
    if (outcome.status >= 300 || txn.final_status >= 300 ||
        (made.failed && outcome.status / 100 != 2))
      finding.severity = Severity::error;
    finding.summary = fmt::format(
        "{} asks {} to call {}: {}{}", endpoint_text(context, txn.src),
        endpoint_text(context, txn.dst), target,
        outcome.status == 0 ? answer_text(context, txn) : fmt::format("outcome {}", outcome.status),
        made.text);
    finding.explanation =
        "REFER asks the peer to send a request; NOTIFY with message/sipfrag tells what came of it.";
    finding.remedy =
        txn.final_status >= 300
            ? fmt::format(
                  "Look in the log of {} for why it refuses the REFER: transfers can be "
                  "switched off there, or the target not be allowed.",
                  endpoint_text(context, txn.dst))
            : "When it failed, look at the call that it made: it is a leg of the same session.";
    finding.rfc = "RFC 3515 2.4";
    report(out, std::move(finding));
  }
}

const Detector detector("dialog-transfer", Severity::info,
                        "a call transfer (REFER); error when the transfer target failed", check);

}  // namespace
}  // namespace sipladder::dialog_transfer
