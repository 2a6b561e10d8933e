#include "correlate/audio/unseen_resume.h"

#include <algorithm>

#include "correlate/audio/thresholds.h"

namespace sipladder {
namespace {

// How long the media of this direction passed between these times.
int64_t ran_within(const Model& model, const AudioDirection& direction, int64_t begin_ns,
                   int64_t end_ns) {
  int64_t longest = 0;
  for (const StreamId id : direction.streams)
    longest = std::max(longest, model.streams[id].ran_within(begin_ns, end_ns));
  return longest;
}

// After the request that put on hold, its author sent one that is not here. Each new request of a
// dialog has the next number, be it answered or not.
bool skips_request(const Model& model, const CallRecord& call, const Hold& hold) {
  const MessageRecord& began = model.messages[hold.message];
  if (!began.is_request()) return false;
  uint32_t highest = began.cseq, seen = 0;
  for (TransactionId id = call.first_txn; id; id = model.transactions[id].next_in_call) {
    const TransactionRecord& txn = model.transactions[id];
    if (!txn.request || txn.cseq <= began.cseq || txn.method == Method::ack ||
        txn.method == Method::cancel)
      continue;
    const MessageRecord& request = model.messages[txn.request];
    if (request.dialog != began.dialog || request.from_caller != began.from_caller ||
        request.src != began.src)
      continue;
    if (txn.cseq > highest) seen++;
    highest = std::max(highest, txn.cseq);
  }
  return highest - began.cseq > seen;
}

bool is_resumed(const Model& model, const CallRecord& call, const AudioFacts& facts,
                const Hold& hold) {
  const AudioDirection& held = facts.direction(opposite(hold.by));
  const AudioDirection& holder = facts.direction(hold.by);
  const int64_t end_ns = facts.end_ns;
  const int64_t from_ns = hold.begin_ns + kHandfulNs;
  if (end_ns - from_ns < 2 * kMissedNs) return false;
  // A party that does not heed the hold never pauses.
  const bool paused = ran_within(model, held, from_ns, end_ns) < end_ns - from_ns - kHandfulNs;
  const auto flows = [&](const AudioDirection& direction) {
    return ran_within(model, direction, end_ns - kMissedNs, end_ns) >= kMissedNs - kHandfulNs;
  };
  return paused && flows(held) && flows(holder) && skips_request(model, call, hold);
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
