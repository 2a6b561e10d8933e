// The help of a view: its keys, printed from its key table.
#pragma once

#include <string>
#include <vector>

#include "tui/text_pane.h"
#include "tui/view.h"

namespace sipladder {

class HelpView : public Screen {
 public:
  explicit HelpView(const Screen& about);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override { pane_.draw(canvas, 0); }
  bool click(int, int y) override { return pane_.click(y); }
  bool typing() const override { return pane_.typing(); }
  Reply type(Key key) override { return pane_.type(key); }
  Reply act(Action action) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "help"; }
  std::string heading() const override { return title_; }
  std::string prompt() const override { return pane_.prompt(); }

 private:
  struct Row {
    std::string keys, words;
  };
  std::string title_;
  std::vector<Row> rows_;
  int width_ = 0;  // that the lines of pane_ were made for
  TextPane pane_;
};

}  // namespace sipladder
