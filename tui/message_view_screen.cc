#include "tui/message_view_screen.h"

#include <fmt/format.h>

#include <algorithm>

#include "tui/diff_view.h"
#include "tui/message_text.h"
#include "tui/problems.h"

namespace sipladder {

void MessageScreen::refresh(int width, int height) {
  const bool syntax = shared_.ui->syntax;
  if (loaded_ != messages_[at_] || made_for_ != width || made_parsed_ != parsed_ ||
      made_syntax_ != syntax || made_look_ != shared_.ui->look) {
    made_look_ = shared_.ui->look;
    loaded_ = messages_[at_];
    made_for_ = width;
    made_parsed_ = parsed_;
    made_syntax_ = syntax;
    const std::string note = shared_.ui->mask.sentence(note_of(shared_, loaded_));
    title_ = (note.empty() ? "" : "[" + note + "]  ") + message_title(shared_, loaded_);
    pane_.set(parsed_ ? message_tree(shared_, loaded_, width) : message_lines(shared_, loaded_));
  }
  pane_.fit(height);
}

std::string MessageScreen::crumb() const {
  return fmt::format("message {}", messages_[at_].value);
}

Reply MessageScreen::type(Key key) {
  if (!note_.editing()) return pane_.type(key);
  note_.type(key, shared_);
  return {};
}

void MessageScreen::step(bool forward) {
  if (forward ? at_ + 1 >= messages_.size() : at_ == 0) return;
  at_ += forward ? 1U : static_cast<size_t>(-1);
  pane_.rewind();
}

// Goes to the next message that proves a finding of its call.
void MessageScreen::step_problem(bool forward) {
  const SharedLock lock(shared_);
  std::vector<Problem> problems;
  for (size_t i = 0, at = at_; i < messages_.size(); i++) {
    at = forward ? (at + 1) % messages_.size() : (at + messages_.size() - 1) % messages_.size();
    const MessageId id = messages_[at];
    if (!shared_.model.messages.holds(id)) continue;
    const MessageRecord& record = shared_.model.messages[id];
    if (problems.empty() || problems.front().call != record.call)
      problems = problems_of(shared_, record.call);
    if (!proves_any(problems, id, record)) continue;
    at_ = at;
    pane_.rewind();
    return;
  }
  shared_.ui->notice = "none of these messages proves a problem";
}

// Compares the message with its copy that the next host forwarded, found by the path of its
// transaction.
Reply MessageScreen::compare_with_next_hop() const {
  const MessageId here = messages_[at_];
  const SharedLock lock(shared_);
  if (!shared_.model.messages.holds(here)) return {};
  const MessageRecord& record = shared_.model.messages[here];
  for (size_t i = at_ + 1; i < messages_.size(); i++) {
    if (!shared_.model.messages.holds(messages_[i])) continue;
    const MessageRecord& other = shared_.model.messages[messages_[i]];
    if (other.src == record.dst && other.status == record.status && other.cseq == record.cseq &&
        other.method == record.method && other.dst != record.src)
      return {Reply::Kind::open, std::make_unique<DiffView>(shared_, here, messages_[i])};
  }
  shared_.ui->notice = "no host is seen to send this message on";
  return {};
}

Reply MessageScreen::act(Action action) {
  switch (action) {
    case Action::next_item:
    case Action::previous_item:
      step(action == Action::next_item);
      return {};
    case Action::next_problem:
    case Action::previous_problem:
      step_problem(action == Action::next_problem);
      return {};
    case Action::parsed:
      parsed_ = !parsed_;
      pane_.rewind();
      return {};
    case Action::to_hop:
      return compare_with_next_hop();
    case Action::copy: {
      const SharedLock lock(shared_);
      shared_.ui->clipboard = message_bytes(shared_, messages_[at_]);
      shared_.ui->notice = "message copied";
      return {};
    }
    case Action::note:
      note_.begin(shared_, messages_[at_]);
      return {};
    case Action::bookmark:
      toggle_bookmark(shared_, messages_[at_]);
      return {};
    case Action::colors:
      shared_.ui->syntax = !shared_.ui->syntax;
      return {};
    default:
      pane_.act(action);
      return {};
  }
}

const KeyTable& MessageScreen::keys() const {
  static const KeyTable kKeys = with_text_keys({
      {'p', Action::previous_item, ""},
      {' ', Action::next_item, "the previous or next message of the ladder", "next"},
      {kKeyTab, Action::parsed, "", "explained"},
      {kKeyEnter, Action::parsed, "as it was sent, or taken apart and explained"},
      {'x', Action::to_hop, "what the next host changed when it sent it on", "next hop"},
      {'e', Action::next_problem, "", "next problem"},
      {'E', Action::previous_problem, "the next or previous message that proves a problem"},
      {'Y', Action::copy, "copy the message (OSC 52)"},
      {control_key('n'), Action::note, "write a note about the message, kept beside the capture"},
      {'*', Action::bookmark, "a star before the note of the message, or none"},
      {'c', Action::colors, ""},
      {'C', Action::colors, "colours on or off"},
  });
  return kKeys;
}

}  // namespace sipladder
