// The keys of a view, printed from its key table.
#pragma once

#include <string>
#include <vector>

#include "tui/cursor.h"
#include "tui/view.h"

namespace sipladder {

class HelpView : public Screen {
 public:
  explicit HelpView(const Screen& about);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  Reply handle(Key key) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "help"; }

 private:
  std::string title_;
  std::vector<std::string> lines_;
  Cursor cursor_;
};

}  // namespace sipladder
