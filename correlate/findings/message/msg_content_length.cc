// msg-content-length: the body is shorter or longer than Content-Length says. Not when the capture
// cut the packet.
#include <fmt/format.h>

#include "correlate/findings/shared/support.h"

namespace sipladder::msg_content_length {
namespace {

extern const Detector detector;

void check(CallContext& context, CallAnalysis* out) {
  if (!context.call.has_malformed) return;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (!message.malformed || !context.view.load(message)) continue;
    const SipFault fault = context.view.sip().fault;
    if (fault != SipFault::body_too_short && fault != SipFault::body_too_long) continue;
    const std::string_view bytes = context.view.bytes();
    const auto body = bytes.end() - context.view.sip().body.begin();
    Finding finding = finding_of(context, detector);
    finding.message = id;
    finding.evidence.push_back(message.frame);
    finding.summary = fmt::format(
        "frame {} from {} has a body of {} bytes, its Content-Length says {}", message.frame,
        endpoint_text(context, message.src), body, context.view.sip().content_length.value_or(0));
    finding.explanation =
        fault == SipFault::body_too_short
            ? "A receiver discards the message, or waits for the rest on a stream."
            : "A receiver discards what is beyond: the SDP loses its end.";
    finding.remedy =
        "Compare the message on both sides of each router: one with a SIP ALG changes the body and "
        "not the length. Switch the ALG off.";
    finding.rfc = "RFC 3261 18.3";
    return report(out, std::move(finding));
  }
}

const Detector detector("msg-content-length", Severity::error,
                        "Content-Length is not the length of the body", check);

}  // namespace
}  // namespace sipladder::msg_content_length
