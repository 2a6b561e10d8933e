// A growing table of records found by id. Chunks never move: growth copies nothing and costs no
// peak of memory. References stay valid for the life of the table.
#pragma once

#include <array>
#include <memory>
#include <vector>

#include "correlate/ids.h"

namespace sipladder {

template <typename Record, typename IdType>
class Table {
 public:
  // The directory of chunks never moves either.
  Table() { chunks_.reserve(kMaxChunks); }

  // Requires size() < kMaxSize.
  IdType add(const Record& record) {
    if (size_ % kChunk == 0) chunks_.push_back(std::make_unique<std::array<Record, kChunk>>());
    (*chunks_.back())[size_ % kChunk] = record;
    return IdType{++size_};
  }
  // Requires an id that add() gave.
  Record& operator[](IdType id) {
    return (*chunks_[(id.value - 1) / kChunk])[(id.value - 1) % kChunk];
  }
  const Record& operator[](IdType id) const {
    return (*chunks_[(id.value - 1) / kChunk])[(id.value - 1) % kChunk];
  }
  uint32_t size() const { return size_; }  // ids run from 1 to size()

 private:
  static constexpr uint32_t kChunk = 2048;
  static constexpr size_t kMaxChunks = size_t{1} << 16;
  std::vector<std::unique_ptr<std::array<Record, kChunk>>> chunks_;
  uint32_t size_ = 0;
};

}  // namespace sipladder
