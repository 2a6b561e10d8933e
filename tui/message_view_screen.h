// One message as it was sent, unprintable characters masked.
#pragma once

#include <string>
#include <vector>

#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

class MessageScreen : public Screen {
 public:
  // `messages`: those to step through; `at` is the one shown first.
  MessageScreen(const Shared& shared, std::vector<MessageId> messages, size_t at)
      : shared_(shared), messages_(std::move(messages)), at_(at) {}

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  Reply handle(Key key) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "message"; }
  std::string prompt() const override { return search_.prompt(); }

 private:
  void load();
  void step(bool forward);
  void find(bool forward);

  Shared shared_;
  std::vector<MessageId> messages_;
  size_t at_;
  MessageId loaded_;
  std::string title_;
  std::vector<std::string> lines_;
  Cursor cursor_;
  int skip_ = 0;
  Search search_;
};

}  // namespace sipladder
