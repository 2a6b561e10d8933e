#include "tui/tabs.h"

#include <algorithm>

#include "query/table_description.h"
#include "tui/finding_groups.h"
#include "tui/table_view.h"

namespace sipladder {
namespace {

struct TabRow {
  std::string_view table, title, columns;
};
constexpr TabRow kTabs[] = {
#define TABLE(name, title, columns) {name, title, columns},
#include "tui/table_columns.def"
#undef TABLE
};

const TabRow* tab_row(std::string_view table) {
  const auto* const found = std::find_if(std::begin(kTabs), std::end(kTabs),
                                         [&](const TabRow& row) { return row.table == table; });
  return found == std::end(kTabs) ? nullptr : found;
}

// The tables in the order of the ring, without `calls`: the list of calls is a view of its own.
const std::vector<const TableDescription*>& ring() {
  static const std::vector<const TableDescription*> kRing = [] {
    std::vector<const TableDescription*> all;
    const auto add = [&](std::string_view name) {
      for (const TableDescription* table : tables()) {
        const bool taken = std::find(all.begin(), all.end(), table) != all.end();
        if (table->name == name && !taken) all.push_back(table);
      }
    };
    for (const TabRow& row : kTabs) add(row.table);
    for (const TableDescription* table : tables()) {
      if (table->name != "calls") add(table->name);
    }
    return all;
  }();
  return kRing;
}

// 0 is the view of findings by code, which only the whole capture has.
std::unique_ptr<Screen> make_tab(const Shared& shared, size_t tab,
                                 const std::vector<CallId>& scope) {
  if (tab == 0) return std::make_unique<FindingGroups>(shared);
  return std::make_unique<TableView>(shared, *ring()[tab - 1], tab, scope);
}

}  // namespace

std::string tab_title(const TableDescription& table) {
  const TabRow* const row = tab_row(table.name);
  return std::string(row == nullptr ? table.name : row->title);
}

std::vector<std::string> shown_columns(const TableDescription& table) {
  const TabRow* const row = tab_row(table.name);
  if (row != nullptr && !row->columns.empty()) return split_names(row->columns);
  std::vector<std::string> all;
  if (table.listed != "*") {
    for (std::string& name : split_names(table.listed)) {
      std::erase(name, '"');  // quotes around a name that is a word of SQL too
      all.push_back(std::move(name));
    }
    return all;
  }
  for (const Column& column : table.columns) all.emplace_back(column.name);
  return all;
}

std::unique_ptr<Screen> tab_beside_calls(const Shared& shared, bool forward) {
  return make_tab(shared, forward ? 0 : ring().size(), {});
}

std::unique_ptr<Screen> tab_of_calls(const Shared& shared, std::vector<CallId> calls,
                                     bool forward) {
  return make_tab(shared, forward ? 1 : ring().size(), calls);
}

std::unique_ptr<Screen> tab_called(const Shared& shared, const std::string& table) {
  for (size_t i = 0; i < ring().size(); i++) {
    if (ring()[i]->name == table) return make_tab(shared, i + 1, {});
  }
  return make_tab(shared, 0, {});
}

std::unique_ptr<Screen> hops_of(const Shared& shared, const std::string& address,
                                const std::string& port) {
  const auto at = std::find(ring().begin(), ring().end(), &kViasTable);
  auto view = std::make_unique<TableView>(
      shared, kViasTable, static_cast<size_t>(at - ring().begin()) + 1, std::vector<CallId>{});
  view->filter("source = '" + address + "'" + (port.empty() ? "" : " AND source_port = " + port));
  return view;
}

Reply tab_beside(const Shared& shared, size_t tab, const std::vector<CallId>& scope, bool forward) {
  const size_t first = scope.empty() ? 0 : 1;
  if (forward ? tab >= ring().size() : tab <= first) return {Reply::Kind::back, nullptr};
  return {Reply::Kind::replace, make_tab(shared, forward ? tab + 1 : tab - 1, scope)};
}

}  // namespace sipladder
