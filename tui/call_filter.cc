#include "tui/call_filter.h"

#include "query/call_choice.h"

namespace sipladder {

bool CallFilter::update(const Model& model, const PacketLog& log, Analyst& analyst) {
  const bool changed = packets_ != model.accounting.packets || finished_ != model.finished;
  const auto begin = Clock::now();
  if (asked_ && (!changed || (begin < next_ && finished_ == model.finished))) return false;
  packets_ = model.accounting.packets;
  finished_ = model.finished;
  Reader reader(model, log, analyst);
  std::string error;
  chosen_ = choose_calls(reader, condition_, &error);
  asked_ = true;
  next_ = next_question(begin);
  return true;
}

}  // namespace sipladder
