// The lines of a text. Threads: any. The text must stay.
#pragma once

#include <bit>
#include <cstdint>
#include <string_view>

#include "decode/text.h"

namespace sipladder {

// The newlines of a text in their order: 64 bytes are looked at together.
class Newlines {
 public:
  Newlines(std::string_view text, size_t at) : text_(text), block_(at) {
    if (at < text.size()) hits_ = hits_in_block();
  }

  // Where the next one stands; size() when there is none.
  [[gnu::always_inline]] size_t next() {
    if (hits_ == 0 && !find_block()) return text_.size();
    const size_t found = block_ + static_cast<size_t>(std::countr_zero(hits_));
    hits_ &= hits_ - 1;
    return found;
  }

 private:
  // Goes on to the next block with a newline.
  bool find_block() {
    while (hits_ == 0) {
      if (text_.size() - block_ <= 64) return false;
      block_ += 64;
      hits_ = hits_in_block();
    }
    return true;
  }

  // A bit for each of the next 64 bytes.
  uint64_t hits_in_block() const {
    const size_t left = text_.size() - block_;
    if (left >= 64) return equal_bytes64(text_.data() + block_, '\n');
    if (text_.size() >= 64)  // the last 64 bytes, some of them again
      return equal_bytes64(text_.data() + text_.size() - 64, '\n') >> (64 - left);
    uint64_t hits = 0;
    for (size_t i = 0; i < left; i++) hits |= uint64_t{text_[block_ + i] == '\n'} << i;
    return hits;
  }

  const std::string_view text_;
  size_t block_;       // where the current block begins
  uint64_t hits_ = 0;  // those of the block that are not told yet
};

}  // namespace sipladder
