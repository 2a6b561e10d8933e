// All that the program can show of captures: every column of every table in every format, findings,
// verdicts, ladders and, when asked, the talk as WAV. What must hold of every input is looked at:
// invariants, no error without a sentence, no control character, the same bytes twice, and time.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "query/session.h"

namespace sipladder::fuzz {

// Processor time of one look: a second for each 64 KB begun. Off unless asked for.
void limit_time(bool on);

struct Look {
  bool audio = false;
  // Shown instead of the tables, when there is one.
  std::function<std::string(Session&)> instead = nullptr;
};

// `captures`: the bytes of files. A sentence, empty when all is well.
std::string examine(const std::vector<std::string>& captures, const Look& look = {});

// What `sql` gives in `format`; in *wrong the error, if any.
std::string shown_rows(Session& session, const std::string& sql, const std::string& format,
                       std::string* wrong);
// The first thing in `text` that no output may have; empty when there is none.
std::string control_in(std::string_view text);

}  // namespace sipladder::fuzz
