#include "query/cluster_tables.h"

#include <algorithm>
#include <utility>

namespace sipladder {
namespace {

constexpr ClusterOwner kByCall = ClusterOwner::call, kByCallIfAny = ClusterOwner::call_if_any,
                       kByProbe = ClusterOwner::probe;

// Columns that hold the id of a row, by their names.
constexpr std::pair<std::string_view, std::string_view> kReferences[] = {
    {"call", "calls"},
    {"session", "calls"},
    {"dialog", "dialogs"},
    {"txn", "transactions"},
    {"request_path", "transactions"},
    {"message", "messages"},
    {"retransmission_of", "messages"},
    {"duplicate_of", "messages"},
    {"stream", "streams"},
    {"file", "capture"},
};

ClusterColumn column_of(const TableDescription& table, const Column& column) {
  ClusterColumn made{&column};
  const bool first = &column == &table.columns.front();
  if (column.name == "id" || (table.name == "capture" && first)) {
    made.role = ClusterRole::own_id;
    return made;
  }
  // Text that says what an integer beside it says.
  if (column.type == "TEXT" && (column.name == "time" || column.name == "hour"))
    made.role = ClusterRole::derived;
  if (column.type != "INTEGER") return made;
  for (const auto& [name, target] : kReferences) {
    if (column.name != name) continue;
    made.role = ClusterRole::reference;
    made.target = target;
  }
  return made;
}

ClusterTable table_of(std::string_view name, ClusterOwner owner, std::string_view time,
                      std::string_view keys) {
  ClusterTable made{find_table(name), owner, time, split_names(keys), {}, false, false};
  for (const Column& column : made.table->columns) {
    made.columns.push_back(column_of(*made.table, column));
    made.has_call_id = made.has_call_id || column.name == kCallIdColumn;
    made.has_id = made.has_id || made.columns.back().role == ClusterRole::own_id;
  }
  return made;
}

}  // namespace

const std::vector<ClusterTable>& cluster_tables() {
  static const std::vector<ClusterTable> kAll = {
#define CLUSTER_TABLE(name, owner, time, keys) table_of(name, owner, time, keys),
#include "query/cluster_tables.def"
#undef CLUSTER_TABLE
  };
  return kAll;
}

const ClusterTable* find_cluster_table(std::string_view name) {
  const auto& all = cluster_tables();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const ClusterTable& one) { return one.table->name == name; });
  return found == all.end() ? nullptr : &*found;
}

std::string_view id_column(const ClusterTable& table) {
  for (const ClusterColumn& column : table.columns) {
    if (column.role == ClusterRole::own_id) return column.column->name;
  }
  return kRowIdColumn;
}

}  // namespace sipladder
