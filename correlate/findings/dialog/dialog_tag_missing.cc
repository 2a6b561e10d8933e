// dialog-tag-missing: a response, or a request inside a dialog, has no tag in To. Stacks of RFC
// 2543 leave it out and are not told. Neither is CANCEL, which a proxy may answer itself.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::dialog_tag_missing {
namespace {

extern const Detector detector;

void report_request(CallContext& context, TransactionId id, CallAnalysis* out) {
  const TransactionRecord& txn = context.model.transactions[id];
  Finding finding = finding_of(context, detector);
  finding.txn = id;
  finding.message = txn.request;
  finding.evidence = frames_of(context, txn, true);
  if (txn.succeeded()) finding.severity = Severity::info;
  finding.summary = fmt::format("{} from {} has no tag in To", to_string(txn.method),
                                endpoint_text(context, txn.src));
  finding.explanation = "Without it the other side cannot tell which dialog is meant.";
  finding.remedy =
      "Report it to the vendor of the sender: requests inside a dialog carry both tags.";
  finding.rfc = "RFC 3261 12.2.1.1";
  report(out, std::move(finding));
}

// Methods that are never sent outside a dialog.
bool is_of_dialogs(Method method) {
  return method == Method::bye || method == Method::prack || method == Method::update ||
         method == Method::info;
}

// The response begins no dialog, so nobody will look for its tag.
bool is_harmless(const TransactionRecord& txn) {
  const bool begins = txn.method == Method::invite || txn.method == Method::subscribe ||
                      txn.method == Method::refer;
  return !begins || !txn.succeeded();
}

void check(CallContext& context, CallAnalysis* out) {
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method == Method::cancel || txn.method == Method::ack) continue;
    if (!txn.cookie) continue;  // an RFC 2543 client, which needs no tag
    if (is_of_dialogs(txn.method) && txn.request && !txn.in_dialog) {
      if (context.message(txn.request).truncated) continue;
      return report_request(context, id, out);
    }
    if (!txn.final_response || txn.final_has_tag) continue;
    const MessageRecord& message = context.message(txn.final_response);
    if (message.malformed || message.truncated) continue;
    Finding finding = finding_of(context, detector);
    finding.txn = id;
    finding.dialog = txn.dialog;
    finding.evidence = {message.frame};
    finding.message = txn.final_response;
    if (is_harmless(txn) || context.call.state == CallState::completed)
      finding.severity = Severity::info;
    finding.summary = fmt::format("the {} to {} in frame {} has no tag in To", message.status,
                                  to_string(txn.method), message.frame);
    finding.explanation =
        "Every response but 100 has to carry a To tag: dialogs are told apart by it.";
    finding.remedy =
        "Report it to the vendor of the server that answers, or have the client treat it as an RFC "
        "2543 one.";
    finding.rfc = "RFC 3261 8.2.6.2";
    report(out, std::move(finding));
    return;
  }
}

const Detector detector("dialog-tag-missing", Severity::warning,
                        "a response other than 100, or a request inside a dialog, without a To tag "
                        "(info where no dialog needs it, or the call went well)",
                        check);

}  // namespace
}  // namespace sipladder::dialog_tag_missing
