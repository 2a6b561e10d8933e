// Markup of which much repeats, written once: a page of a thousand calls is read by a browser in a
// third of the time. A piece is what stands up to the end of a line, or between two elements.
//
// Lifetime: the texts must stay as they are until the last call of shortened().
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

  // After the last add(): the text with "<N>" for piece N, "<N-M>" for it and the M that follow.
  std::string shortened(std::string_view text);
  // The pieces so far named, with "<>" between them.
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
