// The columns that the call list can have: those of sngrep under its names, more of this program,
// any column of the table `calls`, and any header of the first request.
//
// Threads: CallCells needs the session's lock.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <string>
#include <string_view>
#include <vector>

#include "query/table_description.h"
#include "tui/canvas.h"
#include "tui/view.h"

namespace sipladder {

enum class Field : uint8_t {
  mark,
  index,
  date,
  time,
  method,
  from_user,
  from,
  to_user,
  to,
  source,
  destination,
  call_id,
  x_call_id,
  transport,
  messages,
  state,
  talk,
  total,
  reason,
  warning,
  audio,
  why,
  of_table,  // ListColumn::column
  header,    // ListColumn::name, without "header:"
};

struct ListColumn {
  std::string name;
  std::string title;
  std::string about;
  int least = 8, most = 30;  // width on the screen
  int keep = 0;              // where there is no room, the columns with the lowest are left out
  int width = 0;             // width that the user wants; 0: between least and most
  bool right = false;        // aligned to the right
  Field field = Field::of_table;
  const Column* column = nullptr;  // with Field::of_table; lives as long as the program
};
// All columns with a fixed name: those of list_columns.def and those of the table `calls`.
const std::vector<ListColumn>& list_columns();
// The columns of these names. "header:X-Foo" is a header; "src:21" is a column with a width. A name
// that no column has is left out.
std::vector<ListColumn> list_columns_called(const std::vector<std::string>& names);
// The same for names that the user has chosen: columns beside the usual ones are the last to be
// left out where there is no room.
std::vector<ListColumn> chosen_list_columns(const std::vector<std::string>& names);
// Sets the width that the user wants, within limits.
void set_width(ListColumn* column, int width);
// The name as list_columns_called() takes it: with the width, when the user has set one.
std::string name_with_width(const ListColumn& column);
const std::vector<std::string>& default_list_columns();

struct PlacedColumn {
  size_t column = 0;  // place in the columns given to place_columns()
  int x = 0, width = 0;
};
// The columns that fit into `width`, each as wide as there is room.
std::vector<PlacedColumn> place_columns(const std::vector<ListColumn>& columns, int width);

// Makes the cells of the call list. `shared` must outlive this object.
class CallCells {
 public:
  explicit CallCells(const Shared& shared)
      : shared_(shared), reader_(shared.model, shared.log, shared.analyst) {}

  std::string text(const ListColumn& column, CallId id);
  void key(const ListColumn& column, CallId id, Value* value);  // to sort by
  Ink ink(const ListColumn& column, CallId id) const;
  // The text that a search looks through: names, addresses, states, causes, codes.
  std::string everything(CallId id);
  Reader& reader() { return reader_; }

 private:
  void value(const ListColumn& column, CallId id, Value* value);
  std::string uri_of(CallId id, HeaderId header);
  std::string address(EndpointId id) const;
  std::string header(CallId id, std::string_view name);
  std::string method(CallId id);

  const Shared& shared_;
  Reader reader_;
};

}  // namespace sipladder
