// A growing table of records found by id. Chunks never move: growth copies nothing and costs no
// peak of memory. Ids are never used again.
//
// Lifetime: a reference to a record is valid until the record is forgotten.
// Threads: one at a time, except stock_up(), which may run beside any other function.
// Bounds: kMaxChunks * kChunk records over the table's life.
#pragma once

#include <atomic>
#include <bitset>
#include <cstddef>
#include <iterator>
#include <memory>
#include <new>
#include <type_traits>
#include <vector>

#include "correlate/model/ids.h"

namespace sipladder {

template <typename Record, typename IdType>
class Table {
 public:
  // The directory of chunks never moves either.
  Table() { chunks_.reserve(kMaxChunks); }
  ~Table() { delete[] stocked_.load(); }
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  // Requires size() < kMaxChunks * kChunk.
  IdType add(const Record& record) {
    if (size_ % kChunk == 0) open_chunk();
    if (size_ % kChunk == kChunk / 2) runs_low_.store(true, std::memory_order_relaxed);
    new (chunks_.back()[size_ % kChunk].bytes) Record(record);
    return IdType{++size_};
  }
  // Allocates the next chunk and touches its pages, when the present chunk is half full. It is for
  // a thread that has time while another one adds. Where the system gives new pages slowly (2 to
  // 13 us each in virtual machines), this was a third of the time to correlate.
  void stock_up() {
    if (!runs_low_.exchange(false, std::memory_order_relaxed)) return;
    Chunk chunk = new_chunk();
    unsigned char* const bytes = chunk[0].bytes;
    for (size_t i = 0; i < kChunk * sizeof(Slot); i += kPage) bytes[i] = 0;
    const Chunk not_taken(stocked_.exchange(chunk.release(), std::memory_order_acq_rel));
  }
  // Requires an id that add() gave and forget() did not take.
  Record& operator[](IdType id) { return *std::launder(reinterpret_cast<Record*>(slot(id))); }
  const Record& operator[](IdType id) const {
    return *std::launder(reinterpret_cast<const Record*>(slot(id)));
  }
  uint32_t size() const { return size_; }  // ids run from 1 to size()

  // Gives a record up; requires holds(id). The memory of a chunk is returned when all its records
  // are given up: records of one time lie together.
  void forget(IdType id) {
    const size_t chunk = (id.value - 1) / kChunk;
    if (gone_.size() <= chunk) gone_.resize(chunk + 1);
    if (gone_[chunk] == nullptr) gone_[chunk] = std::make_unique<Gone>();
    gone_[chunk]->records.set((id.value - 1) % kChunk);
    forgotten_++;
    if (++gone_[chunk]->count < kChunk) return;
    chunks_[chunk].reset();
    gone_[chunk].reset();
    chunks_held_--;
    while (first_chunk_ < chunks_.size() && chunks_[first_chunk_] == nullptr) first_chunk_++;
  }
  // No id up to this value is held any more. Tables beside this one (BesideTable) begin behind it.
  uint32_t gone_before() const {
    return first_chunk_ == chunks_.size() ? size_ : first_chunk_ * kChunk;
  }
  // Whether the record is there. False for the id 0.
  bool holds(IdType id) const {
    if (!id || id.value > size_) return false;
    if (forgotten_ == 0) return true;
    const size_t chunk = (id.value - 1) / kChunk;
    if (chunks_[chunk] == nullptr) return false;
    const bool some_gone = chunk < gone_.size() && gone_[chunk] != nullptr;
    return !some_gone || !gone_[chunk]->records.test((id.value - 1) % kChunk);
  }
  uint32_t held() const { return size_ - forgotten_; }
  size_t bytes() const { return size_t{chunks_held_} * kChunk * sizeof(Slot); }

  // The ids of the records that are held, ascending.
  class Iterator {
   public:
    Iterator(const Table& table, uint32_t value) : table_(table), value_(value) { skip(); }
    IdType operator*() const { return IdType{value_}; }
    Iterator& operator++() {
      value_++;
      skip();
      return *this;
    }
    bool operator==(std::default_sentinel_t) const { return value_ > table_.size(); }

   private:
    void skip() {
      if (table_.forgotten_ == 0) return;
      while (value_ <= table_.size() && !table_.holds(IdType{value_})) value_++;
    }
    const Table& table_;
    uint32_t value_;
  };
  struct Ids {
    const Table& table;
    uint32_t first;
    Iterator begin() const { return Iterator(table, first); }
    std::default_sentinel_t end() const { return {}; }
  };
  Ids ids(uint32_t first = 1) const { return {*this, first}; }

 private:
  // A chunk is not initialised: its memory is touched when a record is added.
  struct Slot {
    alignas(Record) unsigned char bytes[sizeof(Record)];
  };
  static_assert(std::is_trivially_destructible_v<Record>);
  using Chunk = std::unique_ptr<Slot[]>;

  static Chunk new_chunk() { return std::make_unique_for_overwrite<Slot[]>(kChunk); }
  void open_chunk() {
    Chunk stocked(stocked_.exchange(nullptr, std::memory_order_acq_rel));
    chunks_.push_back(stocked != nullptr ? std::move(stocked) : new_chunk());
    chunks_held_++;
  }
  unsigned char* slot(IdType id) const {
    return chunks_[(id.value - 1) / kChunk][(id.value - 1) % kChunk].bytes;
  }

  static constexpr uint32_t kChunk = 8192;
  static constexpr size_t kPage = 4096;
  static constexpr size_t kMaxChunks = size_t{1} << 16;
  struct Gone {
    std::bitset<kChunk> records;
    uint32_t count = 0;
  };
  std::vector<Chunk> chunks_;                // null: all of its records are given up
  std::vector<std::unique_ptr<Gone>> gone_;  // null, or not there: none of its records are
  uint32_t size_ = 0;
  uint32_t forgotten_ = 0;
  uint32_t chunks_held_ = 0;
  uint32_t first_chunk_ = 0;              // chunks before it are given up
  std::atomic<Slot*> stocked_ = nullptr;  // owned
  std::atomic<bool> runs_low_ = false;
};

}  // namespace sipladder
