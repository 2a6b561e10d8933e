// --where, --call-id, --call, --match, -c, --from, --to as one SQL condition over calls.
#pragma once

#include <string>

#include "main/options.h"

namespace sipladder {

// Empty when every call is chosen.
std::string selection(const Options& options);

// 'text' as an SQL string.
std::string sql_string(const std::string& text);

// The SELECT behind a table command; empty for a command that is none.
std::string select_for(const Options& options);

}  // namespace sipladder
