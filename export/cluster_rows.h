// Rows of the tables as a cluster takes them (JSONEachRow), in batches.
//
// Bounds: one batch in memory, of kBatchBytes and one row. Threads: the Reader's. Errors: none;
// ends early when the model's cancellation asks for it, or when nobody takes batches any more.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "export/cluster_keys.h"

namespace sipladder {

inline constexpr size_t kBatchBytes = 16 << 20;
inline constexpr uint64_t kBatchRows = 100'000;
// A server takes rows of a hundred partitions at once, which are days.
inline constexpr size_t kBatchDays = 50;

struct RowBatch {
  std::string_view table;
  std::string rows;  // an object in each line
  uint64_t count = 0;
};

class ClusterRows {
 public:
  // False: no more of them.
  using Take = std::function<bool(RowBatch)>;
  ClusterRows(Reader& reader, std::string probe, Take take);

  // All rows of the table whose calls are chosen (Reader::choose).
  bool write(const ClusterTable& table);

 private:
  bool write_row(const ClusterTable& table, RowId row);
  void append_cell(const ClusterColumn& column, RowId row, uint64_t id);
  void append_call_id(const ClusterTable& table, RowId row, CallId call);
  int64_t time_of(const ClusterTable& table, RowId row, CallId call);
  bool flush();

  Reader& reader_;
  ClusterKeys keys_;
  Take take_;
  RowBatch batch_;
  std::set<std::string> days_;
  Value cell_;
};

}  // namespace sipladder
