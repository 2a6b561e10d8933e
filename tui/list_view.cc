#include "tui/list_view.h"

#include <fmt/format.h>

#include <algorithm>

#include "correlate/model/names.h"
#include "tui/status_line.h"
#include "tui/text_pane.h"
#include "tui/times.h"

namespace sipladder {
namespace {

constexpr int kLeastForPanel = 20;  // rows of the view: 24 of the terminal, or nearly
constexpr int kLeastForSummary = 6;
constexpr int kAllGroups = 70;  // columns; a narrower screen shows only groups that have calls
constexpr int kHeaderRows = 1;
constexpr int kLeastPanel = 3, kLeastList = 6;  // rows that dragging the line leaves to each

// The height of the panel in a view of `height` rows. `wanted`: what the user has set; 0: nothing.
int panel_height(int height, int wanted) {
  if (height < kLeastForPanel) return 0;
  const int most = height - kLeastList;
  return wanted > 0 ? std::clamp(wanted, kLeastPanel, most) : std::min(height * 11 / 20, 26);
}

struct GroupKey {
  Group group;
  char key;
  const char* words;
};
constexpr GroupKey kGroupKeys[] = {
    {Group::one_way, '1', "one-way"}, {Group::silent, '2', "silent"},
    {Group::failed, '3', "failed"},   {Group::nat, '4', "NAT"},
    {Group::capture, '5', "capture"},
};

}  // namespace

ListView::ListView(const Shared& shared, bool calls_only, const ListChoice& choice)
    : shared_(shared),
      cells_(shared_),
      rows_source_(shared_, cells_, calls_only, choice.condition),
      columns_(chosen_list_columns(choice.columns)) {
  if (columns_.empty()) columns_ = list_columns_called(default_list_columns());
  const std::string& filter = shared_.ui->first_filter;
  if (!filter.empty()) rows_source_.filter(filter, understand_filter(filter, "calls"));
}

CallId ListView::selected() const {
  const auto& ids = rows_source_.ids();
  return cursor_.selected < ids.size() ? ids[cursor_.selected] : CallId{};
}

std::vector<CallId> ListView::wanted() const {
  if (!shared_.ui->chosen.empty()) return shared_.ui->chosen;
  return selected() ? std::vector<CallId>{selected()} : std::vector<CallId>{};
}

// Selects the call again after the rows have changed, or the call that follows it.
void ListView::select_call(CallId id) {
  const auto& ids = rows_source_.ids();
  cursor_.count = ids.size();
  auto at = std::find(ids.begin(), ids.end(), id);
  if (at == ids.end())
    at = std::find_if(ids.begin(), ids.end(), [&](CallId other) { return id < other; });
  cursor_.select(static_cast<size_t>(at - ids.begin()));
}

// Until the user presses a key, the worst call is selected once all calls are judged.
void ListView::select_worst() {
  const Overview& overview = shared_.ui->overview;
  if (!untouched_ || !overview.known() || !shared_.model.finished || rows_source_.working()) return;
  untouched_ = false;
  const auto& ids = rows_source_.ids();
  const auto worst = std::max_element(ids.begin(), ids.end(), [&](CallId a, CallId b) {
    return overview.of(a).rank < overview.of(b).rank;
  });
  if (worst != ids.end() && overview.of(*worst).is_problem())
    cursor_.select(static_cast<size_t>(worst - ids.begin()));
}

bool ListView::working() const {
  return rows_source_.working() || (shared_.verdicts && shared_.ui->overview.working());
}

// Adds a column of notes as soon as a call has one.
void ListView::show_notes() {
  if (noted_ || shared_.analyst.notes().empty()) return;
  noted_ = true;
  const bool there = std::any_of(columns_.begin(), columns_.end(),
                                 [](const ListColumn& one) { return one.name == "note"; });
  const std::vector<ListColumn> note = list_columns_called({"note"});
  if (!there) columns_.insert(columns_.end(), note.begin(), note.end());
}

void ListView::refresh(int width, int height) {
  width_ = width;
  show_notes();
  if (shared_.verdicts)
    shared_.ui->overview.update(shared_.model, shared_.analyst, shared_.ui->slice);
  const CallId before = selected();
  const bool changed = rows_source_.refresh();
  height_ = height;
  panel_rows_ = shared_.ui->panel ? panel_height(height, shared_.ui->panel_rows) : 0;
  above_ = kHeaderRows + (height >= kLeastForSummary ? 1 : 0);
  const int rows = height - above_ - panel_rows_;
  if (changed && before) select_call(before);
  cursor_.fit(rows_source_.ids().size(), static_cast<size_t>(std::max(1, rows)));
  if (shared_.ui->autoscroll) cursor_.select(cursor_.count);
  select_worst();
  take_rows(width);
  instead_.clear();
  if (rows_source_.total() == 0) {
    tell_instead(width);
  }
  if (panel_rows_ > 1) panel_.refresh(shared_, selected(), width, panel_rows_ - 1);
}

// Makes the lines about a capture without any call: what else it has, its findings.
void ListView::tell_instead(int width) {
  std::vector<CellLine> lines;
  for (const std::string& line : instead_of_sip(shared_.model, shared_.ui->bpf)) {
    if (text_width(safe_text(line)) > width)
      add_wrapped(&lines, line, width, 0);
    else
      add_lines(&lines, line);
  }
  if (shared_.verdicts && shared_.model.finished) add_findings(&lines, width);
  for (const CellLine& line : lines) instead_.push_back(to_utf8(line));
}

void ListView::add_findings(std::vector<CellLine>* lines, int width) const {
  for (const Finding* finding : shared_.analyst.all()) {
    const Problem problem = problem_of(shared_, *finding);
    add_wrapped(lines, "", width, 0);
    add_wrapped(lines, problem_line(problem), width, 0);
    add_wrapped(lines, "to do: " + problem.remedy, width, 2);
  }
}

// When a call began, as the user wants it told.
std::string ListView::time_of(size_t row, int64_t begin_ns) const {
  const auto& ids = rows_source_.ids();
  const Model& model = shared_.model;
  const CallRecord& call = model.calls[ids[row]];
  if (!model.has_times(model.messages[call.first_message].source)) return {};
  const bool above = row > 0 && model.calls.holds(ids[row - 1]);
  return short_time(shared_, call.start_ns, begin_ns,
                    above ? model.calls[ids[row - 1]].start_ns : 0);
}

void ListView::take_rows(int width) {
  placed_ = place_columns(columns_, width);
  rows_.clear();
  rows_top_ = cursor_.top;
  const auto& ids = rows_source_.ids();
  const int64_t begin_ns = place_context(shared_).begin_ns;
  const auto& chosen = shared_.ui->chosen;
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    Row row;
    row.id = ids[i];
    row.chosen = std::binary_search(chosen.begin(), chosen.end(), row.id);
    for (const PlacedColumn& place : placed_) {
      const ListColumn& column = columns_[place.column];
      const bool held = shared_.model.calls.holds(row.id);
      if (held && column.field == Field::time)
        row.cells.push_back(time_of(i, begin_ns));
      else
        row.cells.push_back(held ? shared_.ui->mask.cell(column.name, cells_.text(column, row.id))
                                 : "");
      row.inks.push_back(held ? cells_.ink(column, row.id) : Ink::plain);
    }
    rows_.push_back(std::move(row));
  }
}

std::string ListView::heading() const {
  const size_t shown = rows_source_.ids().size();
  std::string text = counted(shown, rows_source_.calls_only() ? "call" : "dialog");
  if (shown != rows_source_.total()) text += fmt::format(" of {}", rows_source_.total());
  if (const std::string about = rows_source_.about(); !about.empty())
    text += "  " + shared_.ui->mask.sentence(about);
  if (rows_source_.waits()) text += "  (chosen when all is read)";
  if (!shared_.ui->chosen.empty()) text += fmt::format("  {} selected", shared_.ui->chosen.size());
  if (shared_.ui->autoscroll) text += "  (following)";
  if (shared_.ui->paused) text += "  (paused)";
  return text;
}

std::string ListView::prompt() const {
  if (filter_edit_.active()) {
    std::string text = filter_edit_.prompt();
    const RowFilter filter = understand_filter(filter_edit_.text(), "calls");
    if (!filter.error.empty()) return text + "   " + filter.error;
    return text + fmt::format("   {} of {}{}", rows_source_.ids().size(), rows_source_.total(),
                              rows_source_.working() ? fmt::format(", {:.0f}% looked at",
                                                                   rows_source_.progress() * 100)
                                                     : "");
  }
  if (note_.editing()) return note_.prompt();
  return place_.editing() ? place_.prompt() : search_.prompt();
}

// The groups of the summary line with their counts and keys. The group that is shown is
// highlighted.
std::vector<ListView::GroupWords> ListView::group_words(int width) const {
  const Overview& overview = shared_.ui->overview;
  std::vector<GroupWords> all;
  if (!overview.known()) return all;
  int x = 0;
  const auto put = [&](Group group, std::string words, Ink ink) {
    const auto size = static_cast<int>(words.size());
    all.push_back({group, std::move(words), ink, x});
    x += size + 2;
  };
  put(Group::all, "0:" + counted(overview.count(Group::all), "call"), Ink::bold);
  for (const GroupKey& one : kGroupKeys) {
    const uint64_t count = overview.count(one.group);
    if (count == 0 && width < kAllGroups) continue;
    const Ink ink = count == 0 ? Ink::dim : one.group == Group::nat ? Ink::warning : Ink::error;
    const bool shown = rows_source_.group() == one.group;
    put(one.group,
        fmt::format("{}{}:{} {}{}", shown ? "[" : "", one.key, count, one.words, shown ? "]" : ""),
        ink);
  }
  return all;
}

int ListView::summary_line(Canvas& canvas) const {
  if (!shared_.ui->overview.known())
    canvas.text(0, 0, std::string_view("verdicts come when all is read"), Ink::dim);
  for (const GroupWords& one : group_words(canvas.width()))
    canvas.text(one.x, 0, one.words, one.ink);
  return 1;
}

std::optional<Group> ListView::group_at(int x) const {
  for (const GroupWords& one : group_words(width_)) {
    const bool shows_calls = one.group != Group::capture;
    if (shows_calls && x >= one.x && x < one.x + static_cast<int>(one.words.size()))
      return one.group;
  }
  return std::nullopt;
}

std::string ListView::title_of(const ListColumn& column) const {
  return column.field == Field::time ? short_time_title(*shared_.ui) : column.title;
}

// Why no row is shown.
std::string ListView::words_for_none() const {
  if (rows_source_.only_cleared())
    return fmt::format("the list was cleared: {} no longer shown",
                       counted(rows_source_.total(), "dialog"));
  return fmt::format("no call matches (of {})", rows_source_.total());
}

void ListView::draw(Canvas& canvas) const {
  int y = canvas.height() >= kLeastForSummary ? summary_line(canvas) : 0;
  const auto cell = [&](int row, const PlacedColumn& place, const std::string& text, Ink ink) {
    const std::u32string cut = fit_text(safe_text(text), place.width);
    const bool right = columns_[place.column].right;
    canvas.text(place.x + (right ? place.width - text_width(cut) : 0), row,
                std::u32string_view(cut), ink);
  };
  for (const PlacedColumn& place : placed_) {
    const ListColumn& column = columns_[place.column];
    const bool sorted = column.name == rows_source_.sorted_by() && !column.title.empty();
    cell(y, place,
         title_of(column) + (!sorted                     ? ""
                             : rows_source_.descending() ? "v"
                                                         : "^"),
         Ink::header);
  }
  y++;
  if (rows_.empty() && rows_source_.total() > 0 && !rows_source_.working())
    canvas.text(0, y, words_for_none());
  for (size_t i = 0; i < instead_.size(); i++) canvas.text(0, y + static_cast<int>(i), instead_[i]);
  for (size_t i = 0; i < rows_.size(); i++, y++) {
    const Row& row = rows_[i];
    for (size_t c = 0; c < placed_.size(); c++) cell(y, placed_[c], row.cells[c], row.inks[c]);
    if (row.chosen) canvas.text(0, y, std::string_view("x"), Ink::good);
    if (rows_top_ + i == cursor_.selected) canvas.reverse_row(y);
  }
  if (panel_rows_ < 2 || rows_.empty()) return;
  const int top = canvas.height() - panel_rows_;
  canvas.text(0, top,
              std::u32string_view(std::u32string(static_cast<size_t>(canvas.width()),
                                                 shared_.ui->ascii ? U'-' : U'─')),
              Ink::dim);
  panel_.draw(canvas, top + 1);
}

}  // namespace sipladder
