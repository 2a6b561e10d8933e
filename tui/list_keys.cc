// What the keys of the call list do.
#include <fmt/format.h>

#include <algorithm>

#include "tui/completion.h"
#include "tui/list_view.h"
#include "tui/settings_view.h"
#include "tui/tabs.h"
#include "tui/times.h"

namespace sipladder {
namespace {

constexpr const char* kFilterLabel = "filter (words, /regex/, SQL; Up: presets): ";

}  // namespace

// Called without the lock, for one row after the other. It takes the lock for each row, so that the
// engine can go on between them.
bool ListView::matches(size_t index) {
  if (shared_.model.cancellation.requested()) return true;  // ends the search at any row
  const SharedLock lock(shared_);
  const CallId id = rows_source_.ids()[index];
  return shared_.model.calls.holds(id) && search_.in(cells_.everything(id));
}

void ListView::find(bool forward) {
  shared_.ui->autoscroll = false;
  search_.run(
      forward, [this](size_t row) { return matches(row); }, &cursor_);
}

void ListView::step_problem(bool forward) {
  const auto& ids = rows_source_.ids();
  size_t row = cursor_.selected;
  for (size_t i = 0; i < ids.size(); i++) {
    row = forward ? (row + 1) % ids.size() : (row + ids.size() - 1) % ids.size();
    if (!shared_.ui->overview.of(ids[row]).is_problem()) continue;
    cursor_.select(row);
    return;
  }
  shared_.ui->notice = "no call with a warning or an error here";
}

// Sorts by the next of the shown columns; after the last one, the calls are as they came.
void ListView::step_sort(bool forward) {
  const auto count = static_cast<int>(columns_.size());
  int at = -1;
  for (int i = 0; i < count; i++) {
    if (columns_[static_cast<size_t>(i)].name == rows_source_.sorted_by()) at = i;
  }
  at = (at + 1 + (forward ? 1 : count)) % (count + 1) - 1;
  rows_source_.sort(at < 0 ? nullptr : &columns_[static_cast<size_t>(at)],
                    at >= 0 && columns_[static_cast<size_t>(at)].field == Field::mark);
}

void ListView::reverse() {
  const std::vector<ListColumn> columns =
      list_columns_called({rows_source_.sorted_by().empty() ? "index" : rows_source_.sorted_by()});
  if (!columns.empty()) rows_source_.sort(&columns.front(), !rows_source_.descending());
}

void ListView::sort_worst() {
  const std::vector<ListColumn> mark = list_columns_called({"mark"});
  const bool is_sorted = rows_source_.sorted_by() == "mark";
  rows_source_.sort(is_sorted ? nullptr : &mark.front(), true);
  cursor_.select(0);
}

// Changes the width of the column that the list is sorted by; < and > choose that column.
void ListView::widen(int by) {
  for (const PlacedColumn& place : placed_) {
    ListColumn& column = columns_[place.column];
    if (column.name != rows_source_.sorted_by()) continue;
    set_width(&column, place.width + by);
    shared_.ui->notice = fmt::format("{}: {} wide (--columns {})", column.title, column.width,
                                     name_with_width(column));
    return;
  }
  shared_.ui->notice = "< and > choose the column that [ and ] make narrower or wider";
}

void ListView::choose() {
  const CallId id = selected();
  if (!id) return;
  auto& chosen = shared_.ui->chosen;
  const auto at = std::lower_bound(chosen.begin(), chosen.end(), id);
  if (at != chosen.end() && *at == id) {
    chosen.erase(at);
  } else {
    chosen.insert(at, id);
  }
  cursor_.move(Action::down);
}

void ListView::begin_filter() {
  filter_edit_.offer(
      {"pdd_ms > 3000", "retransmissions > 0", "audio IN ('one-way','none','silent')",
       "state IN ('failed','timeout','rejected')", "kind = 'call' AND findings > 0"});
  filter_edit_.begin(kFilterLabel, rows_source_.filter_text());
}

// Words filter while they are typed. An SQL condition can take long: with many calls it waits for
// Enter.
void ListView::type_filter(Key key) {
  constexpr uint32_t kFewCalls = 20'000;
  const std::string before = rows_source_.filter_text();
  if (key == kKeyTab) {
    const Completion completion = complete_name(filter_edit_.text(), "calls");
    filter_edit_.set(completion.text);
    shared_.ui->notice = completion.choices;
    return;
  }
  const LineEdit::Answer answer = filter_edit_.type(key);
  if (answer == LineEdit::Answer::typing) return;
  const std::string text = answer == LineEdit::Answer::left ? std::string() : filter_edit_.text();
  RowFilter filter = understand_filter(text, "calls");
  const bool done = answer == LineEdit::Answer::done;
  if (!filter.error.empty()) {
    if (done) filter_edit_.begin(kFilterLabel, text);  // the prompt shows the error
    return;
  }
  const bool slow = filter.kind == RowFilter::Kind::condition && rows_source_.total() > kFewCalls;
  if (text != before && (done || !slow)) rows_source_.filter(text, std::move(filter));
}

// The call of the message with that frame, or of the next message.
void ListView::go_to_frame(const Place& place) {
  const SharedLock lock(shared_);
  MessageId found;
  uint32_t frame = UINT32_MAX;
  for (const MessageId id : shared_.model.messages.ids()) {
    const MessageRecord& message = shared_.model.messages[id];
    if (place.source && message.source != *place.source) continue;
    if (message.frame < place.frame || message.frame >= frame) continue;
    found = id;
    frame = message.frame;
    if (frame == place.frame) break;
  }
  Ui& ui = *shared_.ui;
  if (!found) {
    ui.notice = fmt::format("no message comes as late as {}", place_words(place));
    return;
  }
  const CallId call = shared_.model.messages[found].call;
  const auto& ids = rows_source_.ids();
  const auto at = std::find(ids.begin(), ids.end(), call);
  if (at != ids.end()) cursor_.select(static_cast<size_t>(at - ids.begin()));
  if (frame != place.frame)
    ui.notice =
        fmt::format("{} is no SIP message: the next one is frame {}", place_words(place), frame);
  if (at == ids.end())
    ui.notice =
        fmt::format("frame {} is of call {}, which this list does not show", frame, call.value);
}

void ListView::go_to(const Place& place) {
  shared_.ui->autoscroll = false;
  if (place.frame != 0) return go_to_frame(place);
  const SharedLock lock(shared_);
  const auto& ids = rows_source_.ids();
  const auto row = row_at(place, ids.size(), [&](size_t i) {
    const bool held = shared_.model.calls.holds(ids[i]);
    return RowPlace{held ? shared_.model.calls[ids[i]].start_ns : 0};
  });
  if (row) cursor_.select(*row);
  if (!row) shared_.ui->notice = "all of these calls began before " + place_words(place);
}

void ListView::set_mark() {
  const SharedLock lock(shared_);
  if (shared_.model.calls.holds(selected()))
    count_from(shared_.model.calls[selected()].start_ns, shared_.ui.get());
}

Reply ListView::type(Key key) {
  if (filter_edit_.active()) {
    type_filter(key);
  } else if (place_.editing()) {
    if (const auto place = place_.type(key, shared_)) go_to(*place);
  } else if (note_.editing()) {
    note_.type(key, shared_);
  } else if (search_.type(key)) {
    find(true);
  }
  return {};
}

// A click on a group shows that group. A click on a title sorts by its column; a second one turns
// the order around.
bool ListView::click(int x, int y) {
  untouched_ = false;
  if (y == 0 && above_ > 1) {
    if (const auto group = group_at(x)) {
      rows_source_.show_group(*group);
      cursor_.select(0);
    }
    return false;
  }
  if (y >= above_) return cursor_.click(y - above_);
  for (const PlacedColumn& place : placed_) {
    const ListColumn& column = columns_[place.column];
    if (x < place.x || x >= place.x + place.width) continue;
    rows_source_.sort(&column,
                      column.name == rows_source_.sorted_by() && !rows_source_.descending());
    break;
  }
  return false;
}

// Dragging the line above the panel changes the panel's height.
void ListView::drag(int, int from_y, int, int y) {
  if (panel_rows_ > 0 && from_y == height_ - panel_rows_) shared_.ui->panel_rows = height_ - y;
}

// Esc ends a search, then filter and group. Only when none is left does it leave the list.
bool ListView::unwind() {
  if (search_.clear()) return true;
  if (!rows_source_.has_filter() && rows_source_.group() == Group::all) return false;
  rows_source_.show_group(Group::all);
  rows_source_.filter({}, {});
  return true;
}

Reply ListView::act(Action action) {
  untouched_ = false;
  if (cursor_.move(action)) {
    shared_.ui->autoscroll = action == Action::last && shared_.ui->live;
    return {};
  }
  switch (action) {
    case Action::open:
      return open_flow(false);
    case Action::extended:
      return open_flow(true);
    case Action::raw:
      if (!selected()) return {};
      return {Reply::Kind::open, raw_of_call(shared_, selected())};
    case Action::whole_finding:
      if (!selected()) return {};
      return {Reply::Kind::open, finding_of_call(shared_, selected())};
    case Action::values:
      return open_values();
    case Action::columns:
      return open_columns();
    case Action::save:
      return {Reply::Kind::open, save_view(shared_, wanted(), rows_source_.ids())};
    case Action::next_view:
    case Action::previous_view:
      return {Reply::Kind::open, tab_beside_calls(shared_, action == Action::next_view)};
    case Action::capture:
      return open_capture_findings();
    default:
      return act_on_rows(action);
  }
}

// Actions that change which rows there are, or their order. False: another action.
bool ListView::act_on_order(Action action) {
  switch (action) {
    case Action::filter:
      begin_filter();
      return true;
    case Action::calls_only:
      rows_source_.toggle_calls_only();
      return true;
    case Action::sort_worst:
      sort_worst();
      return true;
    case Action::sort_next:
    case Action::sort_previous:
      step_sort(action == Action::sort_next);
      return true;
    case Action::reverse:
      reverse();
      return true;
    case Action::wider_column:
    case Action::narrower_column:
      widen(action == Action::wider_column ? kWidthStep : -kWidthStep);
      return true;
    case Action::clear:
    case Action::clear_hidden:
      rows_source_.clear(action == Action::clear_hidden);
      shared_.ui->chosen.clear();
      return true;
    case Action::all:
    case Action::one_way:
    case Action::silent:
    case Action::failed:
    case Action::nat:
      rows_source_.show_group(
          static_cast<Group>(static_cast<int>(action) - static_cast<int>(Action::all)));
      cursor_.select(0);
      return true;
    default:
      return false;
  }
}

Reply ListView::act_on_rows(Action action) {
  if (act_on_order(action)) return {};
  Ui& ui = *shared_.ui;
  switch (action) {
    case Action::select:
      choose();
      break;
    case Action::next_problem:
    case Action::previous_problem:
      step_problem(action == Action::next_problem);
      break;
    case Action::panel:
      ui.panel = !ui.panel;
      break;
    case Action::pause:
      if (!ui.pause) return {};
      ui.paused = !ui.paused;
      ui.pause(ui.paused);
      break;
    case Action::end_reading:
      if (ui.stop_reading) ui.stop_reading();
      break;
    case Action::autoscroll:
      ui.autoscroll = !ui.autoscroll;
      break;
    case Action::copy_command:
      copy_command();
      return {};
    case Action::copy:
      copy_call_id();
      break;
    case Action::go_to:
      place_.begin();
      break;
    case Action::time_mark:
      set_mark();
      break;
    case Action::note:
      note_.begin(shared_, selected());
      break;
    case Action::bookmark:
      toggle_bookmark(shared_, selected());
      break;
    case Action::aliases:
      ui.show_aliases = !ui.show_aliases;
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
  return {};
}

}  // namespace sipladder
