// The columns that the call list can have: those of sngrep by its names, our own, any column of the
// table `calls`, and any header of the first request.
//
// Threads: with the session's lock held.
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
  int least = 8, most = 30;  // columns on the screen
  int keep = 0;              // where there is no room, the lowest go first
  int width = 0;             // that the user wants; 0: between least and most
  bool right = false;
  Field field = Field::of_table;
  const Column* column = nullptr;
};
// All that have a name of their own, and those of the table.
const std::vector<ListColumn>& list_columns();
// By name ("header:X-Foo" too), with a width of its own behind a colon ("src:21"); names that
// nothing has are left out.
std::vector<ListColumn> list_columns_called(const std::vector<std::string>& names);
// A column as wide as that, within reason.
void set_width(ListColumn* column, int width);
// As list_columns_called() takes it.
std::string name_with_width(const ListColumn& column);
const std::vector<std::string>& default_list_columns();

struct PlacedColumn {
  size_t column = 0;  // of those given
  int x = 0, width = 0;
};
// Those that fit, each as wide as there is room.
std::vector<PlacedColumn> place_columns(const std::vector<ListColumn>& columns, int width);

// What stands in them.
class CallCells {
 public:
  explicit CallCells(const Shared& shared)
      : shared_(shared), reader_(shared.model, shared.log, shared.analyst) {}

  std::string text(const ListColumn& column, CallId id);
  void key(const ListColumn& column, CallId id, Value* value);  // to sort by
  Ink ink(const ListColumn& column, CallId id) const;
  // All that a search should find: names, addresses, states, causes, codes.
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
