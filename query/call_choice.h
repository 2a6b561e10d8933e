// The calls that a condition over `calls` chooses.
#pragma once

#include <string>
#include <vector>

#include "query/database.h"

namespace sipladder {

// A sentence when the condition is no valid one, without any packet; empty otherwise. `query` is
// any SELECT over the tables.
std::string check_query(const std::string& query);

// In capture order. *error when the condition is none.
std::vector<CallId> choose_calls(Reader& reader, const std::string& condition, std::string* error);

}  // namespace sipladder
