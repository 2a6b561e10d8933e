// A view with a list of choices: columns, values of a column, settings, formats. Whoever opens it
// passes what Enter does.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

struct Choice {
  std::string text;
  std::string about;  // shown dim behind the text
  std::string id;     // not shown: for whoever opened the view
  bool marked = false;
  uint64_t count = 0;  // drawn as a bar, with Manner::bars
};

class ChooseView : public Screen {
 public:
  struct Manner {
    std::string name;  // in help and trail
    std::string heading;
    bool marks = false;  // Space marks a choice
    bool moves = false;  // + and - move a choice up and down
    bool bars = false;   // counts are shown as bars
  };
  // Called by Enter, with all choices and the place of the selected one. The view answers what
  // `done` returns.
  using Done = std::function<Reply(const std::vector<Choice>&, size_t)>;

  ChooseView(Manner manner, std::vector<Choice> choices, Done done);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  bool click(int, int y) override { return cursor_.click(y); }
  bool typing() const override { return search_.editing(); }
  Reply type(Key key) override;
  Reply act(Action action) override;
  const KeyTable& keys() const override { return keys_; }
  std::string name() const override { return manner_.name; }
  std::string heading() const override { return manner_.heading; }
  std::string prompt() const override { return search_.prompt(); }

 private:
  void move(bool up);
  void find(bool forward);

  Manner manner_;
  std::vector<Choice> choices_;
  Done done_;
  KeyTable keys_;
  Cursor cursor_;
  Search search_;
};

// Opens a list of the values of a column, the most frequent first. `shown` makes the text of a
// value; `pick` gets the value that Enter takes.
Reply choose_value(std::string heading, const std::map<std::string, uint64_t>& counts,
                   std::function<void(const std::string&)> pick,
                   const std::function<std::string(const std::string&)>& shown);
// Opens a list of columns to be marked and moved. `take` gets the names of the marked ones in their
// order.
Reply choose_columns(std::vector<Choice> choices,
                     std::function<void(const std::vector<std::string>&)> take);

}  // namespace sipladder
