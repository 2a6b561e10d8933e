// Batches of rows in files of a folder, 0600, one each: what waits for a cluster that is away.
// Names tell their order, the process that wrote them, table and number of rows, so that a later
// run finds them. Runs that share a folder never write over each other's files.
//
// Threads: one at a time. Errors: sentences; a file that cannot be read is left where it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sipladder {

struct SpooledBatch {
  std::string path, table;
  uint64_t rows = 0, bytes = 0;
};

class BatchSpool {
 public:
  // `folder`: made when it is missing; empty: a temporary one, made when it is needed and removed
  // at the end.
  explicit BatchSpool(std::string folder) : folder_(std::move(folder)) {}
  ~BatchSpool();
  BatchSpool(const BatchSpool&) = delete;
  BatchSpool& operator=(const BatchSpool&) = delete;

  // What an earlier run left, in its order.
  std::string begin(std::vector<SpooledBatch>* found);
  std::string write(std::string_view packed, SpooledBatch* batch);
  static std::string read(const SpooledBatch& batch, std::string* packed);
  static void remove(const SpooledBatch& batch);
  bool is_kept() const { return !is_temporary_; }
  const std::string& folder() const { return folder_; }

 private:
  std::string make_folder();
  // A file of its own beside the path that it gives the batch; -1 with errno.
  int open_unused(SpooledBatch* batch, std::string* unfinished);

  std::string folder_;
  bool is_temporary_ = false;
  uint64_t next_ = 1;
};

}  // namespace sipladder
