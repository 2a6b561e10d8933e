// Writes markup that repeats in the page only once: a browser then reads a page of a thousand calls
// in a third of the time. A piece of markup ends at a line feed, or between ">" and "<".
//
// Lifetime: all texts given to add() must stay unchanged until the last call of pieces().
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace sipladder {

class SharedPieces {
 public:
  // `text`: markup whose texts are escaped, so that "<" and a digit, and "<>", stand nowhere in it.
  void add(std::string_view text);

  // After the last add(): the text with "<N>" in place of piece N, and "<N-M>" in place of piece N
  // and the M pieces that follow. N counts from 0.
  std::string shortened(std::string_view text);
  // The pieces that shortened() has named so far, by number, with "<>" between them.
  std::string pieces() const;

 private:
  struct Piece {
    size_t count = 0;
    size_t number = 0;  // from 1 on; 0: not named yet
  };
  absl::flat_hash_map<std::string_view, Piece> known_;
  std::vector<std::string_view> named_;
};

}  // namespace sipladder
