// The ladder of one call: a row selected, its details below.
#pragma once

#include <string>
#include <vector>

#include "export/ladder.h"
#include "export/ladder_text.h"
#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

class LadderView : public Screen {
 public:
  LadderView(const Shared& shared, CallId call) : shared_(shared), call_(call) {}

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  Reply handle(Key key) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "ladder"; }
  std::string prompt() const override { return search_.prompt(); }

 private:
  void build();
  bool is_gone() const;
  bool outdated() const;
  LadderTextOptions text_options() const;
  std::string detail() const;
  Reply open_message() const;
  void find(bool forward);
  void next_finding();
  void select_message(MessageId id);
  void jump(Action action);
  Reply other_leg() const;

  Shared shared_;
  CallId call_;
  Ladder ladder_;
  LadderLayout layout_;
  std::vector<CallId> legs_;  // of the end-to-end call
  bool built_ = false;
  bool built_with_verdicts_ = false;
  uint32_t built_messages_ = 0;
  uint32_t built_epoch_ = 0;
  int width_ = 80;
  bool rtp_ = true;
  bool sdp_ = false;  // the codec table instead of the findings
  int skip_ = 0;
  size_t finding_ = 0;
  std::string endpoints_;  // of the selected row
  std::vector<CellLine> title_;
  std::vector<CellLine> header_;
  Cursor cursor_;
  Search search_;
};

}  // namespace sipladder
