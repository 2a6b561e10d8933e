#include "correlate/audio/unseen_resume.h"

#include "correlate/audio/thresholds.h"
#include "correlate/audio/unseen_request.h"

namespace sipladder {
namespace {

// How long media of this direction passed between these times, by all its streams. Streams at the
// same time count together, so the result can be longer than that time.
int64_t ran_within(const Model& model, const AudioDirection& direction, int64_t begin_ns,
                   int64_t end_ns) {
  int64_t sum = 0;
  for (const StreamId id : direction.last_leg)
    sum += model.streams[id].ran_within(begin_ns, end_ns);
  return sum;
}

bool is_resumed(const Model& model, const CallRecord& call, const AudioFacts& facts,
                const Hold& hold) {
  const MessageRecord& began = model.messages[hold.message];
  const AudioDirection& held = facts.direction(opposite(hold.by));
  const AudioDirection& holder = facts.direction(hold.by);
  const int64_t end_ns = facts.end_ns;
  const int64_t from_ns = hold.begin_ns + kHandfulNs;
  if (end_ns - from_ns < 2 * kMissedNs) return false;
  // A party that does not heed the hold never pauses.
  const bool paused = ran_within(model, held, from_ns, end_ns) <= end_ns - from_ns - kMissedNs;
  const auto flows = [&](const AudioDirection& direction) {
    return ran_within(model, direction, end_ns - kMissedNs, end_ns) >= kMissedNs - kHandfulNs;
  };
  return paused && flows(held) && flows(holder) && began.is_request() &&
         skips_request_after(model, call, began);
}

}  // namespace

void note_unseen_resume(const Model& model, const CallRecord& call, AudioFacts* facts) {
  bool noted = false;
  for (Hold& hold : facts->negotiation.holds) {
    if (!hold.is_open() || !is_resumed(model, call, *facts, hold)) continue;
    hold.resume_unseen = noted = true;
  }
  if (!noted || facts->negotiation.is_held()) return;
  facts->negotiation.caller.at_end = facts->negotiation.callee.at_end = true;
}

}  // namespace sipladder
