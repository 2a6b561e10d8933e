#include "correlate/findings/transfer.h"

#include "decode/text.h"

namespace sipladder {

TransferOutcome outcome_of(CallContext& context, int64_t after_ns) {
  TransferOutcome outcome;
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (message.method != Method::notify || !message.is_request() || message.is_copy()) continue;
    if (message.time_ns < after_ns || !context.view.load(message)) continue;
    const std::string_view body = context.view.sip().body;
    if (!body.starts_with("SIP/2.0 ") || body.size() < 11) continue;
    const auto status = parse_number<uint16_t>(body.substr(8, 3));
    if (status && *status >= 200) outcome = {*status, id};
  }
  return outcome;
}

}  // namespace sipladder
