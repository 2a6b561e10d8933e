#include "tui/list_view.h"

#include <fmt/format.h>

#include "correlate/model/names.h"
#include "export/ladder_text.h"
#include "export/time_text.h"
#include "tui/ladder_view.h"

namespace sipladder {
namespace {

constexpr size_t kMaxCachedNames = 8192;
// Rows of a screen that has room for the words of a finding, and for all of them.
constexpr int kLeastForWords = 12;
constexpr int kLeastForWhole = 20;
// Columns of fixed width: id, time, method, state, duration, messages, audio, findings, with a
// space after each.
constexpr int kFixedWidth = 7 + 9 + 9 + 11 + 8 + 5 + 8 + 3;
constexpr int kWide = 140;  // from here on the longest verdict has room
constexpr int kNamesMin = 18;
constexpr int kNamesMax = 60;  // both names; what is left is the Call-ID's

int names_width(int width) {
  return std::clamp(width - kFixedWidth, kNamesMin, kNamesMax);
}

Ink state_ink(CallState state) {
  switch (state) {
    case CallState::completed:
    case CallState::in_call:
    case CallState::registered:
      return Ink::good;
    case CallState::failed:
    case CallState::timeout:
    case CallState::rejected:
      return Ink::error;
    case CallState::busy:
    case CallState::cancelled:
    case CallState::no_answer:
      return Ink::warning;
    default:
      return Ink::plain;
  }
}

}  // namespace

ListView::ListView(const Shared& shared, bool calls_only, const ListChoice& choice)
    : shared_(shared),
      view_(shared.log),
      reader_(shared.model, shared.log, shared.analyst),
      calls_only_(calls_only),
      filter_(choice.condition),
      columns_(choice.columns) {}

void ListView::collect() {
  if (filter_.active()) return collect_chosen();
  const auto& calls = shared_.model.calls;
  if (epoch_ != shared_.model.evicted.epoch) {
    epoch_ = shared_.model.evicted.epoch;
    std::erase_if(ids_, [&](CallId id) { return !calls.holds(id); });
  }
  for (const CallId id : calls.ids(collected_ + 1)) {
    if (!calls_only_ || calls[id].kind == CallKind::call) ids_.push_back(id);
  }
  collected_ = calls.size();
  total_ = calls.held();
}

const ListView::Names& ListView::names_of(CallId id) {
  if (const auto found = names_.find(id.value); found != names_.end()) return found->second;
  if (names_.size() >= kMaxCachedNames) names_.clear();
  const MessageRecord& first = shared_.model.messages[shared_.model.calls[id].naming_message()];
  const CallNames of_call = sipladder::names_of(shared_.model, id, view_);
  Names names{std::string(to_string(first.method)), std::string(of_call.caller),
              std::string(of_call.callee), unfold(of_call.call_id)};
  if (names.method.empty() && view_.load(first)) names.method = view_.sip().method;
  return names_[id.value] = std::move(names);
}

ListView::Row ListView::make_row(CallId id, bool with_verdict) {
  const CallRecord& call = shared_.model.calls[id];
  Row row;
  row.id = id;
  row.names = names_of(id);
  const bool timed = shared_.model.has_times(shared_.model.messages[call.first_message].source);
  if (timed) row.time = clock_text(call.start_ns, shared_.utc).substr(0, 8);
  row.state = to_string(call.state);
  row.ink = state_ink(call.state);
  row.messages = std::to_string(call.messages);
  if (!columns_.empty()) {
    row.cells = columns_.cells(reader_, id, with_verdict);
    return row;
  }
  if (!with_verdict) return row;
  const CallAnalysis& analysis = shared_.analyst.of(id);
  if (call.answer_ns != 0 && timed)
    row.duration = duration_text(shared_.analyst.talk_end(id) - call.answer_ns);
  row.audio = to_string(analysis.audio);
  const std::vector<const Finding*> findings = shared_.analyst.of_call(id);
  if (!findings.empty()) row.findings = std::to_string(findings.size());
  row.has_error = !findings.empty() && findings.front()->severity == Severity::error;
  return row;
}

void ListView::refresh(int width, int height) {
  width_ = width;
  collect();
  word_rows_ = height >= kLeastForWhole ? 4 : height >= kLeastForWords ? 2 : 0;
  const int rows = height - kHeaderRows - static_cast<int>(word_rows_);
  cursor_.fit(ids_.size(), static_cast<size_t>(std::max(1, rows)));
  if (follow_) cursor_.select(cursor_.count);
  select_worst();
  words_.clear();
  if (word_rows_ > 0) tell_worst(width);
  rows_.clear();
  rows_top_ = cursor_.top;
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    rows_.push_back(make_row(ids_[i], shared_.verdicts));
  }
}

std::string ListView::row_text(const Row& row) const {
  return fmt::format("{} {} {} {} {} {} {} {}", row.id.value, row.time, row.names.method,
                     row.names.from, row.names.to, row.state, row.audio, row.names.call_id);
}

void ListView::draw(Canvas& canvas) const {
  const int half = names_width(canvas.width()) / 2;
  std::string title = "sipladder  " + counted(ids_.size(), calls_only_ ? "call" : "dialog");
  if (ids_.size() != total_) title += fmt::format(" of {}", total_);
  if (filter_.active() && !filter_.asked()) title += "  (chosen when all is read)";
  if (follow_) title += "  (following)";
  canvas.text(0, 0, title, Ink::bold);
  canvas.reverse_row(0);
  for (size_t i = 0; i < words_.size(); i++)
    canvas.line(0, canvas.height() - 1 - static_cast<int>(word_rows_ - i), words_[i]);
  if (filter_.active() && filter_.asked() && ids_.empty())
    canvas.text(0, kHeaderRows, fmt::format("no call matches (of {})", total_));
  if (!columns_.empty()) return draw_columns(canvas);
  const bool wide = canvas.width() >= kWide;
  const auto draw_row = [&](int y, const Row& row, Ink plain, const std::string& id) {
    int x = 0;
    const auto cell = [&](const std::string& text, int width, Ink ink, bool right = false) {
      const std::u32string cut = fit_text(safe_text(text), width);
      canvas.text(right ? x + width - text_width(cut) : x, y, std::u32string_view(cut), ink);
      x += width + 1;
    };
    cell(id, 6, plain, true);
    cell(row.time, 8, plain);
    cell(row.names.method, 8, plain);
    cell(row.names.from, half - 1, plain);
    cell(row.names.to, half - 1, plain);
    cell(row.state, 10, plain == Ink::plain ? row.ink : plain);
    cell(row.duration, 7, plain, true);
    cell(row.messages, 4, plain, true);
    cell(row.audio, wide ? 14 : 7, plain);
    cell(row.findings, 3, plain == Ink::plain && row.has_error ? Ink::error : plain, true);
    const int left = canvas.width() - x;
    if (left >= 8) cell(row.names.call_id, left, plain == Ink::plain ? Ink::dim : plain);
  };
  Row head;
  head.names = {"Method", "From", "To", "Call-ID"};
  head.time = "Time";
  head.state = "State";
  head.duration = "Talk";
  head.messages = "Msgs";
  head.audio = "Audio";
  head.findings = "Fnd";
  draw_row(1, head, Ink::header, "#");
  for (size_t i = 0; i < rows_.size(); i++) {
    const int y = static_cast<int>(i) + kHeaderRows;
    draw_row(y, rows_[i], Ink::plain, std::to_string(rows_[i].id.value));
    if (rows_top_ + i == cursor_.selected) canvas.reverse_row(y);
  }
}

// Called without the lock, for one row after the other: it is taken for each, so that the engine
// goes on.
bool ListView::matches(size_t index) {
  if (shared_.model.cancellation.requested()) return true;  // nobody waits for the right one
  const SharedLock lock(shared_);
  return search_.in(row_text(make_row(ids_[index], false)));
}

void ListView::find(bool forward) {
  follow_ = false;
  search_.run(
      forward, [this](size_t row) { return matches(row); }, &cursor_);
}

void ListView::toggle_calls_only() {
  const CallId selected = ids_.empty() ? CallId{} : ids_[cursor_.selected];
  calls_only_ = !calls_only_;
  ids_.clear();
  collected_ = 0;
  const SharedLock lock(shared_);
  collect();
  cursor_.fit(ids_.size(), cursor_.height);
  // The same call stays selected, or its successor.
  cursor_.select(
      static_cast<size_t>(std::lower_bound(ids_.begin(), ids_.end(), selected) - ids_.begin()));
}

Reply ListView::handle(Key key) {
  untouched_ = false;
  if (search_.editing()) {
    if (search_.type(key)) find(true);
    return {};
  }
  const Action action = action_of(keys(), key);
  if (cursor_.move(action)) {
    follow_ = action == Action::last;
    return {};
  }
  switch (action) {
    case Action::back:
      // Escape leaves what was begun last; the program only when nothing is left.
      if (key == kKeyEscape && search_.clear()) return {};
      return {Reply::Kind::back, nullptr};
    case Action::help:
      return {Reply::Kind::help, nullptr};
    case Action::open:
      if (ids_.empty()) return {};
      return {Reply::Kind::open, std::make_unique<LadderView>(shared_, ids_[cursor_.selected])};
    case Action::calls_only:
      toggle_calls_only();
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
  return {};
}

const KeyTable& ListView::keys() const {
  static const KeyTable kKeys = {
      {kKeyUp, Action::up, ""},
      {kKeyDown, Action::down, "a call up or down"},
      {kKeyPageUp, Action::page_up, ""},
      {kKeyPageDown, Action::page_down, "a page up or down"},
      {kKeyHome, Action::first, "to the first call"},
      {kKeyEnd, Action::last, "to the newest call, and follow it"},
      {kKeyEnter, Action::open, "the ladder of the call"},
      {'c', Action::calls_only, "only calls (INVITE), or everything"},
      {'/', Action::search, "search in the rows"},
      {'n', Action::search_next, ""},
      {'N', Action::search_previous, "next or previous match"},
      {'?', Action::help, "this help"},
      {'q', Action::back, ""},
      {kKeyEscape, Action::back, "end the program; Esc ends a search first"},
  };
  return kKeys;
}

}  // namespace sipladder
