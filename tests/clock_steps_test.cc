// Times that keep the order of the frames when a clock was set back.
#include "correlate/model/clock_steps.h"

#include <gtest/gtest.h>

#include "capture/time_units.h"
#include "correlate/model/model.h"

namespace sipladder::clock_steps_test {
namespace {

TEST(ClockSteps, OfAllKeptTimesStayWithinThem) {
  Model model;
  ClockStep step;
  step.source = 0;
  step.frame = 2;
  step.back_ns = kLatestNs - kEarliestNs;
  model.clock_steps = {step, step};
  EXPECT_EQ(ordered_ns(model, 0, 1, kLatestNs), kLatestNs);
  EXPECT_EQ(ordered_ns(model, 0, 2, kLatestNs), kLatestNs);
  EXPECT_EQ(ordered_ns(model, 1, 2, kEarliestNs), kEarliestNs);
  model.clock_steps = {step};
  EXPECT_EQ(ordered_ns(model, 0, 2, kEarliestNs), kLatestNs);
}

}  // namespace
}  // namespace sipladder::clock_steps_test
