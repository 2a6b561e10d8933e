// dialog-fork: one INVITE rang at several places.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"

namespace sipladder {
namespace {

extern const Detector detector;

// Answered, and left alone by the caller: neither acknowledged nor ended.
bool is_orphan(const CallContext& context, DialogId id) {
  if (context.model.dialogs[id].ended_ns != 0) return false;
  return std::none_of(context.transactions.begin(), context.transactions.end(),
                      [&](TransactionId t) {
                        const TransactionRecord& txn = context.model.transactions[t];
                        return txn.kind == TransactionKind::ack_2xx && txn.dialog == id;
                      });
}

// One hop saw two dialogs answered, and one of them is an orphan. (A B2BUA that changes the tag
// shows one answer as two dialogs, at two hops.)
std::optional<DialogId> orphan_of(const CallContext& context) {
  for (const TransactionId t : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[t];
    if (txn.method != Method::invite || txn.in_dialog || txn.responses < 2) continue;
    std::vector<DialogId> answered;
    for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
      const MessageRecord& message = context.message(id);
      const bool accepts = message.status >= 200 && message.status < 300 && message.dialog;
      const bool known =
          std::find(answered.begin(), answered.end(), message.dialog) != answered.end();
      if (accepts && !known) answered.push_back(message.dialog);
    }
    if (answered.size() < 2) continue;
    const auto orphan = std::find_if(answered.begin(), answered.end(),
                                     [&](DialogId id) { return is_orphan(context, id); });
    if (orphan != answered.end()) return *orphan;
  }
  return std::nullopt;
}

void check(CallContext& context, CallAnalysis* out) {
  if (context.call.kind != CallKind::call) return;
  std::vector<DialogId> forks, answered;
  for (const DialogId id : context.dialogs) {
    const DialogRecord& dialog = context.model.dialogs[id];
    if (!dialog.forked) continue;
    forks.push_back(id);
    if (dialog.confirmed_ns != 0) answered.push_back(id);
  }
  if (forks.size() < 2) return;
  Finding finding = finding_of(context, detector);
  for (const DialogId id : forks) {
    finding.evidence.push_back(context.message(context.model.dialogs[id].created_by).frame);
  }
  finding.dialog = forks.front();
  const auto orphan = orphan_of(context);
  if (orphan) {
    finding.severity = Severity::error;
    finding.dialog = *orphan;
  }
  finding.summary = fmt::format("the INVITE created {} dialogs, {} of them answered", forks.size(),
                                answered.size());
  if (orphan) finding.summary += "; one of these got neither ACK nor BYE";
  finding.explanation = "A proxy forked the request; each To tag is a dialog of its own.";
  finding.remedy = "Nothing to do, when the caller ends all but one.";
  finding.rfc = "RFC 3261 13.2.2.4";
  report(out, std::move(finding));
}

const Detector detector(
    "dialog-fork", Severity::info,
    "several early dialogs (error when two were answered and one got neither ACK nor BYE)", check);

}  // namespace
}  // namespace sipladder
