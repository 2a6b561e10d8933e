#include "tui/table_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/names.h"
#include "query/format.h"
#include "tui/problems.h"
#include "tui/stream_plot.h"
#include "tui/tabs.h"

namespace sipladder {
namespace {

// Limits of the width of a column. The smaller ones are tried when the first leaves columns out.
constexpr int kMostOfColumn[] = {60, 32, 24};
constexpr int kGap = 2;
constexpr int kLeastForWords = 16;  // rows of a view that shows the selected finding below

bool is_number(const Column& column) {
  return column.type == "INTEGER" || column.type == "REAL";
}

}  // namespace

TableView::TableView(const Shared& shared, const TableDescription& table, size_t tab,
                     std::vector<CallId> scope)
    : shared_(shared),
      table_(table),
      tab_(tab),
      scope_(scope),
      rows_(shared_, table, std::move(scope)) {
  const TableState& state = shared_.ui->tables[std::string(table.name)];
  show_columns(state.columns.empty() ? shown_columns(table) : state.columns);
  widths_ = state.widths;
  if (const Column* const sort = find_column(table_, state.sort))
    rows_.sort(sort, state.descending);
  if (scope_.empty()) cursor_.selected = state.selected;
}

TableView::~TableView() {
  TableState& state = shared_.ui->tables[std::string(table_.name)];
  state.columns.clear();
  for (const Column* column : columns_) state.columns.emplace_back(column->name);
  state.widths = widths_;
  state.sort = rows_.sorted_by() == nullptr ? "" : std::string(rows_.sorted_by()->name);
  state.descending = rows_.descending();
  if (scope_.empty()) state.selected = cursor_.selected;
}

void TableView::show_columns(const std::vector<std::string>& names) {
  std::vector<const Column*> columns;
  for (const std::string& name : names) {
    if (const Column* const column = find_column(table_, name)) columns.push_back(column);
  }
  if (!columns.empty()) columns_ = std::move(columns);
}

void TableView::pick(std::string_view column, const std::string& cell) {
  if (const Column* const found = find_column(table_, column)) rows_.pick(found, cell);
}

void TableView::filter(const std::string& text) {
  rows_.filter(text, understand_filter(text, std::string(table_.name)), columns_);
}

RowId TableView::selected() const {
  const auto& ids = rows_.ids();
  return cursor_.selected < ids.size() ? ids[cursor_.selected] : RowId{};
}

// Columns of numbers hold no names: the mask leaves them.
std::string TableView::shown_value(const Column& column, std::string text) const {
  return is_number(column) ? text : shared_.ui->mask.cell(column.name, std::move(text));
}

// What is masked of a header's value depends on the header.
std::string TableView::shown(const Column& column, RowId row) {
  std::string text = plain_text(rows_.value(column, row));
  if (&table_ != &kHeadersTable || column.name != "value")
    return shown_value(column, std::move(text));
  const std::string name = plain_text(rows_.value(*find_column(table_, "name"), row));
  return shared_.ui->mask.header(name, std::move(text));
}

void TableView::take_cells() {
  cells_.clear();
  cells_top_ = cursor_.top;
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    std::vector<std::string> cells;
    for (const Column* column : columns_) cells.push_back(shown(*column, rows_.ids()[i]));
    cells_.push_back(std::move(cells));
  }
}

// The width that a column wants, at most `most` unless the user has set it.
int TableView::wanted_width(size_t column, int most) const {
  const auto wanted = widths_.find(std::string(columns_[column]->name));
  if (wanted != widths_.end()) return wanted->second;
  int wide = static_cast<int>(columns_[column]->name.size()) + 1;
  for (const auto& cells : cells_) wide = std::max(wide, text_width(safe_text(cells[column])));
  return std::min(wide, most);
}

// Cuts long texts as far as it takes to show all columns. The last column that fits takes the rest.
void TableView::place(int width) {
  placed_.clear();
  const size_t first = std::min(first_column_, columns_.size() - 1);
  int most = 0;
  for (const int cap : kMostOfColumn) {
    most = cap;
    int sum = -kGap;
    for (size_t c = first; c < columns_.size(); c++) sum += wanted_width(c, cap) + kGap;
    if (sum <= width) break;
  }
  int x = 0;
  for (size_t c = first; c < columns_.size() && x < width; c++) {
    const bool own = widths_.contains(std::string(columns_[c]->name));
    const bool rest = !own && (columns_[c]->name == "summary" || c + 1 == columns_.size());
    const int wide =
        rest ? std::max(wanted_width(c, kMostOfColumn[0]), width - x) : wanted_width(c, most);
    placed_.push_back({c, x, std::min(wide, width - x)});
    x += wide + kGap;
  }
}

// Below the table of findings: the whole text of the selected finding. Below the table of streams:
// plots of the selected stream.
void TableView::take_words(int width) {
  words_.clear();
  if (&table_ == &kStreamsTable && word_rows_ > 0 && selected().id != 0)
    words_ = stream_plots(shared_, StreamId{selected().id}, width, static_cast<int>(word_rows_));
  const Finding* const finding = rows_.finding(selected());
  if (word_rows_ == 0 || finding == nullptr) return;
  words_ = problem_text(problem_of(shared_, *finding), width);
  if (words_.size() > word_rows_) words_.resize(word_rows_);
}

void TableView::refresh(int width, int height) {
  const bool moved = cursor_.selected != last_selected_ || cursor_.top != last_top_;
  const bool readable = rows_.refresh(moved);
  const bool tells = &table_ == &kFindingsTable || &table_ == &kStreamsTable;
  const bool words = tells && shared_.ui->panel && height >= kLeastForWords;
  word_rows_ = words ? static_cast<size_t>(height / 3) : 0;
  const size_t keep = cursor_.selected;
  const int rows = height - 1 - static_cast<int>(word_rows_ == 0 ? 0 : word_rows_ + 1);
  if (!(rows_.working() && rows_.ids().size() <= keep))
    cursor_.fit(rows_.ids().size(), static_cast<size_t>(std::max(1, rows)));
  cursor_.height = static_cast<size_t>(std::max(1, rows));
  last_selected_ = cursor_.selected;
  last_top_ = cursor_.top;
  if (!readable) return;
  if (cursor_.count != rows_.ids().size()) {
    cells_.clear();
    return;
  }
  take_cells();
  place(width);
  take_words(width);
}

std::string TableView::name() const {
  return "view of " + tab_title(table_);
}

std::string TableView::crumb() const {
  if (scope_.empty()) return tab_title(table_);
  return tab_title(table_) + (scope_.size() == 1 ? " of the call" : " of the calls");
}

std::string TableView::heading() const {
  std::string text = counted(rows_.ids().size(), "row");
  if (const std::string about = rows_.about(); !about.empty())
    text += "  " + shared_.ui->mask.sentence(about);
  if (!shared_.verdicts && table_.come == RowsCome::by_opening) text += "  (when all is read)";
  return text + "  " + std::string(table_.doc);
}

std::string TableView::prompt() const {
  if (place_.editing()) return place_.prompt();
  if (!filter_edit_.active()) return search_.prompt();
  const RowFilter filter = understand_filter(filter_edit_.text(), std::string(table_.name));
  if (!filter.error.empty()) return filter_edit_.prompt() + "   " + filter.error;
  return filter_edit_.prompt() + fmt::format("   {} rows {}", rows_.ids().size(), rows_.progress());
}

void TableView::draw(Canvas& canvas) const {
  const auto cell = [&](int y, const Placed& place, const std::string& text, Ink ink) {
    const std::u32string cut = fit_text(safe_text(text), place.width);
    const bool right = is_number(*columns_[place.column]);
    canvas.text(place.x + (right ? place.width - text_width(cut) : 0), y, std::u32string_view(cut),
                ink);
  };
  for (const Placed& place : placed_) {
    const Column* const column = columns_[place.column];
    const bool sorted = column == rows_.sorted_by();
    cell(0, place,
         std::string(column->name) + (!sorted              ? ""
                                      : rows_.descending() ? "v"
                                                           : "^"),
         Ink::header);
  }
  for (size_t i = 0; i < cells_.size(); i++) {
    const int y = static_cast<int>(i) + 1;
    for (const Placed& place : placed_) {
      const std::string& text = cells_[i][place.column];
      const Ink ink = text == "error" ? Ink::error : text == "warning" ? Ink::warning : Ink::plain;
      cell(y, place, text, ink);
    }
    if (cells_top_ + i == cursor_.selected) canvas.reverse_row(y);
  }
  if (cells_.empty())
    canvas.text(0, 1, std::string_view(rows_.working() ? "looking ..." : "nothing here"), Ink::dim);
  if (word_rows_ == 0) return;
  const int top = canvas.height() - static_cast<int>(word_rows_) - 1;
  canvas.text(0, top,
              std::u32string_view(std::u32string(static_cast<size_t>(canvas.width()),
                                                 shared_.ui->ascii ? U'-' : U'─')),
              Ink::dim);
  for (size_t i = 0; i < words_.size(); i++)
    canvas.line(0, top + 1 + static_cast<int>(i), words_[i]);
}

}  // namespace sipladder
