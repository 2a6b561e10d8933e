// msg-malformed: a message breaks the syntax of SIP: in which header, by which rule, at which byte.
#include <fmt/format.h>

#include <optional>

#include "correlate/findings/shared/support.h"
#include "decode/sip_validate.h"

namespace sipladder::msg_malformed {
namespace {

extern const Detector detector;

// The fault of the loaded message, in words: what locating its headers noticed, or what a full
// parse shows. Empty without a fault. Missing headers and lengths have findings of their own.
std::string fault_of(const CallContext& context) {
  const SipIndex& sip = context.view.sip();
  if (sip.fault == SipFault::syntax && sip.malformed_at == nullptr) return sip.malformed;
  if (sip.fault == SipFault::syntax)
    return fmt::format("{}, byte {}", sip.malformed,
                       sip.malformed_at - context.view.bytes().data());
  if (sip.fault != SipFault::none) return {};
  const auto fault = find_syntax_fault(sip, context.view.bytes());
  if (!fault) return {};
  return fmt::format("{}: {}, byte {}", fault->header, fault->rule, fault->at);
}

// A full parse costs a read, so it is done for three kinds of messages: those that locating found
// malformed, requests of a call that was refused with 400, and the first message of a call without
// final response.
bool is_worth_a_look(const CallContext& context, MessageId id, const MessageRecord& message) {
  if (message.is_copy() || message.truncated) return false;
  if (message.malformed) return true;
  if (context.call.final_status == 400) return message.is_request();
  return context.call.final_status == 0 && id == context.call.first_message;
}

void check(CallContext& context, CallAnalysis* out) {
  const uint16_t status = context.call.final_status;
  if (!context.call.has_malformed && status != 400 && status != 0) return;
  std::optional<Finding> worst;
  for (MessageId id = context.call.first_message; id; id = context.message(id).next_in_call) {
    const MessageRecord& message = context.message(id);
    if (!is_worth_a_look(context, id, message)) {
      if (!context.call.has_malformed && status == 0) break;
      continue;
    }
    if (!context.view.load(message)) continue;
    const std::string text = fault_of(context);
    if (text.empty()) continue;
    Finding finding = finding_of(context, detector);
    const bool refused = message.txn && context.model.transactions[message.txn].final_status == 400;
    if (refused) finding.severity = Severity::error;
    if (is_accepted(context, message)) finding.severity = Severity::info;
    if (worst && worst->severity >= finding.severity) continue;
    finding.message = id;
    finding.txn = message.txn;
    finding.evidence.push_back(message.frame);
    finding.summary =
        fmt::format("frame {} from {}: {}{}", message.frame, endpoint_text(context, message.src),
                    text, refused ? "; the peer answered 400" : "");
    finding.explanation = "Some stacks accept such a message, others drop it.";
    if (message.logged && !refused && text.starts_with("header line without")) {
      finding.severity = Severity::info;
      finding.explanation = "A log, or a mail, that breaks long lines shows it so too.";
    }
    finding.remedy =
        "Capture at the sender. If the message is right there, a device on the way (SIP ALG, SBC) "
        "rewrites it; if not, report it to the sender's vendor.";
    finding.rfc = "RFC 3261 7";
    worst = std::move(finding);
  }
  if (worst) report(out, std::move(*worst));
}

const Detector detector("msg-malformed", Severity::warning,
                        "a message breaks the syntax of SIP (error when the peer answered 400, "
                        "info when it was accepted)",
                        check);

}  // namespace
}  // namespace sipladder::msg_malformed
