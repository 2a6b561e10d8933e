// Queries over every table and column: conditions, orders, groups and joins. The bytes behind the
// last packet of the capture choose.
#include "query/database.h"
#include "tests/fuzz/capture_mutator.h"
#include "tests/fuzz/choices.h"
#include "tests/fuzz/examine.h"
#include "tests/fuzz/targets.h"

namespace sipladder::fuzz {
namespace {

std::string column_of(const TableDescription& table, Choices& choices) {
  return "\"" + std::string(choices.of(table.columns).name) + "\"";
}

std::string query(Choices& choices) {
  const TableDescription& table = *choices.of(tables());
  const TableDescription& other = *choices.of(tables());
  const std::string name(table.name), column = column_of(table, choices),
                                      more = column_of(table, choices);
  static constexpr const char* kOperators[] = {"=", "<>", "<", ">=", "IS", "LIKE", "GLOB"};
  static constexpr const char* kFunctions[] = {"count", "max", "sum", "avg", "group_concat"};
  switch (choices.below(6)) {
    case 0:
      return "SELECT " + more + " FROM " + name + " WHERE " + column + " " +
             choices.of(kOperators) + " (SELECT " + column + " FROM " + name + " LIMIT 1 OFFSET " +
             std::to_string(choices.below(8)) + ") ORDER BY " + column + " DESC";
    case 1:
      return "SELECT " + more + ", " + choices.of(kFunctions) + "(" + column + ") FROM " + name +
             " GROUP BY 1 ORDER BY 1";
    case 2:
      return "SELECT a." + column + ", b.* FROM " + name + " a JOIN " + std::string(other.name) +
             " b ON a." + column + " = b." + column_of(other, choices) + " LIMIT 50";
    case 3:
      return "SELECT count(*) FROM " + name + " WHERE " + column + " IS NULL OR " + more +
             " REGEXP '(a|sip:|[0-9]+)+$'";
    case 4:
      return "SELECT * FROM " + name + " WHERE \"" + std::string(table.columns[0].name) +
             "\" IN (0, 1, 2, -1, 4294967297, 'x', NULL) LIMIT " + std::to_string(choices.below(5));
    default:
      return "SELECT DISTINCT typeof(" + column + "), length(" + column + ") FROM " + name +
             " WHERE rowid > " + std::to_string(choices.below(4));
  }
}

}  // namespace

std::string queries(std::string_view input) {
  const CapturedPackets whole = split_capture(input);
  std::string wrong;
  Look look;
  look.instead = [&](Session& session) {
    static constexpr const char* kFormats[] = {"csv", "json", "table", "ndjson", "md"};
    Choices choices(whole.tail);
    std::string shown;
    do {
      const std::string sql = query(choices);
      std::string error;
      shown += shown_rows(session, sql, choices.of(kFormats), &error);
      if (!error.empty()) wrong = sql + ": " + error;
    } while (choices.any());
    return shown;
  };
  const std::string examined = examine({std::string(input)}, look);
  return wrong.empty() ? examined : wrong;
}

}  // namespace sipladder::fuzz
