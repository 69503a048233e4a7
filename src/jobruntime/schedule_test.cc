// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/jobruntime/schedule.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace cppd::jobruntime {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kStart{std::chrono::seconds{1'700'000'000}};

TEST(Schedule, IsDueOncePerInterval) {
  for (const auto interval : {1s, 2s, 10s, 60s}) {
    for (int i = 0; i < 50; ++i) {
      const Schedule schedule{"job_" + std::to_string(i), interval};
      auto due = schedule.next(kStart);
      EXPECT_GT(due, kStart);
      EXPECT_LE(due, kStart + interval);
      EXPECT_EQ(schedule.next(due), due + interval);
      EXPECT_EQ(schedule.due_between(kStart, kStart + 10 * interval), 10u);
      EXPECT_EQ(schedule.due_between(due, due + interval - 1ns), 0u);
    }
  }
}

TEST(Schedule, EverySecondJobsStayAtTheWholeSecond) {
  for (int i = 0; i < 200; ++i) EXPECT_LE(Schedule("job_" + std::to_string(i), 1s).phase(), 100ms);
}

TEST(Schedule, SpreadsJobsOverTheirInterval) {
  std::set<std::int64_t> seconds;
  for (int i = 0; i < 200; ++i) {
    const auto phase = Schedule("job_" + std::to_string(i), 10s).phase();
    EXPECT_LE(phase % 1s, 200ms);
    seconds.insert(phase / 1s);
  }
  EXPECT_EQ(seconds.size(), 10u);
}

struct PenaltyCase {
  std::string_view name;
  std::uint64_t failures;
  std::chrono::seconds update_every, want;
  friend void PrintTo(const PenaltyCase& row, std::ostream* out) { *out << row.name; }
};
class Penalty : public testing::TestWithParam<PenaltyCase> {};
TEST_P(Penalty, GrowsEveryFiveFailures) { EXPECT_EQ(penalty(GetParam().failures, GetParam().update_every), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, Penalty,  // agent contract C-17
                         testing::Values(PenaltyCase{"none", 0, 1s, 0s}, PenaltyCase{"four", 4, 10s, 0s},
                                         PenaltyCase{"five", 5, 10s, 25s}, PenaltyCase{"odd_interval", 5, 1s, 2s},
                                         PenaltyCase{"ten", 10, 10s, 50s}, PenaltyCase{"capped", 100000, 10s, 600s}),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::jobruntime
