#include "tui/sql_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/names.h"
#include "query/format.h"
#include "query/table_description.h"
#include "tui/arrangement.h"
#include "tui/completion.h"
#include "tui/ladder_view.h"
#include "tui/text_pane.h"

namespace sipladder {
namespace {

constexpr size_t kMostRows = 100'000;
constexpr int kMostOfResult = 50;
constexpr const char* kLabel = "SQL> ";

}  // namespace

SqlView::SqlView(const Shared& shared) : shared_(shared) {
  edit_.begin(kLabel, "SELECT ");
}

void SqlView::run() {
  query_ = edit_.text();
  error_.clear();
  rows_.clear();
  columns_.clear();
  all_ = true;
  sorted_by_ = -1;
  cursor_ = Cursor{};
  first_column_ = 0;
  const SharedLock lock(shared_);
  packets_ = shared_.model.accounting.packets;
  Reader reader(shared_.model, shared_.log, shared_.analyst);
  Database database(reader);
  error_ = database.run(
      query_, [this](const std::vector<ResultColumn>& columns) { columns_ = columns; },
      [this](const std::vector<Value>& values) {
        all_ = rows_.size() < kMostRows;
        if (all_) rows_.push_back(values);
        return all_;
      });
}

void SqlView::complete() {
  const Completion completion = complete_name(edit_.text(), {});
  edit_.set(completion.text);
  error_ = completion.choices;
}

void SqlView::sort(bool forward) {
  const int count = static_cast<int>(columns_.size());
  if (count == 0) return;
  const int step = forward ? 1 : count - 1;
  sorted_by_ = sorted_by_ < 0 ? (forward ? 0 : count - 1) : (sorted_by_ + step) % count;
  const auto at = static_cast<size_t>(sorted_by_);
  std::stable_sort(rows_.begin(), rows_.end(), [&](const auto& a, const auto& b) {
    return descending_ ? is_less(b[at], a[at]) : is_less(a[at], b[at]);
  });
}

void SqlView::refresh(int, int height) {
  packets_now_ = shared_.model.accounting.packets;
  cursor_.fit(rows_.size(), static_cast<size_t>(std::max(1, height - 2)));
}

std::string SqlView::heading() const {
  if (query_.empty()) return "a SELECT over the tables; Tab completes names";
  std::string text = counted(rows_.size(), "row");
  if (!all_) text += " (more are left out)";
  if (packets_now_ != packets_)
    text += fmt::format("  {} newer packets since: R asks again", packets_now_ - packets_);
  return text;
}

std::string SqlView::prompt() const {
  return edit_.active() ? edit_.prompt() : search_.prompt();
}

// The mask takes the cells of a column that the query has named itself for names, because nothing
// says what they hold.
std::string SqlView::shown(size_t row, size_t column) const {
  const Value& value = rows_[row][column];
  Mask& mask = shared_.ui->mask;
  if (value.type != Value::Type::text || !mask.is_on()) return plain_text(value);
  const std::string& name = columns_[column].name;
  const auto header = std::find_if(columns_.begin(), columns_.end(),
                                   [](const auto& one) { return one.name == "name"; });
  if (name == "value" && header != columns_.end())
    return mask.header(plain_text(rows_[row][static_cast<size_t>(header - columns_.begin())]),
                       plain_text(value));
  const bool known = std::any_of(
      tables().begin(), tables().end(),
      [&](const TableDescription* table) { return find_column(*table, name) != nullptr; });
  return known ? mask.cell(name, plain_text(value)) : mask.name(plain_text(value));
}

void SqlView::draw(Canvas& canvas) const {
  canvas.text(0, 0, shared_.ui->mask.sentence(query_), Ink::dim);
  if (!error_.empty()) {
    std::vector<CellLine> lines;
    add_wrapped(&lines, error_, canvas.width(), 0, Ink::warning);
    for (size_t i = 0; i < lines.size(); i++) canvas.line(0, static_cast<int>(i) + 1, lines[i]);
    return;
  }
  int x = 0;
  for (size_t c = first_column_; c < columns_.size() && x < canvas.width(); c++) {
    int width = text_width(safe_text(columns_[c].name));
    for (size_t i = cursor_.top; i < cursor_.end(); i++)
      width = std::max(width, text_width(safe_text(shown(i, c))));
    width = std::min(width, kMostOfResult);
    const auto cell = [&](int y, const std::string& text, Ink ink, bool right) {
      const std::u32string cut = fit_text(safe_text(text), width);
      canvas.text(x + (right ? width - text_width(cut) : 0), y, std::u32string_view(cut), ink);
    };
    cell(1, columns_[c].name, Ink::header, false);
    for (size_t i = cursor_.top; i < cursor_.end(); i++) {
      const Value& value = rows_[i][c];
      cell(static_cast<int>(i - cursor_.top) + 2, shown(i, c), Ink::plain,
           value.type == Value::Type::integer || value.type == Value::Type::real);
    }
    x += width + 2;
  }
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    if (i == cursor_.selected) canvas.reverse_row(static_cast<int>(i - cursor_.top) + 2);
  }
}

// The call of a row, by its columns that name a call or a message. With the lock held.
CallId SqlView::call_of(size_t at, MessageId* message) const {
  const std::vector<Value>& row = rows_[at];
  CallId call;
  for (size_t c = 0; c < columns_.size(); c++) {
    if (row[c].type != Value::Type::integer || row[c].integer <= 0) continue;
    const auto id = static_cast<uint32_t>(row[c].integer);
    if (columns_[c].name == "call") call = CallId{id};
    if (columns_[c].name == "message") *message = MessageId{id};
    if (columns_[c].name == "id" && contains_words(query_, "from calls")) call = CallId{id};
    if (columns_[c].name == "id" && contains_words(query_, "from messages"))
      *message = MessageId{id};
  }
  if (!call && shared_.model.messages.holds(*message)) call = shared_.model.messages[*message].call;
  return shared_.model.calls.holds(call) ? call : CallId{};
}

void SqlView::step_problem(bool forward) {
  const SharedLock lock(shared_);
  size_t row = cursor_.selected;
  for (size_t i = 0; i < rows_.size(); i++) {
    row = forward ? (row + 1) % rows_.size() : (row + rows_.size() - 1) % rows_.size();
    MessageId message;
    const CallId call = call_of(row, &message);
    if (call && shared_.ui->overview.of(call).is_problem()) return cursor_.select(row);
  }
  shared_.ui->notice = "no row here is of a call with a problem";
}

Reply SqlView::open_row() const {
  if (rows_.empty()) return {};
  const SharedLock lock(shared_);
  LadderTarget target;
  const CallId call = call_of(cursor_.selected, &target.message);
  if (!call) {
    shared_.ui->notice = "the row has no column `call` or `message` to open a ladder by";
    return {};
  }
  return {Reply::Kind::open,
          std::make_unique<LadderView>(shared_, std::vector<CallId>{call}, std::move(target))};
}

void SqlView::find(bool forward) {
  search_.run(
      forward,
      [this](size_t row) {
        return std::any_of(rows_[row].begin(), rows_[row].end(),
                           [this](const Value& value) { return search_.in(plain_text(value)); });
      },
      &cursor_);
}

Reply SqlView::type_query(Key key) {
  if (key == kKeyTab) {
    complete();
    return {};
  }
  const LineEdit::Answer answer = edit_.type(key);
  if (answer == LineEdit::Answer::done) run();
  if (answer == LineEdit::Answer::left && query_.empty()) return {Reply::Kind::back, nullptr};
  return {};
}

Reply SqlView::type(Key key) {
  if (edit_.active()) return type_query(key);
  if (search_.type(key)) find(true);
  return {};
}

Reply SqlView::act(Action action) {
  if (cursor_.move(action)) return {};
  switch (action) {
    case Action::open:
      return open_row();
    case Action::edit_query:
      edit_.begin(kLabel, query_);
      break;
    case Action::run_again:
      run();
      break;
    case Action::sort_next:
    case Action::sort_previous:
      sort(action == Action::sort_next);
      break;
    case Action::reverse:
      descending_ = !descending_;
      if (sorted_by_ >= 0) sorted_by_--;
      sort(true);
      break;
    case Action::next_problem:
    case Action::previous_problem:
      step_problem(action == Action::next_problem);
      break;
    case Action::left:
      first_column_ -= std::min<size_t>(first_column_, 1);
      break;
    case Action::right:
      if (first_column_ + 1 < columns_.size()) first_column_++;
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
  return {};
}

const KeyTable& SqlView::keys() const {
  static const KeyTable kKeys = with_text_keys({
      {kKeyEnter, Action::open, "the ladder of the row: its column call or message", "ladder"},
      {';', Action::edit_query, "", "change the query"},
      {kKeyTab, Action::edit_query, "change the query; Tab completes names, Up recalls queries"},
      {'R', Action::run_again, "ask again", "ask again"},
      {'<', Action::sort_previous, "", "sort"},
      {'>', Action::sort_next, "sort by the column before or behind"},
      {'z', Action::reverse, "sort the other way"},
      {'e', Action::next_problem, ""},
      {'E', Action::previous_problem, "the next or previous row of a call with a problem"},
  });
  return kKeys;
}

}  // namespace sipladder
