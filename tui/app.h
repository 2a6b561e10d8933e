// The stack of views: keys in, canvases out. It knows no terminal, so tests drive it as the
// terminal does. Row 0 shows the trail of views. The last row shows the status or a question, and
// the row above it the keys that matter here. The view has the rows between. Keys that do the same
// in all views are handled here.
//
// Threads: key() and frame() by one thread.
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
  // `status`: gives the words of the last row; called with the session's lock held. `while_busy`:
  // called again and again while a view takes long to answer, so that the user can stop it; each
  // call has to wait a moment itself. With it, views work on a thread of their own; without it, on
  // the calling thread. What `shared` refers to must outlive the App.
  App(const Shared& shared, bool calls_only, std::function<std::string()> status,
      std::function<void()> while_busy = {}, const ListChoice& choice = {});

  // False: the user leaves the program.
  bool key(Key key);
  Canvas frame(int width, int height);
  // True: the view has more to do, and the next frame will show more without a key.
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
  std::string masked_prompt(const std::string& prompt) const;
  void draw_edges(Canvas* canvas, bool hints, bool fresh);

  Shared shared_;
  std::function<std::string()> status_;
  std::function<void()> while_busy_;
  std::string status_words_;
  std::vector<Layer> layers_;   // the last one is on the screen
  bool busy_ = false;           // the newest frame had to show the rows of the frame before
  bool asking_ = false;         // the user is asked whether to end a live capture
  MouseEvent pressed_;          // the newest press of a mouse button
  int width_ = 0, height_ = 0;  // of the newest frame
};

}  // namespace sipladder
