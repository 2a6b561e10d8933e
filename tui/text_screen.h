// A view that is a text. Whoever opens it passes the text, and what Enter on a line does.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "tui/text_pane.h"
#include "tui/view.h"

namespace sipladder {

class TextScreen : public Screen {
 public:
  struct Text {
    std::string name, heading;
    // Makes the lines. Called with the session's lock held, again when the width or Ui::look
    // changes.
    std::function<std::vector<CellLine>(int width)> lines;
    std::function<Reply(size_t line)> open = {};  // empty: Enter does nothing
    std::string open_help = {};
    // What the keys e and E go to ("finding", "difference"), and which lines are such a thing.
    // Empty: the view has no such keys.
    std::string problems = {};
    std::function<bool(const CellLine&)> is_problem = {};
  };
  TextScreen(const Shared& shared, Text text);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override { pane_.draw(canvas, 0); }
  bool click(int, int y) override { return pane_.click(y); }
  bool typing() const override { return pane_.typing(); }
  Reply type(Key key) override { return pane_.type(key); }
  Reply act(Action action) override;
  const KeyTable& keys() const override { return keys_; }
  std::string name() const override { return text_.name; }
  std::string heading() const override { return text_.heading; }
  std::string prompt() const override { return pane_.prompt(); }

 private:
  std::shared_ptr<const Ui> ui_;
  Text text_;
  std::string next_help_, both_help_;  // texts that keys_ refers to
  KeyTable keys_;
  int made_for_ = 0;        // width
  uint32_t made_look_ = 0;  // Ui::look
  TextPane pane_;
};

}  // namespace sipladder
