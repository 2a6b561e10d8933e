// A value beside each record of a table, found by the record's id. It begins behind the records
// that were given up first, so that a capture that never ends does not make it grow without bound.
//
// Lifetime: ids of records that were given up since reset() may still be asked for.
#pragma once

#include <cstdint>
#include <vector>

namespace sipladder {

template <typename Value, typename IdType>
class BesideTable {
 public:
  // Forgets all values; each record of the table has Value{} now.
  template <typename TableType>
  void reset(const TableType& table) {
    gone_ = table.gone_before();
    values_.assign(table.size() - gone_, Value{});
  }
  // Records that came since have Value{}.
  template <typename TableType>
  void extend(const TableType& table) {
    values_.resize(table.size() - gone_);
  }
  bool has(IdType id) const { return id.value > gone_ && id.value - gone_ <= values_.size(); }
  // Requires has(id).
  typename std::vector<Value>::reference operator[](IdType id) {
    return values_[id.value - gone_ - 1];
  }
  typename std::vector<Value>::const_reference operator[](IdType id) const {
    return values_[id.value - gone_ - 1];
  }
  // The first id that has a value, if any has.
  uint32_t first() const { return gone_ + 1; }

 private:
  uint32_t gone_ = 0;
  std::vector<Value> values_;
};

}  // namespace sipladder
