// What holds of every input, however broken or hostile: whoever makes an input asks for it.
#pragma once

#include <string>
#include <vector>

#include "query/session.h"

namespace sipladder {

// One sentence for each invariant that does not hold, none when all do: every packet is in one
// counter, counts in rows are the rows of the other tables, every id refers to a row, every frame
// of evidence exists. Of a session whose source has been read to its end.
std::vector<std::string> broken_invariants(Session& session);

// The same of captures on disk, read with the tables bounded to `memory`. What cannot be opened
// breaks nothing.
std::vector<std::string> broken_invariants(const std::vector<std::string>& captures,
                                           size_t memory = size_t{1} << 30);

}  // namespace sipladder
