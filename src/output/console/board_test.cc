// SPDX-License-Identifier: GPL-3.0-or-later
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <thread>

#include "job_fixture.h"

namespace cppd::output {
namespace {

using testing::ElementsAre;

const BoardChart* find_chart(const BoardSnapshot& board, std::string_view id) {
  for (const auto& job : board.jobs) {
    for (const auto& chart : job.charts) {
      if (chart.info->id == id) return &chart;
    }
  }
  return nullptr;
}

/// Empty: no such chart or dimension, or a gap.
std::optional<double> value_of(const BoardSnapshot& board, std::string_view id, std::string_view dimension) {
  const auto* chart = find_chart(board, id);
  if (chart == nullptr) return std::nullopt;
  for (std::size_t i = 0; i < chart->info->dimensions.size(); ++i) {
    if (chart->info->dimensions[i].name == dimension && std::isfinite(chart->values[i])) return chart->values[i];
  }
  return std::nullopt;
}

constexpr std::nullopt_t gap = std::nullopt;

/// What a series of raw values looks like, cycle by cycle. Empty raw value: the series is absent.
struct Values {
  std::string_view name;
  metrix::Kind kind;
  std::string_view options;
  std::vector<std::optional<double>> raw;
  std::vector<std::optional<double>> shown;
  std::int64_t elapsed_us = 1'000'000;
  friend void PrintTo(const Values& row, std::ostream* out) { *out << row.name; }
};

const Values kValues[] = {
    {"absolute", metrix::Kind::gauge, "{}", {5, 7}, {5, 7}},
    {"absolute_scaled", metrix::Kind::gauge, "{multiplier: -8, divisor: 1000}", {500, 1000}, {-4, -8}},
    {"absolute_missing", metrix::Kind::gauge, "{}", {5, gap, 6}, {5, gap, 6}},
    {"integer_loses_fraction", metrix::Kind::gauge, "{}", {2.9, -2.9}, {2, -2}},
    {"fraction_lost_before_scaling", metrix::Kind::gauge, "{multiplier: 10}", {2.9}, {20}},
    {"float_keeps_fraction", metrix::Kind::gauge, "{float: true}", {2.5}, {2.5}},
    {"out_of_range", metrix::Kind::gauge, "{}", {1e30, 3}, {gap, 3}},
    {"incremental_first_is_none", metrix::Kind::counter, "{}", {100, 130}, {gap, 30}},
    {"incremental_two_seconds", metrix::Kind::counter, "{}", {100, 130, 200}, {gap, 15, 35}, 2'000'000},
    {"incremental_half_second", metrix::Kind::counter, "{}", {100, 130}, {gap, 60}, 500'000},
    {"incremental_scaled", metrix::Kind::counter, "{multiplier: -1, divisor: 1024}", {0, 2048}, {gap, -2}},
    {"incremental_reset", metrix::Kind::counter, "{}", {100, 130, 10, 15}, {gap, 30, gap, 5}},
    {"incremental_over_a_hole", metrix::Kind::counter, "{}", {100, gap, 130, 140}, {gap, gap, 15, 10}},
    {"incremental_still", metrix::Kind::counter, "{}", {100, 100}, {gap, 0}},
};

class BoardValues : public testing::TestWithParam<Values> {};
TEST_P(BoardValues, AreThoseOfNetdata) {
  const auto& row = GetParam();
  const auto text = std::string{R"(
version: v1
groups:
  - family: one
    metrics: [it, other]
    charts:
      - {title: One, context: one, units: things, dimensions: [{selector: it, name: it, options: )"} +
                    std::string{row.options} + R"(}]}
)";
  ChartBoard board;
  TestJob job{board, "one", text};
  BoardSnapshot snapshot;
  for (std::size_t i = 0; i < row.raw.size(); ++i) {
    job.cycle(
        [&] {
          if (row.raw[i]) job.observe("it", row.kind, {}, *row.raw[i]);
        },
        row.elapsed_us);
    board.snapshot(snapshot);
    EXPECT_EQ(value_of(snapshot, "one.one", "it"), row.shown[i]) << "cycle " << i;
  }
  const auto& only = snapshot.jobs.at(0);
  for (std::size_t i = 0; i < row.shown.size(); ++i) {
    const auto point = only.history(only.charts.at(0), 0, row.shown.size() - 1 - i);
    EXPECT_EQ(std::isnan(point), !row.shown[i].has_value()) << "cycle " << i;
    if (row.shown[i]) EXPECT_FLOAT_EQ(point, static_cast<float>(*row.shown[i]));
  }
  EXPECT_TRUE(std::isnan(only.history(only.charts.at(0), 0, row.shown.size())));
}
INSTANTIATE_TEST_SUITE_P(Table, BoardValues, testing::ValuesIn(kValues),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Board, KnowsDefinitions) {
  ChartBoard board;
  TestJob job{board};
  job.cycle([&] {
    job.requests(1, 2);
    job.queue("a", 3);
  });
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  ASSERT_EQ(snapshot.jobs.size(), 1u);
  EXPECT_EQ(snapshot.jobs[0].name, "web_local");
  std::vector<std::string> ids;
  for (const auto& chart : snapshot.jobs[0].charts) ids.push_back(chart.info->id);
  EXPECT_THAT(ids, ElementsAre("web_local.requests", "web_local.queue_a"));
  const auto& info = *snapshot.jobs[0].charts[1].info;
  EXPECT_EQ(info.title, "Waiting requests");
  EXPECT_EQ(info.family, "state");
  EXPECT_EQ(info.context, "web.queue");
  EXPECT_EQ(info.units, "requests");
  EXPECT_EQ(info.priority, 200);
  EXPECT_EQ(info.type, chartengine::ChartType::line);
  using Pair = std::pair<std::string, std::string>;
  EXPECT_THAT(info.labels, ElementsAre(Pair{"zone", "eu"}, Pair{"pool", "a"}, Pair{"_collect_job", "local"}));
  ASSERT_EQ(info.dimensions.size(), 2u);
  EXPECT_EQ(info.dimensions[1], (DimensionInfo{.name = "shadow", .multiplier = 2, .hidden = true}));
  EXPECT_EQ(snapshot.jobs[0].charts[0].info->dimensions[0].algorithm, chartengine::Algorithm::incremental);
}

TEST(Board, RemovesChartsThatExpire) {
  ChartBoard board;
  TestJob job{board};
  BoardSnapshot snapshot;
  for (int cycle = 0; cycle < 4; ++cycle) {
    job.cycle([&] {
      job.queue("a", 1);
      if (cycle < 2) job.queue("b", 2);
    });
    board.snapshot(snapshot);
    // Two cycles after the last value: lifecycle.expire_after_cycles of the template.
    EXPECT_EQ(find_chart(snapshot, "web_local.queue_b") != nullptr, cycle < 3) << cycle;
    EXPECT_EQ(value_of(snapshot, "web_local.queue_a", "waiting"), 1);
  }
}

TEST(Board, KeepsHistoryWhenDimensionsComeAndGo) {
  ChartBoard board;
  TestJob job{board};
  BoardSnapshot snapshot;
  // "b" comes in cycle 1 and goes; "a", before it, comes last and is laid out first.
  for (int cycle = 0; cycle < 6; ++cycle) {
    job.cycle([&] {
      job.temperature("c", 10 + cycle);
      if (cycle == 1) job.temperature("b", 50);
      if (cycle >= 4) job.temperature("a", 70);
    });
    board.snapshot(snapshot);
    EXPECT_EQ(value_of(snapshot, "web_local.temperature", "c"), 10 + cycle);
    EXPECT_EQ(value_of(snapshot, "web_local.temperature", "b"), cycle == 1 ? std::optional{50.0} : gap) << cycle;
  }
  const auto& only = snapshot.jobs.at(0);
  const auto* chart = find_chart(snapshot, "web_local.temperature");
  ASSERT_NE(chart, nullptr);
  std::vector<std::string> names;
  for (const auto& dimension : chart->info->dimensions) names.push_back(dimension.name);
  EXPECT_THAT(names, ElementsAre("a", "c"));
  for (std::size_t age = 0; age < 6; ++age) EXPECT_EQ(only.history(*chart, 1, age), 15 - static_cast<float>(age));
  EXPECT_EQ(only.history(*chart, 0, 1), 70);
  EXPECT_TRUE(std::isnan(only.history(*chart, 0, 2)));
}

TEST(Board, HistoryIsARing) {
  ChartBoard board{3};
  TestJob job{board};
  for (int cycle = 0; cycle < 8; ++cycle) job.cycle([&] { job.queue("a", cycle); });
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  const auto& only = snapshot.jobs.at(0);
  EXPECT_EQ(only.history(only.charts.at(0), 0, 0), 7);
  EXPECT_EQ(only.history(only.charts.at(0), 0, 2), 5);
  EXPECT_EQ(only.history(only.charts.at(0), 1, 0), 14);
}

TEST(Board, FailedCycleIsAGap) {
  ChartBoard board;
  TestJob job{board};
  BoardSnapshot snapshot;
  job.cycle([&] { job.requests(10, 1); });
  job.cycle([&] { job.requests(20, 1); });
  job.failed_cycle();
  board.snapshot(snapshot);
  EXPECT_EQ(value_of(snapshot, "web_local.requests", "fine"), gap);
  EXPECT_FALSE(snapshot.jobs.at(0).charts.at(0).updated);
  EXPECT_EQ(snapshot.jobs.at(0).cycles, 3u);
  job.cycle([&] { job.requests(30, 1); });
  board.snapshot(snapshot);
  EXPECT_EQ(value_of(snapshot, "web_local.requests", "fine"), 5);  // ten in the two seconds since
}

/// An authored chart takes the id of one that autogen made: one chart, with the new definition.
TEST(Board, AuthoredChartTakesAnIdOver) {
  constexpr std::string_view text = R"(
version: v1
engine: {autogen: {enabled: true}}
groups:
  - family: one
    metrics: [other]
    charts:
      - {id: jobs, title: Authored, context: jobs, units: things, dimensions: [{selector: other, name: other}]}
)";
  ChartBoard board;
  TestJob job{board, "one", text};
  BoardSnapshot snapshot;
  job.cycle([&] { job.gauge("jobs", {}, 4); });
  board.snapshot(snapshot);
  ASSERT_NE(find_chart(snapshot, "one.jobs"), nullptr);
  EXPECT_EQ(value_of(snapshot, "one.jobs", "jobs"), 4);
  for (int cycle = 0; cycle < 3; ++cycle) {
    job.cycle([&] {
      job.gauge("jobs", {}, 5);
      job.gauge("other", {}, 6);
    });
  }
  board.snapshot(snapshot);
  ASSERT_EQ(snapshot.jobs.at(0).charts.size(), 1u);
  EXPECT_EQ(snapshot.jobs[0].charts[0].info->title, "Authored");
  EXPECT_EQ(value_of(snapshot, "one.jobs", "other"), 6);
}

TEST(Board, CountsRatesAndLosses) {
  ChartBoard board;
  TestJob job{board};
  BoardSnapshot snapshot;
  job.cycle([&] { job.queue("a", 1.5); });
  job.cycle([&] { job.queue("a", 1.5); }, 4'000'000);
  board.snapshot(snapshot);
  EXPECT_EQ(snapshot.jobs.at(0).values_per_second, 0.5);  // waiting and shadow, in four seconds
  EXPECT_EQ(snapshot.jobs[0].losses[static_cast<std::size_t>(LossReason::value_truncated)], 4u);
  job.ledger.count(LossReason::cycle_failed);
  job.sink.note_losses();
  board.snapshot(snapshot);
  EXPECT_EQ(snapshot.jobs[0].losses[static_cast<std::size_t>(LossReason::cycle_failed)], 1u);
}

TEST(Board, AVirtualHostIsPartOfItsNames) {
  ChartBoard board;
  TestJob job{board, "one"};
  job.sink.show_host("db1");
  BoardSnapshot snapshot;
  job.cycle([&] { job.queue("a", 1); });
  board.snapshot(snapshot);
  ASSERT_EQ(snapshot.jobs.size(), 1u);
  EXPECT_EQ(snapshot.jobs[0].name, "one@db1");
  EXPECT_TRUE(snapshot.jobs[0].charts.at(0).info->id.starts_with("one@db1."));
}

TEST(Board, JobsComeByNameAndLeave) {
  ChartBoard board;
  BoardSnapshot snapshot;
  TestJob late{board, "z"};
  late.cycle([&] { late.queue("a", 1); });
  {
    TestJob early{board, "a"};
    early.cycle([&] { early.queue("a", 1); });
    board.snapshot(snapshot);
    ASSERT_EQ(snapshot.jobs.size(), 2u);
    EXPECT_EQ(snapshot.jobs[0].name, "a");
  }
  board.snapshot(snapshot);
  ASSERT_EQ(snapshot.jobs.size(), 1u);
  late.sink.retire(late.engine, late.environment);
  board.snapshot(snapshot);
  EXPECT_TRUE(snapshot.jobs.empty());
  late.cycle([&] { late.queue("a", 2); });  // it comes back with what the engine says then
  board.snapshot(snapshot);
  EXPECT_EQ(value_of(snapshot, "z.queue_a", "waiting"), 2);
}

/// Jobs of several threads publish while another one reads; for the thread sanitizer.
TEST(Board, IsSafeFromSeveralThreads) {
  constexpr int kCycles = 50;
  ChartBoard board;
  {
    std::vector<std::jthread> shards;
    for (const auto* name : {"a", "b", "c"}) {
      shards.emplace_back([&board, name] {
        TestJob job{board, name};
        for (int cycle = 0; cycle < kCycles; ++cycle) job.cycle([&] { job.queue("x", cycle); });
      });
    }
    BoardSnapshot snapshot;
    for (int i = 0; i < kCycles; ++i) {
      board.snapshot(snapshot);
      for (const auto& job : snapshot.jobs) {
        ASSERT_LE(job.charts.size(), 1u);
        for (const auto& chart : job.charts) EXPECT_EQ(chart.values.at(1), 2 * chart.values.at(0));
      }
    }
  }
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  EXPECT_TRUE(snapshot.jobs.empty());
}

}  // namespace
}  // namespace cppd::output
