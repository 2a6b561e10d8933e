// A view of any table of the program, made from the table's description alone: columns, order,
// filter, values with counts, and the ladder that a row belongs to.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tui/place.h"
#include "tui/search.h"
#include "tui/table_rows.h"
#include "tui/view.h"

namespace sipladder {

class TableView : public Screen {
 public:
  // `scope`: only rows of these calls; empty: all rows. `tab`: its place among the views (tabs.h).
  TableView(const Shared& shared, const TableDescription& table, size_t tab,
            std::vector<CallId> scope);
  ~TableView() override;

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  bool typing() const override {
    return filter_edit_.active() || place_.editing() || search_.editing();
  }
  Reply type(Key key) override;
  bool click(int x, int y) override;
  Reply act(Action action) override;
  bool unwind() override;
  const KeyTable& keys() const override;
  std::string name() const override;
  std::string crumb() const override;
  std::string heading() const override;
  std::string prompt() const override;
  bool working() const override { return rows_.working(); }

  // Shows only rows where this column has that text.
  void pick(std::string_view column, const std::string& cell);
  void filter(const std::string& text);  // as if it were typed

 private:
  struct Placed {
    size_t column = 0;
    int x = 0, width = 0;
  };
  std::string shown_value(const Column& column, std::string text) const;
  std::string shown(const Column& column, RowId row);
  void take_cells();
  int wanted_width(size_t column, int most) const;
  void place(int width);
  void take_words(int width);
  RowId selected() const;
  bool row_matches(size_t index);
  void find(bool forward);
  void go_to(const Place& place);
  void step_problem(bool forward);
  void step_sort(bool forward);
  void widen(int by);
  void type_filter(Key key);
  void show_columns(const std::vector<std::string>& names);
  Reply open_row(bool message);
  Reply open_endpoint();
  Reply open_record();
  Reply save_rows();
  Reply open_values();
  Reply open_columns();
  void act_on_rows(Action action);

  Shared shared_;
  const TableDescription& table_;
  size_t tab_;
  std::vector<CallId> scope_;
  TableRows rows_;
  std::vector<const Column*> columns_;
  std::map<std::string, int> widths_;  // of columns that the user has made wider or narrower
  size_t first_column_ = 0;            // columns before it are scrolled out
  std::vector<Placed> placed_;
  std::vector<std::vector<std::string>> cells_;  // of the rows from cells_top_ on
  size_t cells_top_ = 0;
  std::vector<CellLine> words_;  // lines about the selected finding or stream
  size_t word_rows_ = 0;
  size_t last_selected_ = 0, last_top_ = 0;
  Cursor cursor_;
  Search search_;
  LineEdit filter_edit_;
  PlacePrompt place_;
};

}  // namespace sipladder
