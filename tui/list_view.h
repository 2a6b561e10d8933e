// The view of the list of calls. It grows while the capture is read. Only messages of visible rows
// are read from the file, unless a filter, an order or a search needs others.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "tui/call_panel.h"
#include "tui/list_rows.h"
#include "tui/note_prompt.h"
#include "tui/place.h"
#include "tui/search.h"
#include "tui/view.h"

namespace sipladder {

// What the user asked for on the command line.
struct ListChoice {
  std::string condition;             // over `calls`; empty: every call
  std::vector<std::string> columns;  // as list_columns_called() takes them; empty: the usual ones
};

class ListView : public Screen {
 public:
  ListView(const Shared& shared, bool calls_only, const ListChoice& choice);

  void refresh(int width, int height) override;
  void draw(Canvas& canvas) const override;
  bool typing() const override {
    return filter_edit_.active() || place_.editing() || note_.editing() || search_.editing();
  }
  Reply type(Key key) override;
  bool click(int x, int y) override;
  void drag(int from_x, int from_y, int x, int y) override;
  Reply act(Action action) override;
  bool unwind() override;
  const KeyTable& keys() const override;
  std::string name() const override { return "call list"; }
  std::string crumb() const override { return "calls"; }
  std::string heading() const override;
  std::string prompt() const override;
  bool working() const override;

 private:
  struct Row {
    CallId id;
    bool chosen = false;
    std::vector<std::string> cells;  // of placed_
    std::vector<Ink> inks;
  };

  void select_call(CallId id);
  void select_worst();
  void show_notes();
  void tell_instead(int width);
  void add_findings(std::vector<CellLine>* lines, int width) const;
  std::string words_for_none() const;
  void take_rows(int width);
  std::string time_of(size_t row, int64_t begin_ns) const;
  std::string title_of(const ListColumn& column) const;
  struct GroupWords {
    Group group;
    std::string words;
    Ink ink;
    int x;
  };
  std::vector<GroupWords> group_words(int width) const;
  int summary_line(Canvas& canvas) const;
  std::optional<Group> group_at(int x) const;
  CallId selected() const;
  std::vector<CallId> wanted() const;  // the calls chosen with Space, else the selected one

  bool matches(size_t index);
  void find(bool forward);
  void go_to(const Place& place);
  void go_to_frame(const Place& place);
  void set_mark();
  void step_problem(bool forward);
  void step_sort(bool forward);
  void reverse();
  void sort_worst();
  void widen(int by);
  void choose();
  void begin_filter();
  void type_filter(Key key);
  Reply open_flow(bool all_legs);
  Reply open_values();
  Reply open_capture_findings();
  void copy_call_id();
  void copy_command();
  Reply open_columns();
  bool act_on_order(Action action);
  Reply act_on_rows(Action action);

  Shared shared_;
  CallCells cells_;
  ListRows rows_source_;
  std::vector<ListColumn> columns_;
  std::vector<PlacedColumn> placed_;
  std::vector<Row> rows_;  // from rows_top_ on
  size_t rows_top_ = 0;
  bool untouched_ = true;  // no key came yet
  bool noted_ = false;     // show_notes() has added the column of notes, or found it there
  int above_ = 0;          // rows before the first call
  int height_ = 0;         // of the view
  int panel_rows_ = 0;
  int width_ = 80;
  CallPanel panel_;
  std::vector<std::string> instead_;  // what a capture without SIP holds (instead_of_sip())
  Cursor cursor_;
  Search search_;
  LineEdit filter_edit_;
  PlacePrompt place_;
  NotePrompt note_;
};

}  // namespace sipladder
