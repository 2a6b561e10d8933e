// --where, --calls-where, --call-id, --user, --address, --call, --match, -c, --from, --to as SQL.
#pragma once

#include <string>

#include "main/options.h"
#include "query/table_description.h"

namespace sipladder {

// The condition over calls; empty when every call is chosen.
std::string selection(const Options& options);

// The table whose rows the command prints; null when it prints something else.
const TableDescription* table_of(const Options& options);

// The condition over the rows of the command's own table; empty when every row is asked for.
std::string row_condition(const Options& options);

// The SELECT behind a table command.
std::string select_for(const Options& options);

// A sentence when `query`, which was made of a condition over calls, is no valid one.
std::string mistake_in_condition(const std::string& query);

// A sentence when one of them is no valid SQL, or --columns names what is not there.
std::string mistake_in_query(const Options& options);

}  // namespace sipladder
