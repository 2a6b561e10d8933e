#include "correlate/model/clock_steps.h"

#include <algorithm>

#include "capture/time_units.h"
#include "correlate/model/model.h"

namespace sipladder {

int64_t ordered_ns(const Model& model, uint16_t source, uint32_t frame, int64_t time_ns) {
  for (const ClockStep& step : model.clock_steps) {
    if (step.source == source && step.frame <= frame)
      time_ns = corrected_time(time_ns, -step.back_ns);
  }
  return time_ns;
}

bool step_between(const Model& model, const MessageRecord& a, const MessageRecord& b) {
  const auto [first, last] = std::minmax(a.frame, b.frame);
  return a.source == b.source &&
         std::any_of(model.clock_steps.begin(), model.clock_steps.end(),
                     [&, first = first, last = last](const ClockStep& step) {
                       return step.source == a.source && first < step.frame && step.frame <= last;
                     });
}

bool step_between(const Model& model, const CallRecord& call, int64_t from_ns, int64_t to_ns) {
  if (model.clock_steps.empty() || from_ns == 0 || to_ns == 0) return false;
  // Two messages can have the same time when the clock was set back. `to` is the last message with
  // its time. `from` is the newest message before `to` with the other time.
  const MessageRecord* to = nullptr;
  const MessageRecord* last = nullptr;
  for (MessageId id = call.first_message; id; id = model.messages[id].next_in_call) {
    last = &model.messages[id];
    if (last->time_ns == to_ns) to = last;
  }
  if (to == nullptr) to = last;
  const MessageRecord* from = nullptr;
  for (MessageId id = call.first_message; id; id = model.messages[id].next_in_call) {
    const MessageRecord& message = model.messages[id];
    if (&message == to) break;
    if (message.time_ns == from_ns) from = &message;
  }
  return from != nullptr && step_between(model, *from, *to);
}

}  // namespace sipladder
