#include "main/nearest.h"

#include <algorithm>

namespace sipladder {
namespace {

// Letters to change, add, leave out, or swap with their neighbour.
size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<size_t>> cost(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); i++) {
    for (size_t j = 0; j <= b.size(); j++) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const size_t changed = a[i - 1] == b[j - 1] ? 0 : 1;
      cost[i][j] = std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + changed});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr size_t kLongest = 64;
  if (word.size() > kLongest) return {};
  std::string best;
  const size_t letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
  if (letters < 2) return {};  // one letter is as near to any other
  size_t least = (letters + 2) / 3 + 1;
  for (const std::string& one : known) {
    // What the word begins is meant, however much is missing.
    const bool begins = word.size() >= 3 && one.starts_with(word);
    const size_t far = begins ? 1 : distance(word, one);
    if (far >= least) continue;
    least = far;
    best = one;
  }
  return best;
}

}  // namespace sipladder
