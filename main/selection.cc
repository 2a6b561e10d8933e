#include "main/selection.h"

#include <vector>

#include "main/commands.h"
#include "main/nearest.h"
#include "query/call_choice.h"
#include "query/escape.h"
#include "query/time_option.h"

namespace sipladder {
namespace {

std::string time_condition(const char* column, const char* comparison, const std::string& time) {
  return column + std::string(comparison) + std::to_string(parse_time(time).value_or(0));
}

// An error of SQLite is about the query that was made from the condition: this makes it one about
// the condition.
std::string in_user_words(std::string error, const std::string& table) {
  if (error == "near \")\": syntax error") return "the condition is not complete";
  if (const size_t end = error.find("\n)"); end != std::string::npos) error.erase(end, 2);
  constexpr std::string_view kNoColumn = "no such column: ";
  if (!error.starts_with(kNoColumn)) return error;
  std::vector<std::string> names;
  for (const Column& column : find_table(table)->columns) names.emplace_back(column.name);
  const std::string meant = nearest(error.substr(kNoColumn.size()), names);
  return error + (meant.empty() ? " (see schema " + table + ")" : "; did you mean " + meant + "?");
}

}  // namespace

const TableDescription* table_of(const Options& o) {
  return find_table(o.command.empty() ? "calls" : o.command);
}

std::string selection(const Options& o) {
  std::vector<std::string> conditions;
  if (o.calls_only) conditions.push_back("kind='call'");
  if (!o.call_id.empty()) conditions.push_back("call_id=" + sql_string(o.call_id));
  if (!o.user.empty()) conditions.push_back(sql_string(o.user) + " IN (caller, callee)");
  if (!o.address.empty())
    conditions.push_back("id IN (SELECT call FROM messages WHERE " + sql_string(o.address) +
                         " IN (src, dst))");
  if (o.call > 0) conditions.push_back("id=" + std::to_string(o.call));
  if (!o.match.empty())
    conditions.push_back(std::string(o.invert ? "id NOT IN" : "id IN") +
                         " (SELECT call FROM messages WHERE raw REGEXP " + sql_string(o.match) +
                         ")");
  if (!o.from.empty()) conditions.push_back(time_condition("end_ns", ">=", o.from));
  if (!o.to.empty()) conditions.push_back(time_condition("start_ns", "<=", o.to));
  if (!o.calls_where.empty()) conditions.push_back("(" + o.calls_where + "\n)");
  if (!o.where.empty() && where_is_about_calls(o.command))
    conditions.push_back("(" + o.where + "\n)");
  std::string all;
  for (const std::string& condition : conditions)
    all.append(all.empty() ? "" : " AND ").append(condition);
  return all;
}

std::string row_condition(const Options& o) {
  return where_is_about_calls(o.command) ? std::string() : o.where;
}

static std::string columns_of(const Options& o) {
  return o.columns.empty() ? std::string(table_of(o)->listed) : o.columns;
}

std::optional<PlainList> plain_list_for(const Options& o) {
  if (!row_condition(o).empty()) return std::nullopt;
  return plain_list(*table_of(o), columns_of(o));
}

std::string select_for(const Options& o) {
  const TableDescription& table = *table_of(o);
  const std::string where = row_condition(o);
  return "SELECT " + columns_of(o) + " FROM " + std::string(table.name) +
         (where.empty() ? "" : " WHERE (" + where + "\n)");
}

std::string mistake_in_condition(const std::string& query) {
  const std::string error = check_query(query);
  return error.empty() ? error : in_user_words(error, "calls");
}

std::string mistake_in_query(const Options& o) {
  if (const std::string chosen = selection(o); !chosen.empty()) {
    const std::string error = mistake_in_condition("SELECT id FROM calls WHERE " + chosen);
    if (!error.empty())
      return (o.calls_where.empty() ? "--where: " : "--calls-where or --where: ") + error;
  }
  if (o.command == "sql") return o.query.empty() ? std::string() : check_query(o.query);
  if (table_of(o) == nullptr || plain_list_for(o)) return {};
  const std::string table(table_of(o)->name);
  if (!o.columns.empty()) {
    const std::string error = check_query("SELECT " + o.columns + " FROM " + table);
    if (!error.empty()) return "--columns: " + in_user_words(error, table);
  }
  const std::string error = check_query(select_for(o));
  return error.empty() ? error : "--where: " + in_user_words(error, table);
}

}  // namespace sipladder
