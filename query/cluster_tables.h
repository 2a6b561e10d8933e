// The tables as a cluster of ClickHouse servers has them: those of the descriptions, with what
// makes a row one of many probes. Ids are hashes there (query/cluster_keys.h).
//
// Threads: any; all of it is made once. Errors: none.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "query/table_description.h"

namespace sipladder {

enum class ClusterOwner : uint8_t { call, call_if_any, probe };

// What an integer of a row is in a cluster.
enum class ClusterRole : uint8_t {
  plain,
  own_id,     // the row's own
  reference,  // the id of a row of `target`
  derived,    // told from other columns by the server: nothing is sent
};

struct ClusterColumn {
  const Column* column = nullptr;
  ClusterRole role = ClusterRole::plain;
  std::string_view target = {};  // a table
};

struct ClusterTable {
  const TableDescription* table = nullptr;
  ClusterOwner owner = ClusterOwner::probe;
  std::string_view time;               // a column; empty: that of its message, call or capture
  std::vector<std::string> keys;       // columns
  std::vector<ClusterColumn> columns;  // as many as the description has
  bool has_call_id = false, has_id = false;  // columns of the description
};

// In the order of tables().
const std::vector<ClusterTable>& cluster_tables();
const ClusterTable* find_cluster_table(std::string_view name);  // null: there is none

// What every row has beside the columns of its table: whose it is, until which packet it knew
// everything (of two rows with one id, the one that knew more stays), how long it is kept.
inline constexpr std::string_view kProbeColumn = "probe", kCallIdColumn = "call_id",
                                  kRowIdColumn = "row_id", kCallKindColumn = "call_kind",
                                  kDayColumn = "day", kSeenColumn = "seen_ns";

std::string_view id_column(const ClusterTable& table);

struct ClusterDdl {
  std::string
      cluster;  // as remote_servers of the servers' configuration calls it; empty: one server
  std::string database;     // for Distributed tables, empty: the current one
  bool old_server = false;  // before 19.14: without codecs, TTL and LowCardinality
};

// The statements that make all tables, each ended by ";".
std::string cluster_ddl(const ClusterDdl& wanted);

}  // namespace sipladder
