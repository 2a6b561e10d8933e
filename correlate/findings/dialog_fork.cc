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
  const auto orphan = std::find_if(answered.begin(), answered.end(),
                                   [&](DialogId id) { return is_orphan(context, id); });
  const bool lost = answered.size() >= 2 && orphan != answered.end();
  if (lost) {
    finding.severity = Severity::error;
    finding.dialog = *orphan;
  }
  finding.summary = fmt::format("the INVITE created {} dialogs, {} of them answered", forks.size(),
                                answered.size());
  if (lost) finding.summary += "; one of these got neither ACK nor BYE";
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
