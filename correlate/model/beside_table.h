// One value for each record of a Table, kept outside of the record and found by the record's id.
// Values begin behind the records that had been given up at reset(), so that a capture that never
// ends does not make the table grow without bound.
//
// Lifetime: ids of records that were given up since reset() may still be asked for. References are
// valid until reset() or extend(). Threads: one at a time.
#pragma once

#include <cstdint>
#include <vector>

namespace sipladder {

template <typename Value, typename IdType>
class BesideTable {
 public:
  // Forgets all values: each record that `table` holds has Value{} then.
  template <typename TableType>
  void reset(const TableType& table) {
    gone_ = table.gone_before();
    values_.assign(table.size() - gone_, Value{});
  }
  // Gives Value{} to the records that were added to `table` since. Requires the table of reset().
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
  // The lowest id that can have a value.
  uint32_t first() const { return gone_ + 1; }

 private:
  uint32_t gone_ = 0;
  std::vector<Value> values_;
};

}  // namespace sipladder
