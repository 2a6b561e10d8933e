#include "tui/call_filter.h"

#include "query/call_choice.h"

namespace sipladder {

bool CallFilter::update(const Model& model, const PacketLog& log, Analyst& analyst) {
  constexpr auto kLeast = std::chrono::milliseconds(500);
  constexpr int kPause = 10;  // times as long as the question took
  const bool changed = packets_ != model.accounting.packets || finished_ != model.finished;
  const auto begin = Clock::now();
  if (asked_ && (!changed || (begin < next_ && finished_ == model.finished))) return false;
  packets_ = model.accounting.packets;
  finished_ = model.finished;
  Reader reader(model, log, analyst);
  std::string error;
  chosen_ = choose_calls(reader, condition_, &error);
  asked_ = true;
  next_ = Clock::now() + std::max<Clock::duration>(kLeast, (Clock::now() - begin) * kPause);
  return true;
}

}  // namespace sipladder
