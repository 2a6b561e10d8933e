// Rows of tables and queries.
#include <fmt/format.h>

#include <algorithm>

#include "export/finding_text.h"
#include "main/output.h"
#include "main/print.h"
#include "main/selection.h"
#include "query/call_choice.h"
#include "query/database.h"

namespace sipladder {
namespace {

// "141,758"
std::string grouped(uint64_t number) {
  std::string text = std::to_string(number);
  for (size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

// Counts printed rows up to --limit.
class Limit {
 public:
  explicit Limit(uint64_t rows) : left_(rows) {}
  bool none() const { return left_ == 0; }
  bool take() { return --left_ > 0; }  // false after the last one

 private:
  uint64_t left_;
};

}  // namespace

RowStyle row_style(const Options& options) {
  RowStyle style;
  if (!options.format.empty()) style.format = options.format;
  style.width = output_width(options);
  style.wide = options.wide;
  style.raw_csv = options.raw_csv;
  style.max_bytes = options.max_bytes;
  const TableDescription* const table = table_of(options);
  if (table != nullptr && options.columns.empty()) style.least = split_names(table->least);
  return style;
}

ChosenCalls::ChosenCalls(Session& session, const Options& options) {
  const std::string condition = selection(options);
  if (condition.empty()) return;
  all_ = false;
  Reader reader(session.model, session.log, session.analyst);
  std::string error;
  calls_ = choose_calls(reader, condition, &error);
  if (!error.empty()) {
    complain(error);
  } else if (calls_.empty()) {
    complain("no call matches (of " + grouped(session.model.calls.held()) + ")");
  }
}

std::vector<CallId> ChosenCalls::list(const Model& model) const {
  if (!all_) return calls_;
  std::vector<CallId> calls;
  for (const CallId id : model.calls.ids()) calls.push_back(id);
  return calls;
}

// Prints what `run` gives to a function for the columns and to one for each row.
template <typename Run>
static int print_rows(Session& session, const Options& options, Run run) {
  const ChosenCalls chosen(session, options);
  Reader reader(session.model, session.log, session.analyst);
  reader.choose(chosen.get());
  const auto writer = make_row_writer(row_style(options), stdout);
  Limit limit(options.limit);
  const std::string error = run(
      reader, [&](const std::vector<ResultColumn>& columns) { writer->begin(columns); },
      [&](const std::vector<Value>& values) {
        return !limit.none() && writer->row(values) && limit.take() && std::ferror(stdout) == 0;
      });
  if (!error.empty()) {
    complain(error);
    return kUsage;
  }
  writer->end();
  return kDone;
}

int print_query(Session& session, const Options& options, const std::string& sql) {
  return print_rows(session, options, [&](Reader& reader, auto begin, auto row) {
    return Database(reader).run(sql, begin, row);
  });
}

int print_table(Session& session, const Options& options) {
  const auto list = plain_list_for(options);
  if (!list) return print_query(session, options, select_for(options));
  return print_rows(session, options, [&](Reader& reader, auto begin, auto row) {
    list_rows(*list, reader, begin, row);
    return std::string();
  });
}

std::vector<const Finding*> chosen_findings(Session& session, Reader& reader,
                                            const std::string& where, std::string* error) {
  std::vector<int64_t> ids;
  *error = Database(reader).run(
      "SELECT id FROM findings" + (where.empty() ? "" : " WHERE (" + where + "\n)"),
      [](const auto&) {},
      [&](const std::vector<Value>& values) {
        ids.push_back(values[0].integer);
        return true;
      });
  std::vector<const Finding*> findings;
  const auto& found = session.analyst.all();
  for (const int64_t id : ids) findings.push_back(found[static_cast<size_t>(id) - 1]);
  return findings;
}

void write_findings(Session& session, const Options& options,
                    const std::vector<const Finding*>& findings, BoundedOutput* out) {
  const FindingTextOptions text{options.wide ? 0 : row_style(options).width, is_colored(options)};
  bool first = true;
  for (const auto& group : group_findings(findings, session.analyst)) {
    const std::string block = finding_text(session.model, session.log, group, text);
    if (!out->put((first ? "" : "\n") + block) || std::ferror(stdout) != 0) break;
    first = false;
  }
}

int print_findings(Session& session, const Options& options) {
  const bool blocks =
      (options.format.empty() || options.format == "table") && options.columns.empty();
  if (!blocks) return print_table(session, options);
  const ChosenCalls chosen(session, options);
  Reader reader(session.model, session.log, session.analyst);
  reader.choose(chosen.get());
  std::string error;
  auto findings = chosen_findings(session, reader, row_condition(options), &error);
  if (!error.empty()) {
    complain(error);
    return kUsage;
  }
  findings.resize(std::min<uint64_t>(findings.size(), options.limit));
  BoundedOutput out(row_style(options), stdout);
  if (findings.empty() && !chosen.none()) out.put("no findings\n");
  write_findings(session, options, findings, &out);
  return kDone;
}

}  // namespace sipladder
