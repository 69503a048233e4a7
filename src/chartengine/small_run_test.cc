// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/small_run.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace cppd::chartengine {
namespace {

std::vector<int> elements(const SmallRun<int>& run) { return {run.begin(), run.end()}; }

SmallRun<int> run_of(int count) {
  SmallRun<int> run;
  for (int i = 0; i < count; ++i) run.push_back(i);
  return run;
}

TEST(SmallRun, KeepsElementsThroughGrowthMovesAndCuts) {
  for (int count = 0; count < 40; ++count) {
    SCOPED_TRACE(count);
    std::vector<int> want;
    for (int i = 0; i < count; ++i) want.push_back(i);
    auto run = run_of(count);
    EXPECT_EQ(elements(run), want);
    auto moved = std::move(run);
    EXPECT_EQ(elements(moved), want);
    EXPECT_TRUE(run.empty());  // NOLINT(bugprone-use-after-move): what is left is an empty list
    for (int left = count; left >= 0; --left) {
      moved.shrink_to(static_cast<std::size_t>(left));
      want.resize(static_cast<std::size_t>(left));
      EXPECT_EQ(elements(moved), want);
      EXPECT_LE(moved.room(), static_cast<std::size_t>(std::max(4 * left + 4, 1)));
    }
    moved.push_back(7);
    EXPECT_EQ(elements(moved), std::vector{7});
  }
}

TEST(SmallRun, TakesAnElementOfItsOwn) {
  auto run = run_of(1);
  for (int i = 0; i < 10; ++i) run.push_back(run.front());
  EXPECT_THAT(elements(run), testing::Each(0));
  EXPECT_EQ(run.size(), 11U);
}

TEST(SmallRun, OneElementNeedsNoBlock) {
  EXPECT_EQ(run_of(1).room(), 1U);
  EXPECT_EQ(run_of(2).room(), 2U);
  auto run = run_of(100);
  run = run_of(1);
  EXPECT_EQ(run.room(), 1U);
}

}  // namespace
}  // namespace cppd::chartengine
