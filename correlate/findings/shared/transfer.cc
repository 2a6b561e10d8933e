#include "correlate/findings/shared/transfer.h"

#include <algorithm>

#include "decode/text.h"

namespace sipladder {

TransferOutcomes::TransferOutcomes(CallContext& context) {
  for (const MessageId id : context.messages()) {
    const MessageRecord& message = context.message(id);
    if (message.method != Method::notify || !message.is_request() || message.is_copy()) continue;
    if (!context.view.load(message)) continue;
    const std::string_view body = context.view.sip().body;
    if (!body.starts_with("SIP/2.0 ") || body.size() < 11) continue;
    const auto status = parse_number<uint16_t>(body.substr(8, 3));
    if (status && *status >= 200) add({message.time_ns, *status, id});
  }
}

TransferOutcome TransferOutcomes::after(int64_t time_ns) const {
  const auto before = std::partition_point(
      newest_.begin(), newest_.end(),
      [&](const TransferOutcome& outcome) { return outcome.time_ns >= time_ns; });
  return before == newest_.begin() ? TransferOutcome{} : *std::prev(before);
}

// Drops the outcomes that this one makes useless: earlier ones, whatever time is asked for. More
// than one is left only where the clock of the capture went back.
void TransferOutcomes::add(const TransferOutcome& outcome) {
  while (!newest_.empty() && newest_.back().time_ns <= outcome.time_ns) newest_.pop_back();
  newest_.push_back(outcome);
}

}  // namespace sipladder
