// Which row of a cluster a row is: a hash of its table, its probe, its Call-ID and the columns that
// tell it from others (query/cluster_tables.def). The same packets give the same rows, whoever
// reads them again; of rows that are alike in all of that, the second one is another one.
//
// Bounds: 26 bytes for each row of a table that others refer to. Threads: the Reader's.
#pragma once

#include <absl/container/flat_hash_set.h>

#include <string>
#include <string_view>
#include <vector>

#include "query/cluster_tables.h"

namespace sipladder {

class ClusterKeys {
 public:
  ClusterKeys(Reader& reader, std::string probe);

  // 63 bits, which every reader's integers hold. 0 for a record that is not there.
  uint64_t of(const ClusterTable& table, RowId row);
  uint64_t of(std::string_view table, uint32_t record);

  CallId call_of(const ClusterTable& table, RowId row);
  // Of the call; empty when there is none. Valid until the next question.
  const std::string& call_id_of(CallId call);
  const std::string& probe() const { return probe_; }

 private:
  struct Known {
    const ClusterTable* table;
    std::vector<uint64_t> by_record;  // of tables with ids; 0: not asked for yet
    absl::flat_hash_set<uint64_t> taken;
  };
  Known& known(const ClusterTable& table);
  uint64_t make(const ClusterTable& table, RowId row);
  uint64_t by_position(const ClusterTable& table, RowId row);

  Reader& reader_;
  std::string probe_;
  std::vector<Known> known_;
  std::string call_id_, text_;
  CallId call_id_of_;
};

// The id of a row of another table that a cell holds, as the cluster has it.
uint64_t referred(ClusterKeys& keys, std::string_view target, const Value& cell);

}  // namespace sipladder
