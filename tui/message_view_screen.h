// The view of one message: as it was sent, or taken apart with each header explained.
#pragma once

#include <string>
#include <vector>

#include "tui/note_prompt.h"
#include "tui/text_pane.h"
#include "tui/view.h"

namespace sipladder {

class MessageScreen : public Screen {
 public:
  // `messages`: the messages to step through; `at`: the place of the one to show first.
  MessageScreen(const Shared& shared, std::vector<MessageId> messages, size_t at)
      : shared_(shared), messages_(std::move(messages)), at_(at) {}

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override { pane_.draw(canvas, 0); }
  bool click(int, int y) override { return pane_.click(y); }
  bool typing() const override { return note_.editing() || pane_.typing(); }
  Reply type(Key key) override;
  Reply act(Action action) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "message"; }
  std::string crumb() const override;
  std::string heading() const override { return title_; }
  std::string prompt() const override { return note_.editing() ? note_.prompt() : pane_.prompt(); }

 private:
  void step(bool forward);
  void step_problem(bool forward);
  Reply compare_with_next_hop() const;

  Shared shared_;
  std::vector<MessageId> messages_;
  size_t at_;
  bool parsed_ = false;
  MessageId loaded_;
  int made_for_ = 0;  // width
  bool made_parsed_ = false, made_syntax_ = true;
  uint32_t made_look_ = 0;
  std::string title_;
  TextPane pane_;
  NotePrompt note_;
};

}  // namespace sipladder
