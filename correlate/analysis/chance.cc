#include "correlate/analysis/chance.h"

#include <math.h>  // lgamma_r() is of POSIX

#include <algorithm>
#include <cmath>

namespace sipladder {
namespace {

double log_choose(uint64_t n, uint64_t k) {
  const auto log_factorial = [](uint64_t m) {
    int sign = 0;  // std::lgamma() would write the sign to a global: a race between threads
    return lgamma_r(static_cast<double>(m) + 1, &sign);
  };
  return log_factorial(n) - log_factorial(k) - log_factorial(n - k);
}

}  // namespace

double chance_of(uint64_t hits, uint64_t drawn, uint64_t marked, uint64_t all) {
  const uint64_t others = all - marked;
  const uint64_t fewest = drawn > others ? drawn - others : 0;
  double chance = 0;
  for (uint64_t i = std::max(hits, fewest); i <= std::min(drawn, marked); i++)
    chance +=
        std::exp(log_choose(marked, i) + log_choose(others, drawn - i) - log_choose(all, drawn));
  return std::min(chance, 1.0);
}

}  // namespace sipladder
