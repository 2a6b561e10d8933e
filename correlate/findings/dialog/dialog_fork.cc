// dialog-fork: one INVITE made several dialogs. An error when two were answered and the caller left
// one of them alone.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "correlate/findings/shared/repeated_2xx.h"
#include "correlate/findings/shared/support.h"
#include "correlate/sip/transactions.h"

namespace sipladder::dialog_fork {
namespace {

extern const Detector detector;

using Answered = std::map<DialogId, int>;  // copies of the 2xx, by dialog

// The fork was answered, and the caller neither acknowledged nor ended it. A dialog that the callee
// ends for lack of an ACK counts too.
bool is_orphan(const CallContext& context, const Answered::value_type& fork) {
  const auto& [id, copies] = fork;
  const DialogRecord& dialog = context.model.dialogs[id];
  const int64_t until_ns =
      context.model.coverage.until(context.message(dialog.created_by).point, dialog.confirmed_ns);
  return !dialog.acked && dialog.ended_by != Party::caller &&
         (copies >= kCopiesWithoutAck || until_ns - dialog.confirmed_ns >= kTimerB);
}

// A fork that its client left alone while it acknowledged another one. Both must be answered to one
// client: a B2BUA that changes the tag shows one answer as two dialogs, to two clients.
std::optional<DialogId> orphan_of(const CallContext& context) {
  std::map<std::pair<IpAddress, uint32_t>, Answered> answered;  // by client and CSeq
  for (const TransactionId t : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[t];
    if (txn.method != Method::invite || txn.in_dialog || !txn.succeeded()) continue;
    const IpAddress& client = context.model.endpoints[txn.src].ip;
    for (MessageId id = txn.last_message; id; id = context.message(id).previous_in_txn) {
      const MessageRecord& message = context.message(id);
      if (message.status / 100 == 2 && message.dialog && !message.duplicate)
        answered[{client, txn.cseq}][message.dialog]++;
    }
  }
  const auto is_acked = [&](const auto& fork) { return context.model.dialogs[fork.first].acked; };
  for (const auto& [client, forks] : answered) {
    if (std::none_of(forks.begin(), forks.end(), is_acked)) continue;
    const auto orphan = std::find_if(forks.begin(), forks.end(),
                                     [&](const auto& fork) { return is_orphan(context, fork); });
    if (orphan != forks.end()) return orphan->first;
  }
  return std::nullopt;
}

// The orphan in words. Its address is that of the host nearest to the callee that the capture
// shows.
std::string orphan_text(const CallContext& context, DialogId id) {
  const MessageRecord& first = context.message(context.model.dialogs[id].created_by);
  return fmt::format("; the one that {} answered got neither ACK nor BYE",
                     endpoint_text(context, first.is_request() ? first.dst : first.src));
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
  if (orphan) finding.summary += orphan_text(context, *orphan);
  finding.explanation = "A proxy forked the request; each To tag is a dialog of its own.";
  finding.remedy = "Nothing to do where the caller ends all dialogs but one.";
  finding.rfc = "RFC 3261 13.2.2.4";
  report(out, std::move(finding));
}

const Detector detector(
    "dialog-fork", Severity::info,
    "several early dialogs (error when two were answered and one got neither ACK nor BYE)", check);

}  // namespace
}  // namespace sipladder::dialog_fork
