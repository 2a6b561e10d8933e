// The calls that a condition over the table `calls` chooses. Threads: as Reader.
#pragma once

#include <string>
#include <vector>

#include "query/database.h"

namespace sipladder {

// Checks any SELECT over the tables before a packet is read. Empty, or a sentence that says what is
// wrong.
std::string check_query(const std::string& query);

// The calls in capture order. *error says what is wrong with the condition; empty when nothing is.
std::vector<CallId> choose_calls(Reader& reader, const std::string& condition, std::string* error);

}  // namespace sipladder
