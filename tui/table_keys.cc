// What the keys of a table do.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "correlate/analysis/evidence.h"
#include "query/format.h"
#include "tui/choose_view.h"
#include "tui/completion.h"
#include "tui/ladder_view.h"
#include "tui/message_view_screen.h"
#include "tui/problems.h"
#include "tui/settings_view.h"
#include "tui/table_view.h"
#include "tui/tabs.h"

namespace sipladder {
namespace {

constexpr const char* kTableFilterLabel = "filter (words, /regex/, SQL): ";

}  // namespace

bool TableView::row_matches(size_t index) {
  if (shared_.model.cancellation.requested()) return true;
  const SharedLock lock(shared_);
  rows_.catch_up();
  for (const Column* column : columns_) {
    if (search_.in(plain_text(rows_.value(*column, rows_.ids()[index])))) return true;
  }
  return false;
}

void TableView::find(bool forward) {
  search_.run(
      forward, [this](size_t row) { return row_matches(row); }, &cursor_);
}

// Goes to the next row whose call has a problem. In the table of findings each row is a problem.
void TableView::step_problem(bool forward) {
  const SharedLock lock(shared_);
  rows_.catch_up();
  const auto& ids = rows_.ids();
  size_t row = cursor_.selected;
  for (size_t i = 0; i < ids.size(); i++) {
    row = forward ? (row + 1) % ids.size() : (row + ids.size() - 1) % ids.size();
    const Column* const severity =
        &table_ == &kFindingsTable ? find_column(table_, "severity") : nullptr;
    const bool problem = severity != nullptr
                             ? rows_.value(*severity, ids[row]).text != "info"
                             : shared_.ui->overview.of(rows_.call_of(ids[row])).is_problem();
    if (!problem) continue;
    cursor_.select(row);
    return;
  }
  shared_.ui->notice = "no problem here";
}

void TableView::step_sort(bool forward) {
  const auto count = static_cast<int>(columns_.size());
  const auto at = std::find(columns_.begin(), columns_.end(), rows_.sorted_by());
  int place = at == columns_.end() ? -1 : static_cast<int>(at - columns_.begin());
  place = (place + 1 + (forward ? 1 : count)) % (count + 1) - 1;
  rows_.sort(place < 0 ? nullptr : columns_[static_cast<size_t>(place)], false);
}

// Changes the width of the column that the table is sorted by; < and > choose that column.
void TableView::widen(int by) {
  constexpr int kWidest = 500;
  for (const Placed& place : placed_) {
    const Column* const column = columns_[place.column];
    if (column != rows_.sorted_by()) continue;
    const int width = std::clamp(place.width + by, 1, kWidest);
    widths_[std::string(column->name)] = width;
    shared_.ui->notice = fmt::format("{}: {} wide", column->name, width);
    return;
  }
  shared_.ui->notice = "< and > choose the column that [ and ] make narrower or wider";
}

void TableView::type_filter(Key key) {
  const std::string before = rows_.filter_text();
  if (key == kKeyTab) {
    const Completion completion = complete_name(filter_edit_.text(), table_.name);
    filter_edit_.set(completion.text);
    shared_.ui->notice = completion.choices;
    return;
  }
  const LineEdit::Answer answer = filter_edit_.type(key);
  if (answer == LineEdit::Answer::typing) return;
  const std::string text = answer == LineEdit::Answer::left ? std::string() : filter_edit_.text();
  RowFilter filter = understand_filter(text, std::string(table_.name));
  const bool done = answer == LineEdit::Answer::done;
  if (!filter.error.empty()) {
    if (done) filter_edit_.begin(kTableFilterLabel, text);  // the prompt shows the error
    return;
  }
  // A condition can take long: it waits for Enter.
  if (filter.kind == RowFilter::Kind::condition && !done) return;
  const bool same = text == before && filter.kind != RowFilter::Kind::condition;
  if (!same) rows_.filter(text, std::move(filter), columns_);
}

Reply TableView::open_record() {
  const RowId row = selected();
  if (row.id == 0) return {};
  return {Reply::Kind::open, record_view(shared_, table_, row)};
}

// Opens the Via hops of the requests that the selected address sent.
Reply TableView::open_endpoint() {
  std::string address, port;
  {
    const SharedLock lock(shared_);
    rows_.catch_up();
    address = rows_.value(*find_column(table_, "address"), selected()).text;
    port = plain_text(rows_.value(*find_column(table_, "port"), selected()));
  }
  if (address.empty()) return {};
  return {Reply::Kind::open, hops_of(shared_, address, port)};
}

// Opens the ladder that the row belongs to, at its evidence; `message`: the message itself.
Reply TableView::open_row(bool message) {
  const RowId row = selected();
  if (row.id == 0) return {};
  if (&table_ == &kEndpointsTable && !message) return open_endpoint();
  LadderTarget target;
  CallId call;
  {
    const SharedLock lock(shared_);
    rows_.catch_up();
    call = rows_.call_of(row);
    target.message = rows_.message_of(row);
    if (&table_ == &kStreamsTable) target.stream = StreamId{row.id};
    if (const Finding* const finding = rows_.finding(row)) {
      target.stream = finding->stream;
      target.frames = finding->evidence;
      target.source = evidence_source(shared_.model, *finding);
    }
    if (&table_ == &kTransactionsTable && shared_.model.transactions.holds(TransactionId{row.id}))
      target.message = shared_.model.transactions[TransactionId{row.id}].request;
    if (!shared_.model.calls.holds(call)) call = CallId{};
  }
  if (message && target.message)
    return {Reply::Kind::open,
            std::make_unique<MessageScreen>(shared_, std::vector<MessageId>{target.message}, 0)};
  if (message || !call) return open_record();
  return {Reply::Kind::open,
          std::make_unique<LadderView>(shared_, std::vector<CallId>{call}, std::move(target))};
}

// Saves the selected stream as audio; of another table the call of the row, or those of all rows.
Reply TableView::save_rows() {
  const RowId row = selected();
  if (row.id == 0) return {};
  if (&table_ == &kStreamsTable)
    return {Reply::Kind::open, save_stream_view(shared_, StreamId{row.id})};
  std::vector<CallId> shown;
  CallId chosen;
  {
    const SharedLock lock(shared_);
    rows_.catch_up();
    chosen = rows_.call_of(row);
    for (const RowId& one : rows_.ids()) shown.push_back(rows_.call_of(one));
  }
  std::erase_if(shown, [](CallId call) { return !call; });
  std::sort(shown.begin(), shown.end());
  shown.erase(std::unique(shown.begin(), shown.end()), shown.end());
  if (!chosen) {
    shared_.ui->notice = "this row is of no call";
    return {};
  }
  return {Reply::Kind::open, save_view(shared_, {chosen}, std::move(shown))};
}

Reply TableView::open_values() {
  const Column* const column = rows_.sorted_by() != nullptr ? rows_.sorted_by() : columns_.front();
  std::map<std::string, uint64_t> counts;
  {
    const SharedLock lock(shared_);
    rows_.catch_up();
    for (const RowId row : rows_.ids()) {
      if (shared_.model.cancellation.requested()) break;
      counts[plain_text(rows_.value(*column, row))]++;
    }
  }
  return choose_value(
      fmt::format("{} of these rows (< and > choose the column)", column->name), counts,
      [this, column](const std::string& value) { rows_.pick(column, value); },
      [this, column](const std::string& value) { return shown_value(*column, value); });
}

Reply TableView::open_columns() {
  std::vector<Choice> choices;
  for (const Column* column : columns_)
    choices.push_back(
        {std::string(column->name), std::string(column->doc), std::string(column->name), true});
  for (const Column& column : table_.columns) {
    if (std::find(columns_.begin(), columns_.end(), &column) == columns_.end())
      choices.push_back(
          {std::string(column.name), std::string(column.doc), std::string(column.name), false});
  }
  return choose_columns(std::move(choices), [this](const std::vector<std::string>& names) {
    show_columns(names);
    first_column_ = 0;
  });
}

void TableView::go_to(const Place& place) {
  const SharedLock lock(shared_);
  rows_.catch_up();
  const auto& ids = rows_.ids();
  const auto row = row_at(place, ids.size(), [&](size_t i) { return rows_.place_of(ids[i]); });
  if (row) cursor_.select(*row);
  if (!row) shared_.ui->notice = "no row here is as late as " + place_words(place);
}

Reply TableView::type(Key key) {
  if (filter_edit_.active()) {
    type_filter(key);
  } else if (place_.editing()) {
    if (const auto place = place_.type(key, shared_)) go_to(*place);
  } else if (search_.type(key)) {
    find(true);
  }
  return {};
}

// A click on a title sorts by its column; a second one turns the order around.
bool TableView::click(int x, int y) {
  if (y > 0) return cursor_.click(y - 1);
  for (const Placed& place : placed_) {
    const Column* const column = columns_[place.column];
    if (x < place.x || x >= place.x + place.width) continue;
    rows_.sort(column, column == rows_.sorted_by() && !rows_.descending());
  }
  return false;
}

bool TableView::unwind() {
  if (!search_.clear() && !rows_.is_filtered()) return false;
  rows_.filter({}, {}, columns_);
  return true;
}

Reply TableView::act(Action action) {
  if (cursor_.move(action)) return {};
  switch (action) {
    case Action::open:
    case Action::raw:
      return open_row(action == Action::raw);
    case Action::whole_finding:
      return open_record();
    case Action::save:
      return save_rows();
    case Action::values:
      return open_values();
    case Action::columns:
      return open_columns();
    case Action::next_view:
    case Action::previous_view:
      return tab_beside(shared_, tab_, scope_, action == Action::next_view);
    default:
      act_on_rows(action);
      return {};
  }
}

void TableView::act_on_rows(Action action) {
  switch (action) {
    case Action::left:
      first_column_ -= std::min<size_t>(first_column_, 1);
      break;
    case Action::right:
      if (first_column_ + 1 < columns_.size()) first_column_++;
      break;
    case Action::filter:
      filter_edit_.begin(kTableFilterLabel, rows_.filter_text());
      break;
    case Action::sort_next:
    case Action::sort_previous:
      step_sort(action == Action::sort_next);
      break;
    case Action::reverse:
      rows_.sort(rows_.sorted_by() != nullptr ? rows_.sorted_by() : &table_.columns.front(),
                 !rows_.descending());
      break;
    case Action::next_problem:
    case Action::previous_problem:
      step_problem(action == Action::next_problem);
      break;
    case Action::wider_column:
    case Action::narrower_column:
      widen(action == Action::wider_column ? kWidthStep : -kWidthStep);
      break;
    case Action::go_to:
      place_.begin();
      break;
    case Action::panel:
      shared_.ui->panel = !shared_.ui->panel;
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
}

const KeyTable& TableView::keys() const {
  static const KeyTable kKeys = with_text_keys({
      {kKeyEnter, Action::open,
       "the ladder that the row belongs to, at its place; of an address, its Via hops", "open"},
      {'r', Action::raw, ""},
      {function_key(6), Action::raw, "the message of the row", "message"},
      {'v', Action::whole_finding, "the whole row, each column with its meaning", "whole row"},
      {kKeyTab, Action::next_view, "", "views"},
      {kKeyBackTab, Action::previous_view, "the next or previous view"},
      {'f', Action::filter, "", "filter"},
      {function_key(7), Action::filter, "filter by words, /regex/ over all messages, or SQL"},
      {'F', Action::values, "values of the column sorted by, with counts; Enter filters", "values"},
      {'s', Action::save, ""},
      {function_key(2), Action::save, "save the call of the row; a stream as audio"},
      {'<', Action::sort_previous, "", "sort"},
      {'>', Action::sort_next, "sort by the column before or behind"},
      {'z', Action::reverse, "sort the other way"},
      {'t', Action::columns, ""},
      {function_key(10), Action::columns, "choose and order columns"},
      {'[', Action::narrower_column, ""},
      {']', Action::wider_column, "the column sorted by narrower or wider"},
      {'e', Action::next_problem, ""},
      {'E', Action::previous_problem, "the next or previous row with a problem"},
      {':', Action::go_to, "go to a frame or a time"},
      {'b', Action::panel, "the part below the list, or not"},
      {'i', Action::stats, "statistics"},
      {';', Action::sql, "ask in SQL", "SQL"},
      {'o', Action::settings, ""},
      {function_key(8), Action::settings, "settings"},
  });
  return kKeys;
}

}  // namespace sipladder
