// dialog-transfer: REFER, its answer and the NOTIFY that tells how it ended.
#include <fmt/format.h>

#include <algorithm>

#include "correlate/findings/support.h"
#include "decode/text.h"

namespace sipladder::dialog_transfer {
namespace {

extern const Detector detector;

// The newest final status that a NOTIFY reported (message/sipfrag).
uint16_t outcome_of(CallContext& context, int64_t after_ns, MessageId* told) {
  uint16_t outcome = 0;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (message.method != Method::notify || !message.is_request() || message.is_copy()) continue;
    if (message.time_ns < after_ns || !context.view.load(message)) continue;
    const std::string_view body = context.view.sip().body;
    if (!body.starts_with("SIP/2.0 ") || body.size() < 11) continue;
    const auto status = parse_number<uint16_t>(body.substr(8, 3));
    if (!status || *status < 200) continue;
    outcome = *status;
    *told = id;
  }
  return outcome;
}

// Refer-To as one would say it: "sip:carol@example.com", and the call that its Replaces ends.
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

void check(CallContext& context, CallAnalysis* out) {
  std::vector<uint32_t> told_of;  // CSeq: each hop of a B2BUA shows the same REFER
  for (const TransactionId id : context.transactions) {
    const TransactionRecord& txn = context.model.transactions[id];
    if (txn.method != Method::refer || !txn.request || txn.request_path) continue;
    if (txn.final_status == 401 || txn.final_status == 407) continue;  // asked again
    if (std::find(told_of.begin(), told_of.end(), txn.cseq) != told_of.end()) continue;
    told_of.push_back(txn.cseq);
    if (!context.view.load(context.message(txn.request))) continue;
    const std::string target = target_text(unfold(context.view.sip().value(HeaderId::refer_to)));
    MessageId told;
    const uint16_t outcome = outcome_of(context, txn.first_ns, &told);
    Finding finding = finding_of(context, detector, id);
    if (told) finding.evidence.push_back(context.message(told).frame);
    if (outcome >= 300 || txn.final_status >= 300) finding.severity = Severity::error;
    finding.summary = fmt::format("{} asks {} to call {}: {}", endpoint_text(context, txn.src),
                                  endpoint_text(context, txn.dst), target,
                                  outcome == 0 ? fmt::format("answered {}", txn.final_status)
                                               : fmt::format("outcome {}", outcome));
    finding.explanation =
        "REFER asks the peer to send a request; NOTIFY with message/sipfrag tells what came of it.";
    finding.remedy =
        "When it failed, look at the call to the transfer target: its final response says why.";
    finding.rfc = "RFC 3515 2.4";
    report(out, std::move(finding));
  }
}

const Detector detector("dialog-transfer", Severity::info,
                        "a call transfer (REFER); error when the transfer target failed", check);

}  // namespace
}  // namespace sipladder::dialog_transfer
