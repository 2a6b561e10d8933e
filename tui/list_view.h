// The list of calls. It grows while the capture is read; only the visible rows are ever read from
// the file.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <vector>

#include "correlate/model/message_view.h"
#include "tui/call_filter.h"
#include "tui/list_columns.h"
#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

// What the user asked for on the command line.
struct ListChoice {
  std::string condition;             // over `calls`; empty: every call
  std::vector<std::string> columns;  // of `calls`; empty: those of the list
};

class ListView : public Screen {
 public:
  ListView(const Shared& shared, bool calls_only, const ListChoice& choice);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  Reply handle(Key key) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "call list"; }
  std::string prompt() const override { return search_.prompt(); }

 private:
  static constexpr int kHeaderRows = 2;

  // What a row takes from the file; it does not change.
  struct Names {
    std::string method, from, to, call_id;
  };
  struct Row {
    CallId id;
    Names names;
    std::string time, state, duration, messages, audio, findings;
    std::vector<std::string> cells;  // of columns_, when there are any
    Ink ink = Ink::plain;
    bool has_error = false;
  };

  void collect();  // adds the calls that came since the last time
  void collect_chosen();
  void select_worst();
  void tell_worst(int width);
  void draw_columns(Canvas& canvas) const;
  const Names& names_of(CallId id);
  Row make_row(CallId id, bool with_verdict);
  std::string row_text(const Row& row) const;
  bool matches(size_t index);
  void find(bool forward);
  void toggle_calls_only();

  Shared shared_;
  MessageView view_;
  Reader reader_;
  bool calls_only_;
  CallFilter filter_;
  ListColumns columns_;
  uint32_t collected_ = 0;
  uint32_t epoch_ = 0;
  uint32_t total_ = 0;
  std::vector<CallId> ids_;
  absl::flat_hash_map<uint32_t, Names> names_;
  std::vector<Row> rows_;  // from rows_top_ on
  size_t rows_top_ = 0;
  int width_ = 80;
  bool follow_ = false;          // the cursor stays on the newest call
  bool untouched_ = true;        // no key came yet
  size_t word_rows_ = 0;         // at the bottom, for words_
  std::vector<CellLine> words_;  // the worst finding of the selected call
  Cursor cursor_;
  Search search_;
};

}  // namespace sipladder
