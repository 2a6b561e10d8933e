// Rows in the order in which they were added, each found by a text key.
//
// Lifetime: pointers and references to rows are valid until add() or keep_only().
// Bounds: `most` rows.
#pragma once

#include <absl/container/flat_hash_map.h>

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace sipladder {

template <typename Row>
class KeyedRows {
 public:
  explicit KeyedRows(size_t most) : most_(most) {}

  const std::vector<Row>& all() const { return rows_; }
  Row& operator[](size_t place) { return rows_[place]; }
  size_t place_of(const Row& row) const { return static_cast<size_t>(&row - rows_.data()); }

  // Null when there is none.
  Row* find(const std::string& key) {
    const auto found = places_.find(key);
    return found == places_.end() ? nullptr : &rows_[found->second];
  }
  // Null when `most` rows are there already: nothing was added then. The key must be new.
  Row* add(std::string key, Row row) {
    if (rows_.size() >= most_) return nullptr;
    places_.emplace(std::move(key), rows_.size());
    rows_.push_back(std::move(row));
    return &rows_.back();
  }
  // Removes the rows for which `keep` is false, with their keys. The others move up.
  template <typename Keep>
  void keep_only(Keep keep) {
    constexpr size_t kGone = SIZE_MAX;
    std::vector<size_t> new_place(rows_.size(), kGone);
    std::vector<Row> kept;
    for (size_t i = 0; i < rows_.size(); i++) {
      if (!keep(rows_[i])) continue;
      new_place[i] = kept.size();
      kept.push_back(std::move(rows_[i]));
    }
    rows_ = std::move(kept);
    absl::erase_if(places_, [&](const auto& entry) { return new_place[entry.second] == kGone; });
    for (auto& entry : places_) entry.second = new_place[entry.second];
  }

 private:
  const size_t most_;
  std::vector<Row> rows_;
  absl::flat_hash_map<std::string, size_t> places_;
};

}  // namespace sipladder
