#include "correlate/analysis/chance.h"

#include <gtest/gtest.h>

namespace sipladder::chance_test {
namespace {

struct Case {
  uint64_t hits, drawn, marked, all;
  double chance;
};

// By hand: sums of binomial coefficients.
TEST(Chance, IsTheUpperTailOfTheHypergeometricDistribution) {
  const Case cases[] = {
      {0, 5, 10, 20, 1.0},
      {5, 5, 5, 20, 1.0 / 15504},              // 1 / C(20,5)
      {5, 5, 10, 20, 252.0 / 15504},           // C(10,5) / C(20,5)
      {4, 5, 10, 20, (252.0 + 2100) / 15504},  // and C(10,4) C(10,1)
      {8, 8, 26, 26, 1.0},                     // all have it
      {3, 3, 1, 4, 0.0},                       // more than there are
  };
  for (const Case& one : cases)
    EXPECT_NEAR(chance_of(one.hits, one.drawn, one.marked, one.all), one.chance, 1e-9)
        << one.hits << " of " << one.drawn << ", " << one.marked << " of " << one.all;
}

TEST(Chance, OfManyCallsIsAProbability) {
  const double rare = chance_of(90'000, 100'000, 100'000, 1'000'000);
  EXPECT_GE(rare, 0);
  EXPECT_LT(rare, 1e-9);
  EXPECT_NEAR(chance_of(0, 100'000, 100'000, 1'000'000), 1, 1e-6);
}

}  // namespace
}  // namespace sipladder::chance_test
