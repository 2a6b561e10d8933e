#include "main/nearest.h"

#include <algorithm>

namespace sipladder {
namespace {

// How many letters must be changed, added, left out or swapped with a neighbour.
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

// The smallest distance at which a word is not near any more; 0: no word is near.
size_t too_far(std::string_view word) {
  constexpr size_t kLongest = 64;
  if (word.size() > kLongest) return 0;
  const size_t letters = word.size() - std::min(word.find_first_not_of('-'), word.size());
  return letters < 2 ? 0 : (letters + 2) / 3 + 1;  // one letter is as near to any other
}

size_t how_far(std::string_view word, std::string_view other) {
  // A word that begins another one is near to it, however much is missing.
  return word.size() >= 3 && other.starts_with(word) ? 1 : distance(word, other);
}

}  // namespace

std::string nearest(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<size_t> places = nearest_ones(word, known, 1);
  return places.empty() ? std::string() : known[places.front()];
}

std::vector<size_t> nearest_ones(std::string_view word, const std::vector<std::string>& known,
                                 size_t most) {
  const size_t limit = too_far(word);
  std::vector<std::pair<size_t, size_t>> near;  // distance and place
  for (size_t i = 0; limit > 0 && i < known.size(); i++) {
    const size_t far = how_far(word, known[i]);
    if (far < limit) near.emplace_back(far, i);
  }
  std::sort(near.begin(), near.end());
  std::vector<size_t> places;
  for (size_t i = 0; i < std::min(most, near.size()); i++) places.push_back(near[i].second);
  return places;
}

}  // namespace sipladder
