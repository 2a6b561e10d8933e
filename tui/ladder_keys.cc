// What the keys of the ladder do.
#include <fmt/format.h>

#include <algorithm>

#include "query/table_description.h"
#include "tui/diff_view.h"
#include "tui/ladder_view.h"
#include "tui/message_text.h"
#include "tui/message_view_screen.h"
#include "tui/print_command.h"
#include "tui/settings_view.h"
#include "tui/tabs.h"
#include "tui/times.h"

namespace sipladder {

Reply LadderView::open_row() const {
  if (ladder_.rows.empty()) return {};
  const LadderRow& selected = ladder_.rows[cursor_.selected];
  if (selected.kind == RowKind::media && selected.stream)
    return {Reply::Kind::open, record_view(shared_, kStreamsTable, {selected.stream.value, 0})};
  if (!selected.message) return {};
  std::vector<MessageId> messages;
  size_t at = 0;
  for (size_t i = 0; i < ladder_.rows.size(); i++) {
    if (i == cursor_.selected) at = messages.size();
    if (ladder_.rows[i].message) messages.push_back(ladder_.rows[i].message);
  }
  return {Reply::Kind::open, std::make_unique<MessageScreen>(shared_, std::move(messages), at)};
}

// The first time it marks the selected message; the second time it compares both messages.
Reply LadderView::compare() {
  const MessageId here =
      ladder_.rows.empty() ? MessageId{} : ladder_.rows[cursor_.selected].message;
  if (!here) return {};
  if (!marked_ || marked_ == here) {
    marked_ = marked_ == here ? MessageId{} : here;
    if (marked_) shared_.ui->notice = "Space on another message compares the two";
    return {};
  }
  const MessageId first = std::exchange(marked_, MessageId{});
  return {Reply::Kind::open, std::make_unique<DiffView>(shared_, first, here)};
}

void LadderView::find(bool forward) {
  search_.run(
      forward, [this](size_t row) { return search_.in(ladder_.rows[row].label); }, &cursor_);
}

// Goes to the rows that prove the next finding, be they messages or media.
void LadderView::next_finding(bool forward) {
  if (problems_.empty()) {
    shared_.ui->notice = "nothing is found of this call";
    return;
  }
  const size_t count = problems_.size();
  if (stepped_) problem_ = forward ? (problem_ + 1) % count : (problem_ + count - 1) % count;
  stepped_ = true;
  proofs_ = rows_of(problems_[problem_], ladder_);
  if (!proofs_.empty()) cursor_.select(first_proof(problems_[problem_], ladder_, proofs_));
}

void LadderView::select_message(MessageId id) {
  for (size_t i = 0; id && i < ladder_.rows.size(); i++) {
    if (ladder_.rows[i].message == id) return cursor_.select(i);
  }
}

// Goes from the selected message to its request, its original, or the same message at the next hop.
void LadderView::jump(Action action) {
  if (ladder_.rows.empty()) return;
  const LadderRow& row = ladder_.rows[cursor_.selected];
  if (action == Action::to_original) return select_message(row.original);
  if (action == Action::to_hop) return select_message(row.before);
  for (size_t i = 0; i < ladder_.rows.size(); i++) {
    const LadderRow& other = ladder_.rows[i];
    if (other.message && other.txn == row.txn && other.status == 0) return cursor_.select(i);
  }
}

void LadderView::copy_message() const {
  if (ladder_.rows.empty() || !ladder_.rows[cursor_.selected].message) return;
  const SharedLock lock(shared_);
  shared_.ui->clipboard = message_bytes(shared_, ladder_.rows[cursor_.selected].message);
  shared_.ui->notice = "message copied";
}

// As it is on the screen, however long it is.
void LadderView::copy_ladder() const {
  std::string text;
  const auto add = [&](const CellLine& line) {
    const std::string row = to_utf8(line);
    text += row.substr(0, row.find_last_not_of(' ') + 1) + "\n";
  };
  for (const CellLine& line : header_) add(line);
  for (size_t i = 0; i < ladder_.rows.size(); i++) add(drawn_row(i));
  shared_.ui->clipboard = std::move(text);
  shared_.ui->notice = "ladder copied";
}

void LadderView::copy_command() const {
  std::string options;
  if (shared_.ui->columns_by == ColumnsBy::endpoint) options += " --columns-by endpoint";
  if (shared_.ui->columns_by == ColumnsBy::name) options += " --columns-by name";
  shared_.ui->clipboard = print_command(*shared_.ui, "ladder", calls_, options);
  shared_.ui->notice = shared_.ui->clipboard.empty() ? std::string(kNoCommand) : "command copied";
}

Reply LadderView::show_all_legs() {
  if (calls_.size() > 1 || legs_.size() < 2) {
    shared_.ui->notice = calls_.size() > 1 ? "these are all" : "this call has no other leg here";
    return {};
  }
  return {Reply::Kind::open, std::make_unique<LadderView>(shared_, legs_)};
}

// Opens the next leg of the end-to-end call, of the legs that build() has found.
Reply LadderView::next_leg() const {
  const auto here =
      calls_.empty() ? legs_.end() : std::find(legs_.begin(), legs_.end(), calls_.front());
  if (legs_.size() < 2 || here == legs_.end()) return {};
  const CallId next = here + 1 == legs_.end() ? legs_.front() : *(here + 1);
  return {Reply::Kind::replace, std::make_unique<LadderView>(shared_, std::vector<CallId>{next})};
}

void LadderView::go_to(const Place& place) {
  const auto place_of = [&](size_t i) {
    const LadderRow& row = ladder_.rows[i];
    return RowPlace{row.timed ? row.time_ns : 0, row.frame, row.source};
  };
  const auto row = row_at(place, ladder_.rows.size(), place_of);
  if (!row) {
    shared_.ui->notice = "all of this ladder is before " + place_words(place);
    return;
  }
  cursor_.select(*row);
  const uint32_t frame = ladder_.rows[*row].frame;
  if (place.frame != 0 && frame != place.frame)
    shared_.ui->notice = fmt::format("{} has no row here: the next one is {}", place_words(place),
                                     frame_text(ladder_, ladder_.rows[*row]));
}

// The call of the selected row, else the first call of the ladder.
CallId LadderView::selected_call() const {
  const bool of_row = !ladder_.rows.empty() && ladder_.rows[cursor_.selected].call;
  if (of_row) return ladder_.rows[cursor_.selected].call;
  return calls_.empty() ? CallId{} : calls_.front();
}

void LadderView::set_mark() const {
  if (ladder_.rows.empty()) return;
  const LadderRow& row = ladder_.rows[cursor_.selected];
  if (row.timed && row.time_ns != 0) count_from(row.time_ns, shared_.ui.get());
}

Reply LadderView::type(Key key) {
  if (place_.editing()) {
    if (const auto place = place_.type(key, shared_)) go_to(*place);
  } else if (note_.editing()) {
    note_.type(key, shared_);
  } else if (search_.type(key)) {
    find(true);
  }
  return {};
}

bool LadderView::click(int x, int y) {
  return x < width_ && cursor_.click(y - static_cast<int>(header_.size()));
}

// Dragging the line between ladder and message changes their widths.
void LadderView::drag(int from_x, int, int x, int) {
  const bool at_line = width_ < full_width_ && from_x >= width_ - 1 && from_x <= width_ + 1;
  if (at_line) set_share((full_width_ - x) * 100 / full_width_);
}

void LadderView::set_share(int percent) const {
  constexpr int kLeast = 20, kMost = 80;
  shared_.ui->raw_share = std::clamp(percent, kLeast, kMost);
}

Reply LadderView::act(Action action) {
  if (cursor_.move(action)) return {};
  switch (action) {
    case Action::open:
      return open_row();
    case Action::select:
      return compare();
    case Action::extended:
      return show_all_legs();
    case Action::next_leg:
      return next_leg();
    case Action::raw:
      if (calls_.empty()) return {};
      return {Reply::Kind::open, raw_of_call(shared_, calls_.front())};
    case Action::whole_finding:
      if (calls_.empty()) return {};
      return {Reply::Kind::open, finding_of_call(shared_, calls_.front())};
    case Action::save:
      return {Reply::Kind::open, save_view(shared_, calls_, calls_)};
    case Action::next_view:
    case Action::previous_view:
      return {Reply::Kind::open, tab_of_calls(shared_, calls_, action == Action::next_view)};
    case Action::to_request:
    case Action::to_original:
    case Action::to_hop:
      jump(action);
      return {};
    case Action::copy:
      copy_message();
      return {};
    case Action::copy_ladder:
      copy_ladder();
      return {};
    case Action::copy_command:
      copy_command();
      return {};
    case Action::go_to:
      place_.begin();
      return {};
    case Action::time_mark:
      set_mark();
      return {};
    case Action::note:
      note_.begin(shared_, selected_call());
      return {};
    case Action::bookmark:
      toggle_bookmark(shared_, selected_call());
      return {};
    case Action::next_problem:
    case Action::next_finding:
    case Action::previous_problem:
      next_finding(action != Action::previous_problem);
      return {};
    default:
      switch_shown(action);
      return {};
  }
}

// Shows or hides the message beside the ladder, or changes its width. False: another action.
bool LadderView::switch_pane(Action action) {
  constexpr int kStep = 5, kHalf = 50;
  Ui& ui = *shared_.ui;
  switch (action) {
    case Action::raw_pane:
      ui.raw_pane = !shows_raw(full_width_);
      ui.raw_where_wide = ui.raw_pane;
      return true;
    case Action::wider:
      set_share(ui.raw_share + kStep);
      return true;
    case Action::narrower:
      set_share(ui.raw_share - kStep);
      return true;
    case Action::reset_width:
      ui.raw_share = kHalf;
      return true;
    default:
      return false;
  }
}

void LadderView::switch_shown(Action action) {
  if (switch_pane(action)) return;
  Ui& ui = *shared_.ui;
  switch (action) {
    case Action::left:
      skip_ = std::max(0, skip_ - 8);
      break;
    case Action::right:
      skip_ += 8;
      break;
    case Action::media:
      ui.media = !ui.media;
      break;
    case Action::sdp:
      sdp_ = !sdp_;
      break;
    case Action::only_sdp:
      only_sdp_ = !only_sdp_;
      break;
    case Action::compact:
      ui.compact = !ui.compact;
      break;
    case Action::scale_time:
      ui.scale_time = !ui.scale_time;
      break;
    case Action::colors:
      ui.colors = static_cast<ArrowColors>((static_cast<int>(ui.colors) + 1) % 3);
      ui.notice = ui.colors == ArrowColors::transaction ? "colours tell transactions apart"
                  : ui.colors == ArrowColors::request   ? "colours tell requests from responses"
                                                        : "colours tell calls apart";
      break;
    case Action::addresses:
      ui.columns_by = static_cast<ColumnsBy>((static_cast<int>(ui.columns_by) + 1) % 3);
      ui.notice = ui.columns_by == ColumnsBy::ip         ? "a column for each address"
                  : ui.columns_by == ColumnsBy::endpoint ? "a column for each address and port"
                                                         : "a column for each name";
      break;
    case Action::aliases:
      ui.show_aliases = !ui.show_aliases;
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
}

const KeyTable& LadderView::keys() const {
  static const KeyTable kKeys = with_movement_keys(
      {
          {kKeyEnter, Action::open, "the text of the message, or the stream of a media bar",
           "open"},
      },
      {
          {kKeyLeft, Action::left, ""},
          {'h', Action::left, ""},
          {kKeyRight, Action::right, "scroll sideways"},
          {'e', Action::next_problem, "", "next finding"},
          {'F', Action::next_finding, ""},
          {'E', Action::previous_problem, "to the evidence of the next or previous finding"},
          {'v', Action::whole_finding, "all that is found, in whole sentences", "finding"},
          {'t', Action::raw_pane, "", "message"},
          {function_key(3), Action::raw_pane, "the message beside the ladder, or not"},
          {'9', Action::wider, ""},
          {'0', Action::narrower, "the message wider or narrower"},
          {'T', Action::reset_width, "the message as wide as the ladder"},
          {' ', Action::select, "choose a message; on a second one, compare the two", "compare"},
          {'d', Action::sdp, "", "SDP"},
          {function_key(2), Action::sdp,
           "codecs chosen, and SDP before and after a hop, on or off"},
          {'D', Action::only_sdp, "only messages with SDP, or all"},
          {'m', Action::media, "", "media"},
          {'f', Action::media, "RTP streams on or off"},
          {'x', Action::extended, "", "all legs"},
          {function_key(4), Action::extended, "all legs of the end-to-end call on one ladder"},
          {'L', Action::next_leg, "the next leg of the end-to-end call alone"},
          {'r', Action::raw, ""},
          {function_key(6), Action::raw, "the text of all messages of the call"},
          {'u', Action::to_request, "to the request of this response"},
          {'o', Action::to_original, "to the original of this retransmission"},
          {'H', Action::to_hop, "to the same message one hop before"},
          {'s', Action::compact, ""},
          {function_key(5), Action::compact, "repeats folded into the first one, or all"},
          {'y', Action::scale_time, "empty rows where time passes, or none"},
          {':', Action::go_to, "go to a frame or a time"},
          {'W', Action::time_mode, "times of the day, since the start, the row above, or the mark"},
          {'B', Action::time_mark, "times count from this row"},
          {'U', Action::zone, "times in UTC, or local"},
          {control_key('n'), Action::note, "write a note about the call, kept beside the capture"},
          {'*', Action::bookmark, "a star before the note of the call, or none"},
          {'M', Action::mask, "names, numbers and addresses replaced on the screen, or not"},
          {'c', Action::colors, ""},
          {function_key(7), Action::colors,
           "colours by transaction, request and response, or call"},
          {'l', Action::addresses, ""},
          {function_key(9), Action::addresses,
           "a column for each address, address and port, or name"},
          {'a', Action::aliases, "names of hosts, or their addresses"},
          {kKeyTab, Action::next_view, "", "views"},
          {kKeyBackTab, Action::previous_view, "what else is known of this call, as tables"},
          {';', Action::sql, "ask in SQL"},
          {'S', Action::save, "save the call"},
          {function_key(8), Action::settings, "settings"},
          {'Y', Action::copy, "copy the message (OSC 52)"},
          {'C', Action::copy_ladder, "copy the ladder as text"},
          {'X', Action::copy_command, "copy the command line that prints this ladder"},
          {'/', Action::search, "search in the labels", "search"},
          {'n', Action::search_next, ""},
          {'N', Action::search_previous, "next or previous match"},
          {'?', Action::help, ""},
          {function_key(1), Action::help, "this help", "help"},
          {'q', Action::back, ""},
          {kKeyEscape, Action::back, "back to where you were", "back"},
      });
  return kKeys;
}

}  // namespace sipladder
