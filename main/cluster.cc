#include "main/cluster.h"

#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "capture/cluster_source.h"
#include "main/commands.h"
#include "main/output.h"
#include "main/print.h"
#include "main/selection.h"
#include "query/cluster_tables.h"
#include "query/time_option.h"

namespace sipladder {
namespace {

using Kind = ClusterAnswer::Kind;
using Cells = std::vector<ClusterClient::Cell>;

std::string time_condition(const std::string& form, const std::string& time) {
  return form + std::to_string(parse_time(time).value_or(0));
}

// The condition over calls, in the words of ClickHouse.
std::string cluster_selection(const Options& o) {
  std::vector<std::string> all;
  const auto of_messages = [](const std::string& condition, bool inverted = false) {
    return std::string("call_id GLOBAL ") + (inverted ? "NOT " : "") +
           "IN (SELECT call_id FROM messages WHERE " + condition + ")";
  };
  if (o.calls_only) all.push_back("kind = 'call'");
  if (!o.call_id.empty()) all.push_back("call_id = " + cluster_string(o.call_id));
  if (!o.user.empty()) {
    const std::string user = cluster_string(o.user);
    all.push_back("(caller = " + user + " OR callee = " + user + ")");
  }
  if (!o.address.empty()) {
    const std::string address = cluster_string(o.address);
    all.push_back(of_messages("src = " + address + " OR dst = " + address));
  }
  if (o.call > 0) all.push_back("id = " + std::to_string(o.call));
  if (!o.match.empty())
    all.push_back(of_messages("match(raw, " + cluster_string(o.match) + ")", o.invert));
  if (!o.from.empty()) all.push_back(time_condition("end_ns >= ", o.from));
  if (!o.to.empty()) {
    all.push_back(time_condition("start_ns <= ", o.to));
    all.push_back(time_condition("day <= toDate(toDateTime(intDiv(", o.to) +
                  ", 1000000000), 'UTC'))");
  }
  if (!o.calls_where.empty()) all.push_back("(" + o.calls_where + "\n)");
  if (!o.where.empty() && where_is_about_calls(o.command)) all.push_back("(" + o.where + "\n)");
  std::string text;
  for (const std::string& one : all) text.append(text.empty() ? "" : " AND ").append(one);
  return text;
}

// The rows of a table command, as select_for() has them here.
std::string cluster_select(const Options& o) {
  const ClusterTable& table = *find_cluster_table(table_of(o)->name);
  const std::string name(table.table->name);
  const std::string listed = "probe," + std::string(table.table->listed);
  std::string columns = o.columns.empty() ? listed : o.columns;
  std::string where;
  const auto add = [&](const std::string& condition) {
    where.append(where.empty() ? " WHERE " : " AND ").append(condition);
  };
  const std::string chosen = cluster_selection(o);
  if (!chosen.empty() && name == "calls") {
    add(chosen);
  } else if (!chosen.empty() && table.owner != ClusterOwner::probe) {
    add("call_id GLOBAL IN (SELECT call_id FROM calls WHERE " + chosen + ")");
  }
  if (const std::string rows = row_condition(o); !rows.empty()) add("(" + rows + "\n)");
  // Where one server has no rows, those of 2018 answer FINAL with an error unless all columns that
  // rows are merged by are asked for.
  std::string order = " ORDER BY ";
  if (name == "calls") order += "start_ns, ";
  if (name == "messages") order += "time_ns, ";
  order.append(id_column(table)).append(", ").append(kSeenColumn).append(", ");
  order += table.owner == ClusterOwner::probe ? kProbeColumn : kCallIdColumn;
  if (o.limit != std::numeric_limits<uint64_t>::max()) order += " LIMIT " + std::to_string(o.limit);
  return "SELECT " + columns + " FROM " + name + " FINAL" + where + order;
}

bool is_answered_there(const Options& o) {
  if (o.command == "sql") return true;
  if (o.command == "findings" || o.command == "stats") return false;
  const bool list = o.command.empty() && (o.no_interface || isatty(STDOUT_FILENO) == 0);
  return list || (!o.command.empty() && find_table(o.command) != nullptr);
}

// "Nullable(LowCardinality(Int64))" holds numbers.
Value::Type type_in(std::string_view type) {
  for (const std::string_view wrapped : {"Nullable(", "LowCardinality(", "Nullable("}) {
    if (type.starts_with(wrapped)) type.remove_prefix(wrapped.size());
  }
  if (type.starts_with("Int") || type.starts_with("UInt")) return Value::Type::integer;
  return type.starts_with("Float") ? Value::Type::real : Value::Type::text;
}

// A number that is too large for an integer is the text that the server wrote.
void read_cell(const ClusterClient::Cell& cell, Value::Type type, Value* value) {
  value->clear();
  if (!cell) return;
  const char* const end = cell->data() + cell->size();
  if (type == Value::Type::integer) {
    int64_t number = 0;
    const auto read = std::from_chars(cell->data(), end, number);
    if (read.ptr == end && read.ec == std::errc()) return value->set(number);
  }
  if (type == Value::Type::real) {
    double number = 0;
    const auto read = std::from_chars(cell->data(), end, number);
    if (read.ptr == end && read.ec == std::errc()) return value->set_real(number);
  }
  value->set(std::string_view(*cell));
}

int status_of(const ClusterAnswer& answer) {
  return answer.kind == Kind::refused ? kUsage : kUnreadable;
}

int print_answer(ClusterClient& client, const std::string& name, const std::string& sql,
                 const Options& options) {
  const auto writer = make_row_writer(row_style(options), stdout);
  std::vector<Value::Type> types;
  std::vector<Value> values;
  uint64_t left = options.limit;
  bool begun = false;
  const ClusterClient::Result result{[&](const auto& columns) {
                                       std::vector<ResultColumn> shown;
                                       for (const auto& column : columns) {
                                         shown.push_back({column.name, false});
                                         types.push_back(type_in(column.type));
                                       }
                                       writer->begin(shown);
                                       values.resize(shown.size());
                                       begun = true;
                                     },
                                     [&](const Cells& cells) {
                                       if (left == 0 || cells.size() != values.size()) return false;
                                       for (size_t i = 0; i < cells.size(); i++)
                                         read_cell(cells[i], types[i], &values[i]);
                                       left--;
                                       return writer->row(values) && std::ferror(stdout) == 0;
                                     },
                                     0, options.command == "sql"};
  std::string missing;
  const ClusterAnswer answer = select_what_is_there(client, sql, result, &missing);
  if (answer.kind != Kind::done) {
    complain(name + ": " + answer.sentence);
    return status_of(answer);
  }
  if (begun) writer->end();
  if (missing.empty()) return kDone;
  complain(name + ": " + missing);
  return kUnreadable;
}

}  // namespace

bool reads_cluster(const Options& options) {
  return std::any_of(options.sources.begin(), options.sources.end(),
                     [](const std::string& name) { return is_cluster_url(name); });
}

std::string mistake_in_cluster(const Options& options) {
  if (!reads_cluster(options)) return {};
  const std::string& name = options.sources.front();
  if (options.sources.size() > 1 || !options.devices.empty())
    return shown_url(name) + ": a cluster is read alone, without other sources";
  if (options.command == "sql" && options.query.empty())
    return "sql: name the query: the prompt is for captures";
  if (options.follow) return "--follow: is about captures";
  if (options.command == "capture" || options.command == "compare" || options.command == "redact")
    return options.command + ": reads captures; export them from " + shown_url(name);
  ClusterUrl url;
  return parse_cluster_url(name, &url);
}

std::optional<int> print_from_cluster(const Options& options) {
  if (!is_answered_there(options)) return std::nullopt;
  ClusterUrl url;
  parse_cluster_url(options.sources.front(), &url);
  ClusterClient client(url);
  const std::string sql = options.command == "sql" ? options.query : cluster_select(options);
  return print_answer(client, shown_url(options.sources.front()), sql, options);
}

std::optional<int> ClusterFiles::fetch(Options* options, std::vector<std::string>* errors) {
  if (const std::string wrong = folder_.make(); !wrong.empty()) {
    complain(wrong);
    return kUnreadable;
  }
  ClusterUrl url;
  parse_cluster_url(options->sources.front(), &url);
  ClusterClient client(url);
  ClusterFetched fetched;
  const std::string name = shown_url(options->sources.front());
  const ClusterAnswer answer =
      fetch_calls(client, name, cluster_selection(*options), folder_.path(), &fetched);
  *errors = std::move(fetched.missing);
  if (answer.kind != Kind::done) {
    for (const std::string& error : *errors) complain(error);
    complain(name + ": " + answer.sentence);
    return status_of(answer);
  }
  options->sources = std::move(fetched.files);
  options->is_fetched = true;
  // The server has chosen; numbers of calls are others here.
  options->calls_where = options->call_id = options->user = options->address = options->match = {};
  options->from = options->to = {};
  options->call = 0;
  options->calls_only = options->invert = false;
  if (where_is_about_calls(options->command)) options->where.clear();
  if (!options->sources.empty()) return std::nullopt;
  for (const std::string& error : *errors) complain(error);
  complain(name + ": no call matches");
  return errors->empty() ? kDone : kUnreadable;
}

}  // namespace sipladder
