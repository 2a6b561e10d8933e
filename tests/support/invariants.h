// What must hold for every input, however broken or hostile. Every test that makes an input checks
// it.
#pragma once

#include <string>
#include <vector>

#include "query/session.h"

namespace sipladder {

// One sentence for each invariant that does not hold, none when all do: every packet is in one
// counter, counts in rows are the rows of the other tables, every id refers to a row, every frame
// of evidence exists. Of a session whose source has been read to its end.
std::vector<std::string> broken_invariants(Session& session);

// The same for captures on disk, read with tables of at most `memory` bytes. A file that cannot be
// opened breaks no invariant.
std::vector<std::string> broken_invariants(const std::vector<std::string>& captures,
                                           size_t memory = size_t{1} << 30);

}  // namespace sipladder
