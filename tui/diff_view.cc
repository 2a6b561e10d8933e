#include "tui/diff_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "tui/message_text.h"

namespace sipladder {
namespace {

// A message of more lines is compared as far as this: the table of the comparison is its square.
constexpr size_t kMostCompared = 1000;

void add(std::vector<CellLine>* out, char mark, const std::string& text, Ink ink) {
  out->emplace_back();
  put_text(&out->back(), 0, safe_text(std::string(1, mark) + " " + text), ink);
}

}  // namespace

// The longest common subsequence, from its table of lengths.
std::vector<CellLine> diff_lines(const std::vector<std::string>& first,
                                 const std::vector<std::string>& second) {
  const size_t a = std::min(first.size(), kMostCompared),
               b = std::min(second.size(), kMostCompared);
  std::vector<uint16_t> length((a + 1) * (b + 1), 0);
  const auto at = [&](size_t i, size_t j) -> uint16_t& { return length[i * (b + 1) + j]; };
  for (size_t i = a; i-- > 0;) {
    for (size_t j = b; j-- > 0;)
      at(i, j) = first[i] == second[j] ? static_cast<uint16_t>(at(i + 1, j + 1) + 1)
                                       : std::max(at(i + 1, j), at(i, j + 1));
  }
  std::vector<CellLine> out;
  for (size_t i = 0, j = 0; i < a || j < b;) {
    if (i < a && j < b && first[i] == second[j]) {
      add(&out, ' ', first[i], Ink::plain);
      i++, j++;
    } else if (j >= b || (i < a && at(i + 1, j) >= at(i, j + 1))) {
      add(&out, '-', first[i++], Ink::error);
    } else {
      add(&out, '+', second[j++], Ink::good);
    }
  }
  if (first.size() > a || second.size() > b) add(&out, ' ', "(the rest is not compared)", Ink::dim);
  return out;
}

DiffView::DiffView(const Shared& shared, MessageId first, MessageId second)
    : TextScreen(shared, {"comparison",
                          fmt::format("message {} - and {} +", first.value, second.value),
                          [shared, first, second](int) {
                            return diff_lines(plain_lines(shared, first),
                                              plain_lines(shared, second));
                          },
                          {},
                          {},
                          "difference",
                          [](const CellLine& line) {
                            const Ink ink = first_ink(line);
                            return ink == Ink::error || ink == Ink::good;
                          }}) {}

}  // namespace sipladder
