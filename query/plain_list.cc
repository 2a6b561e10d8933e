#include "query/plain_list.h"

#include <cmath>

#include "query/row_walk.h"

namespace sipladder {

std::optional<PlainList> plain_list(const TableDescription& table, const std::string& columns) {
  PlainList list{&table, {}};
  if (columns == "*") {
    for (const Column& column : table.columns) list.columns.push_back(&column);
    return list;
  }
  std::string_view rest = columns;
  for (bool more = true; more;) {
    const size_t comma = rest.find(',');
    more = comma != std::string_view::npos;
    const Column* const column = find_column(table, rest.substr(0, comma));
    if (column == nullptr) return std::nullopt;
    list.columns.push_back(column);
    rest.remove_prefix(more ? comma + 1 : rest.size());
    if (rest.starts_with(' ')) rest.remove_prefix(1);
  }
  return list;
}

void list_rows(const PlainList& list, Reader& reader,
               const std::function<void(const std::vector<ResultColumn>&)>& begin,
               const std::function<bool(const std::vector<Value>&)>& row) {
  std::vector<ResultColumn> names;
  for (const Column* column : list.columns)
    names.push_back({std::string(column->name), column->type == "JSON"});
  begin(names);
  std::vector<Value> values(list.columns.size());
  const RowSource source(*list.table, reader);
  RowWalk walk(source);
  for (walk.begin(); !walk.at_end(); walk.next()) {
    for (size_t i = 0; i < values.size(); i++) {
      values[i].clear();
      list.columns[i]->get(reader, walk.row(), values[i]);
      // SQLite has no NaN either.
      if (values[i].type == Value::Type::real && std::isnan(values[i].real)) values[i].clear();
    }
    if (!row(values)) return;
  }
}

}  // namespace sipladder
