// The SQL prompt: a query and its rows as a list. Enter opens the ladder that a row belongs to.
#pragma once

#include <string>
#include <vector>

#include "query/database.h"
#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

class SqlView : public Screen {
 public:
  explicit SqlView(const Shared& shared);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  bool click(int, int y) override { return cursor_.click(y - 2); }
  bool typing() const override { return edit_.active() || search_.editing(); }
  Reply type(Key key) override;
  Reply act(Action action) override;
  const KeyTable& keys() const override;
  std::string name() const override { return "SQL prompt"; }
  std::string crumb() const override { return "SQL"; }
  std::string heading() const override;
  std::string prompt() const override;

 private:
  std::string shown(size_t row, size_t column) const;
  void run();
  void complete();
  void sort(bool forward);
  void find(bool forward);
  Reply type_query(Key key);
  CallId call_of(size_t row, MessageId* message) const;
  void step_problem(bool forward);
  Reply open_row() const;

  Shared shared_;
  LineEdit edit_;
  std::string query_, error_;
  std::vector<ResultColumn> columns_;
  std::vector<std::vector<Value>> rows_;
  bool all_ = true;       // no row was left out
  uint64_t packets_ = 0;  // how many had been read when the query ran
  uint64_t packets_now_ = 0;
  int sorted_by_ = -1;
  bool descending_ = false;
  size_t first_column_ = 0;
  Cursor cursor_;
  Search search_;
};

}  // namespace sipladder
