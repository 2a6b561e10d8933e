// How far a figure moved between two periods, against values worked out by hand.
#include "export/period_compare.h"

#include <gtest/gtest.h>

namespace sipladder {
namespace {

PeriodFigures with_share(uint64_t hits, uint64_t population) {
  PeriodFigures figures;
  figures.calls = population;
  figures.populations["state"] = population;
  if (hits != 0) {
    const auto count = static_cast<double>(hits);
    figures.shares[{"all calls", "state failed", "state"}] = {count, count, population};
  }
  return figures;
}

PeriodFigures with_values(const std::vector<double>& values) {
  PeriodFigures figures;
  Figure& figure = figures.means[{"all calls", "MOS"}];
  for (const double value : values)
    figure.sum += value, figure.squares += value * value, figure.count++;
  return figures;
}

TEST(PeriodCompare, SharesByTwoProportions) {
  // 10 of 100 against 30 of 100: pooled 0.2, error sqrt(0.16 * 0.02) = 0.056569,
  // (0.2 - 0.01) / 0.056569.
  const PeriodComparison rose = compare_periods(with_share(10, 100), with_share(30, 100));
  ASSERT_EQ(rose.moved.size(), 1U);
  EXPECT_NEAR(rose.moved[0].standard_errors, 3.3588, 1e-3);
  EXPECT_TRUE(rose.moved[0].is_share);
  const PeriodComparison fell = compare_periods(with_share(30, 100), with_share(10, 100));
  ASSERT_EQ(fell.moved.size(), 1U);
  EXPECT_NEAR(fell.moved[0].standard_errors, -3.3588, 1e-3);
}

TEST(PeriodCompare, WhatNobodyHadHasItsPopulation) {
  const PeriodComparison comparison = compare_periods(with_share(0, 100), with_share(30, 100));
  ASSERT_EQ(comparison.moved.size(), 1U);
  EXPECT_EQ(comparison.moved[0].a.count, 100U);
  EXPECT_EQ(comparison.moved[0].a.sum, 0);
}

TEST(PeriodCompare, OneCallIsNoMove) {
  const PeriodComparison comparison = compare_periods(with_share(0, 1), with_share(1, 1));
  EXPECT_TRUE(comparison.moved.empty());
  EXPECT_EQ(comparison.still, 1U);
}

TEST(PeriodCompare, NothingToCompareWithoutAPopulation) {
  const PeriodComparison comparison = compare_periods(with_share(0, 0), with_share(5, 10));
  EXPECT_EQ(comparison.compared, 0U);
}

TEST(PeriodCompare, MeansByWelch) {
  // Means 4 and 3; four values each, 0.25 from their mean: variance 4 * 0.0625 / 3 = 0.083333, and
  // 1 / sqrt(0.083333 / 2) = 4.899.
  const PeriodComparison comparison =
      compare_periods(with_values({3.75, 3.75, 4.25, 4.25}), with_values({2.75, 2.75, 3.25, 3.25}));
  ASSERT_EQ(comparison.moved.size(), 1U);
  EXPECT_NEAR(comparison.moved[0].standard_errors, -4.89898, 1e-4);
  EXPECT_FALSE(comparison.moved[0].is_share);
}

TEST(PeriodCompare, FarthestFirst) {
  PeriodFigures a = with_values({4, 4.1, 3.9, 4}), b = with_values({2, 2.1, 1.9, 2});
  const PeriodFigures shares_a = with_share(10, 100), shares_b = with_share(30, 100);
  a.shares = shares_a.shares, b.shares = shares_b.shares;
  const PeriodComparison comparison = compare_periods(a, b);
  ASSERT_EQ(comparison.moved.size(), 2U);
  EXPECT_EQ(comparison.moved[0].name.what, "MOS");
  EXPECT_LT(comparison.moved[0].standard_errors, 0);
}

}  // namespace
}  // namespace sipladder
