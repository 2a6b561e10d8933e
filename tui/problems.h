// The findings of a call as views show them: copies, so that they can be drawn without the lock.
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
  std::vector<uint32_t> evidence;  // frames, ascending
};

Problem problem_of(const Shared& shared, const Finding& finding);  // with the lock held
// What explains the audio first, then worst first. With the lock held.
std::vector<Problem> problems_of(const Shared& shared, CallId call);

// The rows of a ladder that prove it, ascending: by message, by stream, by frame.
std::vector<size_t> rows_of(const Problem& problem, const Ladder& ladder);

// Whether a message proves one that is worse than an info.
bool proves_any(const std::vector<Problem>& problems, MessageId message, uint32_t frame);

// Where to look first: the message that says it, else the first of `rows`, which must not be empty.
size_t first_proof(const Problem& problem, const Ladder& ladder, const std::vector<size_t>& rows);

// "error audio-private-address: caller hears nothing: ..."
std::string problem_line(const Problem& problem);
// The same with explanation, what to do and where it is proved, broken between words.
std::vector<CellLine> problem_text(const Problem& problem, int width);

}  // namespace sipladder
