// SQL conditions made from --where, --calls-where, --call-id, --user, --address, --call, --match,
// -c, --from and --to.
#pragma once

#include <optional>
#include <string>

#include "main/options.h"
#include "query/plain_list.h"

namespace sipladder {

// The condition over calls; empty: every call is chosen.
std::string selection(const Options& options);

// The table whose rows the command prints; null: it prints something else.
const TableDescription* table_of(const Options& options);

// The condition over the rows of the command's own table; empty: every row is printed.
std::string row_condition(const Options& options);

// The SELECT behind a table command.
std::string select_for(const Options& options);

// The rows of a table command when they need no SELECT.
std::optional<PlainList> plain_list_for(const Options& options);

// A sentence when `query`, which was made from a condition over calls, is not valid.
std::string mistake_in_condition(const std::string& query);

// A sentence when one of these options is not valid SQL, or --columns names an unknown column.
std::string mistake_in_query(const Options& options);

}  // namespace sipladder
