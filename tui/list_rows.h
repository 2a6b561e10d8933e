// Which calls the list shows, and in which order.
//
// Threads: refresh() with the session's lock held, the rest by the thread that draws.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "tui/arrangement.h"
#include "tui/call_filter.h"
#include "tui/list_columns.h"
#include "tui/row_filter.h"
#include "tui/view.h"

namespace sipladder {

class ListRows {
 public:
  // `condition`: the SQL condition of the command line; empty: none. `shared` and `cells` must
  // outlive this object.
  ListRows(const Shared& shared, CallCells& cells, bool calls_only, const std::string& condition)
      : shared_(shared), cells_(cells), calls_only_(calls_only), given_(condition) {}

  // Takes in new calls, and goes on choosing and sorting. True: ids() has changed.
  bool refresh();
  const std::vector<CallId>& ids() const { return is_arranged() ? shown_ : base_; }
  // True until ids() are what was asked for.
  bool working() const;
  double progress() const { return arrangement_.progress(); }
  // True until the condition of the command line was evaluated, which needs the verdicts.
  bool waits() const { return given_.active() && !given_.asked(); }

  // Each of these makes the next refresh() choose and sort anew.
  void show_group(Group group);
  void toggle_calls_only();
  void filter(const std::string& text, RowFilter filter);
  void pick(const ListColumn& column, const std::string& cell);  // only rows with that cell
  void sort(const ListColumn* column, bool descending);          // null: as they came
  void clear(bool keep_shown);  // hides all calls so far; keep_shown: those that are not shown

  Group group() const { return group_; }
  bool calls_only() const { return calls_only_; }
  const std::string& filter_text() const { return filter_text_; }
  bool has_filter() const { return filter_.kind != RowFilter::Kind::none || !picked_.name.empty(); }
  std::string about() const;  // "only one-way, state=busy"
  // The SQL condition that chooses the rows; empty: something else does too, or nothing.
  const std::string& only_condition() const {
    static const std::string kNone;
    const bool only = !given_.active() && picked_.name.empty() && group_ == Group::all &&
                      !hidden_until_ && !calls_only_;
    return only ? filter_.condition : kNone;
  }
  // clear() has hidden calls, and nothing else chooses among them.
  bool only_cleared() const {
    return hidden_until_ && !given_.active() && !has_filter() && group_ == Group::all;
  }
  uint32_t total() const { return total_; }
  const std::string& sorted_by() const { return sort_.name; }
  bool descending() const { return descending_; }

 private:
  bool is_arranged() const;
  bool is_hidden(CallId id) const;
  bool keeps(CallId id);
  bool collect();
  bool is_stale() const;
  void arrange();
  void begin_anew() { stale_ = true; }

  const Shared& shared_;
  CallCells& cells_;
  bool calls_only_;
  CallFilter given_;
  CallFilter asked_{""};  // the condition of filter_
  RowFilter filter_;
  std::string filter_text_;
  ListColumn picked_;  // an empty name: no column is picked
  std::string picked_cell_;
  ListColumn sort_;  // an empty name: the calls are as they came
  bool descending_ = false;
  Group group_ = Group::all;
  CallId hidden_until_;
  std::vector<CallId> kept_;  // calls up to hidden_until_ that are not hidden, ascending

  std::vector<CallId> base_, shown_;
  uint32_t collected_ = 0, epoch_ = 0, total_ = 0;
  Arrangement<CallId> arrangement_;
  bool stale_ = false;      // something else is asked for than `arrangement_` has begun
  bool gone_ = false;       // calls of base_ were given up
  size_t arranged_of_ = 0;  // base_.size() when arrange() began
  uint32_t arranged_version_ = 0;
  std::chrono::steady_clock::time_point again_{};
};

}  // namespace sipladder
