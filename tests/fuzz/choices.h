// The bytes of an input as choices, one byte each. When they have run out, each choice is 0.
#pragma once

#include <cstdint>
#include <string_view>

namespace sipladder::fuzz {

class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}
  bool any() const { return at_ < bytes_.size(); }
  size_t below(size_t bound) {
    const size_t value = any() ? static_cast<unsigned char>(bytes_[at_++]) : 0;
    return bound == 0 ? 0 : value % bound;
  }
  template <typename List>
  const auto& of(const List& list) {
    return list[below(std::size(list))];
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace sipladder::fuzz
