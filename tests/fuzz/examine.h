// Makes all that the program can show of captures: every column of every table in every format,
// findings, verdicts, ladders and, when asked, the talk as WAV. Checks what must hold for every
// input: the invariants, a sentence for each error, no control characters, the same bytes twice,
// and a limit of time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "query/session.h"

namespace sipladder::fuzz {

// Limits the processor time of one examine() by the size of the input. Off unless asked for.
void limit_time(bool on);

struct Look {
  bool audio = false;
  // When given, its text is examined instead of the tables.
  std::function<std::string(Session&)> instead = nullptr;
};

// `captures`: the bytes of files. Returns a sentence about what is wrong; empty: all is well.
std::string examine(const std::vector<std::string>& captures, const Look& look = {});

// The rows of `sql` in `format`. *wrong: the error, if there is one.
std::string shown_rows(Session& session, const std::string& sql, const std::string& format,
                       std::string* wrong);
// The first thing in `text` that no output may have; empty when there is none.
std::string control_in(std::string_view text);

}  // namespace sipladder::fuzz
