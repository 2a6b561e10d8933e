// A growing table of records found by id. Chunks never move: growth copies nothing and costs no
// peak of memory. References stay valid for the life of the table.
#pragma once

#include <memory>
#include <new>
#include <type_traits>
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
    if (size_ % kChunk == 0) chunks_.push_back(std::make_unique_for_overwrite<Slot[]>(kChunk));
    new (chunks_.back()[size_ % kChunk].bytes) Record(record);
    return IdType{++size_};
  }
  // Requires an id that add() gave.
  Record& operator[](IdType id) { return *std::launder(reinterpret_cast<Record*>(slot(id))); }
  const Record& operator[](IdType id) const {
    return *std::launder(reinterpret_cast<const Record*>(slot(id)));
  }
  uint32_t size() const { return size_; }  // ids run from 1 to size()

 private:
  // Memory is touched when a record comes, not when its chunk does.
  struct Slot {
    alignas(Record) unsigned char bytes[sizeof(Record)];
  };
  static_assert(std::is_trivially_destructible_v<Record>);

  unsigned char* slot(IdType id) const {
    return chunks_[(id.value - 1) / kChunk][(id.value - 1) % kChunk].bytes;
  }

  static constexpr uint32_t kChunk = 8192;
  static constexpr size_t kMaxChunks = size_t{1} << 16;
  std::vector<std::unique_ptr<Slot[]>> chunks_;
  uint32_t size_ = 0;
};

}  // namespace sipladder
