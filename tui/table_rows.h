// The rows of one table as a view shows them: listed, filtered and sorted some milliseconds at a
// time.
//
// Threads: with the session's lock held.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tui/arrangement.h"
#include "tui/pace.h"
#include "tui/place.h"
#include "tui/row_filter.h"
#include "tui/view.h"

namespace sipladder {

class TableRows {
 public:
  // `scope`: only rows of these calls; empty: all rows. `shared` and `table` must outlive this
  // object.
  TableRows(const Shared& shared, const TableDescription& table, std::vector<CallId> scope);

  // Takes in new rows, and goes on choosing and sorting. `moved`: the view wants other rows than
  // before. True: rows may be read now; false: the view has to keep the cells that it has.
  bool refresh(bool moved);
  // Must come before rows are read outside of refresh(): conclusions may have changed since.
  void catch_up();
  const std::vector<RowId>& ids() const { return shown_; }
  bool working() const { return listing_ || arrangement_.running(); }
  std::string progress() const;

  const Finding* finding(RowId row) const;  // null: not the table of findings, or no such row
  // A null value when the row is not there any more.
  Value value(const Column& column, RowId row);
  // Call, message and place that the row is about, by its columns; empty when none says it.
  CallId call_of(RowId row);
  MessageId message_of(RowId row);
  RowPlace place_of(RowId row);

  void sort(const Column* column, bool descending);
  void filter(const std::string& text, RowFilter filter, const std::vector<const Column*>& shown);
  void pick(const Column* column, const std::string& cell);
  const std::string& filter_text() const { return filter_text_; }
  bool is_filtered() const { return filter_.kind != RowFilter::Kind::none || picked_ != nullptr; }
  std::string about() const;
  const Column* sorted_by() const { return sort_; }
  bool descending() const { return descending_; }

 private:
  using Clock = PaceClock;
  bool has_changed() const;
  void count_again();
  void list_more();
  void arrange();
  bool keeps(RowId row);
  bool is_in_scope(RowId row);
  void ask_condition();
  int64_t number(std::string_view column, RowId row);

  const Shared& shared_;
  const TableDescription& table_;
  std::vector<CallId> scope_;
  Reader reader_;
  bool only_grows_;  // rows are only added; those that are there do not change

  uint32_t count_ = 0;
  uint32_t next_ = 1;  // the record to list
  bool listing_ = false, arranged_ = false;
  std::vector<RowId> base_, shown_;
  Arrangement<RowId> arrangement_;

  // The state of the model when count_ was asked for.
  bool known_ = false;
  uint64_t packets_ = 0;
  uint32_t epoch_ = 0;
  bool finished_ = false, verdicts_ = false;
  Clock::time_point again_{};

  const Column* sort_ = nullptr;
  bool descending_ = false;
  RowFilter filter_;
  std::string filter_text_;
  std::vector<const Column*> searched_;  // columns that words are searched in
  std::vector<int64_t> chosen_;          // rowids that the condition chooses, ascending
  const Column* picked_ = nullptr;
  std::string picked_cell_;
};

}  // namespace sipladder
