// A view of all findings by code: how often each occurs, in how many calls, what it means. Enter
// lists the findings of the code.
#pragma once

#include <string>
#include <vector>

#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

class FindingGroups : public Screen {
 public:
  explicit FindingGroups(const Shared& shared) : shared_(shared) {}

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  bool click(int, int y) override { return cursor_.click(y - 1); }
  bool typing() const override { return search_.editing(); }
  Reply type(Key key) override;
  Reply act(Action action) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "findings by code"; }
  std::string crumb() const override { return "findings"; }
  std::string heading() const override;
  std::string prompt() const override { return search_.prompt(); }

 private:
  struct Group {
    Severity severity = Severity::info;
    std::string code, sentence;
    uint64_t count = 0, calls = 0;
  };
  void collect();
  void explain(int width, size_t rows);
  void find(bool forward);

  Shared shared_;
  std::vector<Group> groups_;
  uint64_t packets_ = UINT64_MAX;
  bool finished_ = false, known_ = false;
  std::vector<CellLine> words_;  // about the selected code
  Cursor cursor_;
  Search search_;
};

}  // namespace sipladder
