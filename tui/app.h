// The stack of views: keys in, canvases out. Knows no terminal, so tests drive it as the terminal
// does.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tui/list_view.h"
#include "tui/view.h"

namespace sipladder {

class App {
 public:
  // `status`: the words of the last row; called with the lock held.
  App(const Shared& shared, bool calls_only, std::function<std::string()> status,
      const ListChoice& choice = {});

  // False when the user leaves.
  bool key(Key key);
  Canvas frame(int width, int height);

 private:
  struct Layer {
    std::unique_ptr<Screen> view;
    bool filled = false;  // refreshed at least once
  };
  bool refresh(Layer& layer, int width, int height);

  Shared shared_;
  std::function<std::string()> status_;
  std::string status_words_;
  std::vector<Layer> layers_;  // the last one is on the screen
};

}  // namespace sipladder
