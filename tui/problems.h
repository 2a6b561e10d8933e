// The findings of a call as views show them: copies, so that they can be drawn without the lock.
// Names in them are as the mask leaves them.
#pragma once

#include <string>
#include <vector>

#include "export/ladder.h"
#include "tui/canvas.h"
#include "tui/view.h"

namespace sipladder {

struct Problem {
  Severity severity = Severity::info;
  std::string code, summary, explanation, remedy, rfc;
  CallId call;
  MessageId message;
  StreamId stream;
  std::vector<uint32_t> evidence;  // frames of `source`, ascending
  uint16_t source = 0;             // 0-based
};

Problem problem_of(const Shared& shared, const Finding& finding);  // with the lock held
// The finding that explains the audio first, then the others, the worst first. Empty while verdicts
// are not shown (Shared::verdicts). With the lock held.
std::vector<Problem> problems_of(const Shared& shared, CallId call);

// The rows of a ladder that prove the problem, ascending: by its message, its stream, its frames.
std::vector<size_t> rows_of(const Problem& problem, const Ladder& ladder);

// Whether a message is the primary evidence, or its frame is evidence, of a problem worse than
// info. `record` is that of `message`.
bool proves_any(const std::vector<Problem>& problems, MessageId message,
                const MessageRecord& record);

// The row to look at first: that of the problem's message, else the first of `rows`. `rows` must
// not be empty.
size_t first_proof(const Problem& problem, const Ladder& ladder, const std::vector<size_t>& rows);

// "error audio-private-address: caller hears nothing: ..."
std::string problem_line(const Problem& problem);
// The same with the explanation, what to do, the rule and the frames that prove it, broken between
// words.
std::vector<CellLine> problem_text(const Problem& problem, int width);

}  // namespace sipladder
