// What the call list opens: ladders, values, columns, findings of the capture.
#include <algorithm>
#include <map>

#include "tui/choose_view.h"
#include "tui/ladder_view.h"
#include "tui/list_view.h"
#include "tui/print_command.h"
#include "tui/table_view.h"

namespace sipladder {

Reply ListView::open_flow(bool all_legs) {
  std::vector<CallId> calls = wanted();
  if (calls.empty()) return {};
  if (all_legs) {
    const SharedLock lock(shared_);
    shared_.analyst.legs().update();
    std::vector<CallId> legs;
    for (const CallId call : calls) {
      const auto of_call = shared_.analyst.legs().legs_of(call);
      legs.insert(legs.end(), of_call.begin(), of_call.end());
    }
    if (!legs.empty()) calls = std::move(legs);
    std::sort(calls.begin(), calls.end());
    calls.erase(std::unique(calls.begin(), calls.end()), calls.end());
  }
  return {Reply::Kind::open, std::make_unique<LadderView>(shared_, std::move(calls),
                                                          LadderTarget{.first_evidence = true})};
}

// The values of the column that the list is sorted by, with their counts.
Reply ListView::open_values() {
  const std::string name = rows_source_.sorted_by().empty() || rows_source_.sorted_by() == "mark"
                               ? "why"
                               : rows_source_.sorted_by();
  const std::vector<ListColumn> columns = list_columns_called({name});
  if (columns.empty()) return {};
  const ListColumn column = columns.front();
  std::map<std::string, uint64_t> counts;
  {
    const SharedLock lock(shared_);
    for (const CallId id : rows_source_.ids()) {
      if (shared_.model.cancellation.requested()) break;
      if (shared_.model.calls.holds(id)) counts[cells_.text(column, id)]++;
    }
  }
  return choose_value(
      column.title + " of these calls (< and > choose the column)", counts,
      [this, column](const std::string& value) { rows_source_.pick(column, value); },
      [ui = shared_.ui, name](const std::string& value) { return ui->mask.cell(name, value); });
}

// Findings about the capture itself belong to no call, or to many: they are listed by their code.
Reply ListView::open_capture_findings() {
  auto view = std::make_unique<TableView>(shared_, kFindingsTable, 1, std::vector<CallId>{});
  view->filter("code LIKE 'cap-%'");
  return {Reply::Kind::open, std::move(view)};
}

void ListView::copy_call_id() {
  const SharedLock lock(shared_);
  const std::vector<ListColumn> column = list_columns_called({"callid"});
  if (!shared_.model.calls.holds(selected())) return;
  shared_.ui->clipboard = shared_.ui->mask.name(cells_.text(column.front(), selected()));
  shared_.ui->notice = "Call-ID copied";
}

// Rows that no condition tells are named by their numbers, as far as a line can hold them.
void ListView::copy_command() {
  constexpr size_t kMostNamed = 500;
  const std::vector<CallId>& ids = rows_source_.ids();
  const std::string& condition = rows_source_.only_condition();
  std::string options;
  std::vector<CallId> named;
  if (!condition.empty()) {
    options = " --where " + quoted_word(condition);
  } else if (ids.size() != rows_source_.total()) {
    named = ids;
  }
  if (ids.empty() || named.size() > kMostNamed) {
    shared_.ui->notice = "no command line has room for these rows: filter by an SQL condition";
    return;
  }
  shared_.ui->clipboard = print_command(*shared_.ui, "calls", named, options);
  shared_.ui->notice = shared_.ui->clipboard.empty() ? std::string(kNoCommand) : "command copied";
}

Reply ListView::open_columns() {
  std::vector<Choice> choices;
  for (const ListColumn& column : columns_)
    choices.push_back({column.name, column.about, name_with_width(column), true});
  for (const ListColumn& column : list_columns()) {
    const bool shown = std::any_of(columns_.begin(), columns_.end(),
                                   [&](const ListColumn& one) { return one.name == column.name; });
    if (!shown) choices.push_back({column.name, column.about, column.name, false});
  }
  return choose_columns(std::move(choices), [this](const std::vector<std::string>& names) {
    if (!names.empty()) columns_ = chosen_list_columns(names);
  });
}

}  // namespace sipladder
