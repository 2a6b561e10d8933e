// dialog-notify-refused: the NOTIFY that would tell the outcome of a transfer is refused (RFC 3515
// 2.4.4). Mostly that is a 481 of a party that hung up right after its REFER.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"
#include "decode/text.h"

namespace sipladder::dialog_notify_refused {
namespace {

extern const Detector detector;

bool is_refused(const TransactionRecord& notify) {
  const uint16_t status = notify.final_status;
  return status >= 400 && status != 401 && status != 407 && status != 491;
}

bool tells_of_transfer(CallContext& context, const TransactionRecord& notify) {
  if (!context.view.load(context.message(notify.request))) return false;
  std::string_view event = context.view.sip().value(HeaderId::event);
  return equal_no_case(trim(cut(&event, ';')), "refer");
}

std::string ended_before(const CallContext& context, const TransactionRecord& notify) {
  const int64_t bye_ns = context.call.bye_ns;
  if (bye_ns == 0 || bye_ns > notify.first_ns) return {};
  return fmt::format("; the BYE of the dialog had come {} before",
                     seconds_text(notify.first_ns - bye_ns));
}

void check(CallContext& context, CallAnalysis* out) {
  TransactionId refer, first;
  size_t count = 0;
  std::vector<uint32_t> frames;
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (!txn.request || txn.request_path) continue;
    if (txn.method == Method::refer) refer = id;
    if (!refer || txn.method != Method::notify || !is_refused(txn)) continue;
    if (!tells_of_transfer(context, txn)) continue;
    if (!first) first = id;
    count++;
    frames.push_back(context.message(txn.request).frame);
    frames.push_back(context.message(txn.final_response).frame);
  }
  if (!first) return;
  const TransactionRecord& txn = context.model.transactions[first];
  Finding finding = finding_of(context, detector, first);
  finding.evidence.insert(finding.evidence.end(), frames.begin(), frames.end());
  finding.summary = fmt::format("{} refuses the NOTIFY about its transfer with {}{}{}",
                                endpoint_text(context, txn.dst), txn.final_status,
                                count > 1 ? fmt::format(" ({})", times_text(count)) : std::string(),
                                ended_before(context, txn));
  finding.explanation =
      "REFER made a subscription of its own, which outlives the BYE of the call: its NOTIFYs tell "
      "the outcome until one says \"terminated\".";
  finding.remedy =
      "The outcome is in the new call. Let the phone wait for the last NOTIFY before its BYE.";
  finding.rfc = "RFC 3515 2.4.4";
  report(out, std::move(finding));
}

const Detector detector("dialog-notify-refused", Severity::info,
                        "the NOTIFY that would tell a transfer's outcome is refused", check);

}  // namespace
}  // namespace sipladder::dialog_notify_refused
