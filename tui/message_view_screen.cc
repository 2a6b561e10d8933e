#include "tui/message_view_screen.h"

#include <fmt/format.h>

#include "export/time_text.h"

namespace sipladder {

void MessageScreen::load() {
  const MessageId id = messages_[at_];
  loaded_ = id;
  if (!shared_.model.messages.holds(id)) {
    title_ = fmt::format("Message {}", id.value);
    lines_ = {"(its call was given up for memory: --memory)"};
    return;
  }
  const MessageRecord& record = shared_.model.messages[id];
  title_ = fmt::format(
      "Message {} frame {}  {}  {} > {}  {}  {} bytes", id.value, record.frame,
      shared_.model.has_times(record.source) ? clock_text(record.time_ns, shared_.utc) : "",
      to_string(shared_.model.endpoints[record.src]),
      to_string(shared_.model.endpoints[record.dst]), to_string(record.transport), record.length);
  std::string bytes;
  const bool readable = shared_.log.read(record.ref(), &bytes);
  const std::string text =
      readable ? safe_utf8(bytes, true) : "(the bytes of this message can no longer be read)";
  lines_.clear();
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    lines_.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
}

void MessageScreen::refresh(int, int height) {
  if (loaded_ != messages_[at_]) load();
  cursor_.fit(lines_.size(), static_cast<size_t>(std::max(1, height - 2)));
}

void MessageScreen::draw(Canvas& canvas) const {
  canvas.text(0, 0, title_, Ink::bold);
  canvas.reverse_row(0);
  for (size_t i = cursor_.top; i < cursor_.end(); i++) {
    const int y = static_cast<int>(i - cursor_.top) + 1;
    const bool found = !search_.words().empty() && search_.in(lines_[i]);
    CellLine line;
    put_text(&line, 0, safe_text(lines_[i]), found ? Ink::warning : Ink::plain);
    canvas.line(0, y, line, skip_);
    if (i == cursor_.selected) canvas.reverse_row(y);
  }
}

void MessageScreen::step(bool forward) {
  if (forward ? at_ + 1 >= messages_.size() : at_ == 0) return;
  at_ += forward ? 1U : static_cast<size_t>(-1);
  cursor_ = Cursor{};
}

void MessageScreen::find(bool forward) {
  search_.run(
      forward, [this](size_t row) { return search_.in(lines_[row]); }, &cursor_);
}

Reply MessageScreen::handle(Key key) {
  if (search_.editing()) {
    if (search_.type(key)) find(true);
    return {};
  }
  const Action action = action_of(keys(), key);
  if (cursor_.move(action)) return {};
  switch (action) {
    case Action::back:
      return {Reply::Kind::back, nullptr};
    case Action::help:
      return {Reply::Kind::help, nullptr};
    case Action::left:
      skip_ = std::max(0, skip_ - 8);
      break;
    case Action::right:
      skip_ += 8;
      break;
    case Action::next_item:
      step(true);
      break;
    case Action::previous_item:
      step(false);
      break;
    default:
      search_.act(action, [this](bool forward) { find(forward); });
  }
  return {};
}

const KeyTable& MessageScreen::keys() const {
  static const KeyTable kKeys = {
      {kKeyUp, Action::up, ""},
      {kKeyDown, Action::down, "a line up or down"},
      {kKeyPageUp, Action::page_up, ""},
      {kKeyPageDown, Action::page_down, "a page up or down"},
      {kKeyHome, Action::first, ""},
      {kKeyEnd, Action::last, "to the first or last line"},
      {kKeyLeft, Action::left, ""},
      {kKeyRight, Action::right, "scroll sideways"},
      {'p', Action::previous_item, ""},
      {' ', Action::next_item, "the previous or next message of the ladder"},
      {'/', Action::search, "search in the text"},
      {'n', Action::search_next, ""},
      {'N', Action::search_previous, "next or previous match"},
      {'?', Action::help, "this help"},
      {'q', Action::back, ""},
      {kKeyEscape, Action::back, "back to the ladder"},
  };
  return kKeys;
}

}  // namespace sipladder
