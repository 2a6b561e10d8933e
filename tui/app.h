// The stack of views: keys in, canvases out. Knows no terminal, so tests drive it as the terminal
// does. Row 0 is the trail of views, the last row the status or a question, the one above it the
// keys that matter here; the view has what is between. What keys do alike in all views is done
// here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tui/list_view.h"
#include "tui/mouse.h"
#include "tui/view.h"

namespace sipladder {

class App {
 public:
  // `status`: the words of the last row; called with the lock held. `while_busy`: called again and
  // again while a view takes long to answer, to look whether the user has enough of it; it must
  // wait a moment by itself. Without it views work on the calling thread.
  App(const Shared& shared, bool calls_only, std::function<std::string()> status,
      std::function<void()> while_busy = {}, const ListChoice& choice = {});

  // False when the user leaves.
  bool key(Key key);
  Canvas frame(int width, int height);
  // A view has more to do: the next frame tells more, without a key.
  bool working() const { return !layers_.empty() && layers_.back().view->working(); }

 private:
  struct Layer {
    std::unique_ptr<Screen> view;
    bool filled = false;  // refreshed at least once
  };
  bool refresh(Layer& layer, int width, int height);
  void work(const std::function<void()>& job);
  Reply answer(Screen& view, Key key);
  std::optional<Reply> common(Screen& view, Action action, Key key);
  Reply mouse(Screen& view, const MouseEvent& event);
  void take(Reply reply);
  bool leaves(const Reply& reply) const;
  Key meant_key(Key key) const;
  std::string trail() const;
  void draw_edges(Canvas* canvas, bool hints, bool fresh);

  Shared shared_;
  std::function<std::string()> status_;
  std::function<void()> while_busy_;
  std::string status_words_;
  std::vector<Layer> layers_;   // the last one is on the screen
  bool busy_ = false;           // the newest frame did without new rows
  bool asking_ = false;         // whether to leave a live capture
  MouseEvent pressed_;          // what began last
  int width_ = 0, height_ = 0;  // of the newest frame
};

}  // namespace sipladder
