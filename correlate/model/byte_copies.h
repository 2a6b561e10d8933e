// Copies of bytes that must outlive the reader's buffer. clear() keeps the memory for reuse.
//
// Lifetime: a copy stays where it is until clear(). Bounds: `kBytes`, or one piece that is larger.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace sipladder {

template <size_t kBytes>
class ByteCopies {
 public:
  // True for any size while nothing is kept.
  bool has_room(size_t bytes) const { return used_ == 0 || used_ + bytes <= capacity_; }

  // Requires has_room(). Returns a view of the copy.
  std::string_view add(std::string_view bytes) {
    if (used_ == 0 && bytes.size() > capacity_) {
      capacity_ = std::max(bytes.size(), kBytes);
      bytes_ = std::make_unique_for_overwrite<char[]>(capacity_);
    }
    char* const copy = bytes_.get() + used_;
    if (!bytes.empty()) std::memcpy(copy, bytes.data(), bytes.size());
    used_ += bytes.size();
    return {copy, bytes.size()};
  }
  const char* end() const { return bytes_.get() + used_; }  // where the next copy begins
  // Requires the piece that was added last.
  void take_back(std::string_view newest) { used_ -= newest.size(); }

  void clear() {
    used_ = 0;
    if (capacity_ <= kBytes) return;
    bytes_.reset();
    capacity_ = 0;
  }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t capacity_ = 0;
  size_t used_ = 0;
};

}  // namespace sipladder
