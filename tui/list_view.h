// The list of calls. It grows while the capture is read; only the visible rows are ever read from
// the file.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

#include "correlate/message_view.h"
#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

class ListView : public Screen {
 public:
  ListView(const Shared& shared, bool calls_only);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  Reply handle(Key key) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "call list"; }
  std::string prompt() const override { return search_.prompt(); }

 private:
  // What a row takes from the file; it does not change.
  struct Names {
    std::string method, from, to, call_id;
  };
  struct Row {
    CallId id;
    Names names;
    std::string time, state, duration, messages, audio, findings;
    Ink ink = Ink::plain;
    bool has_error = false;
  };

  void collect();  // adds the calls that came since the last time
  const Names& names_of(CallId id);
  Row make_row(CallId id, bool with_verdict);
  std::string row_text(const Row& row) const;
  bool matches(size_t index);
  void find(bool forward);
  void toggle_calls_only();

  Shared shared_;
  MessageView view_;
  bool calls_only_;
  uint32_t collected_ = 0;
  uint32_t epoch_ = 0;
  uint32_t total_ = 0;
  std::vector<CallId> ids_;
  absl::flat_hash_map<uint32_t, Names> names_;
  std::vector<Row> rows_;  // from rows_top_ on
  size_t rows_top_ = 0;
  int width_ = 80;
  bool follow_ = false;  // the cursor stays on the newest call
  Cursor cursor_;
  Search search_;
};

}  // namespace sipladder
