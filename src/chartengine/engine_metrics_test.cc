// SPDX-License-Identifier: GPL-3.0-or-later
// What engines say of themselves. Source: charts contract section 6.
#include <cppd/chartengine/engine.h>
#include <cppd/chartengine/engine_metrics.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace cppd::chartengine {
namespace {

constexpr std::string_view kPrefix = "netdata.go.plugin.framework.chartengine.";
constexpr std::string_view kTemplate = R"(
engine: {selector: {deny: ["secret_*"]}, autogen: {enabled: true, expire_after_success_cycles: 1, rules: [{scope: "noise_*", selector: {deny: ["*"]}}]}}
groups:
- family: F
  metrics: [m, lat_bucket]
  charts:
  - {id: c, title: T, context: c, units: u, instances: {by_labels: [id]}, lifecycle: {max_instances: 2, expire_after_cycles: 2, dimensions: {expire_after_cycles: 1}}, dimensions: [{selector: m, name_from_label: mode}]}
  - {id: h, title: T, context: h, units: u, dimensions: [{selector: lat_bucket}]}
)";

struct Series {
  std::string_view name;
  std::vector<Label> labels;
};

/// A collector's store with its engine, and the store of the program's own metrics.
struct House {
  House() {
    const auto spec = charttpl::decode(kTemplate);
    EXPECT_TRUE(spec && engine.load(*spec));
  }
  void cycle(const std::vector<Series>& written) {
    store.begin();
    const metrix::SnapshotMeter meter{store};
    for (const auto& series : written) {
      if (series.name == "lat") {
        const std::vector<metrix::HistogramBucket> buckets{{1, 2}, {5, 3}};
        EXPECT_TRUE(meter.histogram("lat", {.bounds = {1, 5}}).observe_point({4, 9, buckets}));
      } else {
        meter.with_labels(series.labels).gauge(series.name).observe(1);
      }
    }
    store.commit();
    ASSERT_TRUE(engine.prepare(store)->commit());
  }
  void fail() {
    store.begin();
    store.abort();
    ASSERT_TRUE(engine.prepare(store)->commit());
  }
  /// Value by name and labels, without the prefix: `series_filtered_total{reason=by_seq}`.
  std::map<std::string, double> read() {
    metrics.flush();
    return own.read([](const metrix::Store& committed) {
      std::map<std::string, double> out;
      const metrix::Reader reader{committed, {.raw = true, .flatten = true}};
      std::vector<Label> labels;
      for (const auto id : reader.series()) {
        auto name = std::string{reader.name(id).substr(kPrefix.size())};
        reader.labels(id, labels);
        for (const auto& label : labels) name += fmt::format("{{{}={}}}", label.key, label.value);
        out[name] = reader.value(id);
      }
      return out;
    });
  }

  ManualClock clock;
  metrix::RuntimeStore own{{}, clock};
  EngineMetrics metrics{metrix::RuntimeMeter{own}};
  Ledger ledger;
  metrix::Store store{{}, &ledger};
  Engine engine{{.type_id = "job", .ledger = &ledger, .observer = &metrics}};
};

using Values = std::map<std::string, double>;
struct Row {
  const char* name;
  std::function<void(House&)> run;
  Values want;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const Series kA{"m", {{"id", "a"}, {"mode", "x"}}};
const Series kB{"m", {{"id", "b"}, {"mode", "x"}}};
const Series kC{"m", {{"id", "c"}, {"mode", "x"}}};
const Series kAOther{"m", {{"id", "a"}, {"mode", "y"}}};

const Row kRows[] = {
    {"seeded_before_anything",
     [](House&) {},
     {{"build_success_total", 0},
      {"build_error_total", 0},
      {"route_cache_entries", 0},
      {"series_unmatched_total", 0},
      {"plan_chart_instances", 0},
      {"build_seq_violation_active", 0}}},
    {"what_becomes_of_series",
     [](House& h) { h.cycle({kA, kB, {"other", {}}, {"noise_x", {}}, {"secret_y", {}}, {"m", {}}}); },
     {{"build_success_total", 1},
      {"series_scanned_total", 6},
      {"series_matched_total", 4},
      {"series_autogen_matched_total", 2},
      {"series_filtered_total{reason=by_selector}", 2},
      {"series_unmatched_total", 0},
      {"route_cache_misses_total", 6},
      {"route_cache_hits_total", 0},
      {"route_cache_entries", 6},
      {"plan_chart_instances", 4},
      {"planner_actions_total{kind=create_chart}", 4},
      {"planner_actions_total{kind=create_dimension}", 4},
      {"planner_actions_total{kind=update_chart}", 4}}},
    {"hits_and_what_was_not_written",
     [](House& h) { h.cycle({kA, kB}), h.cycle({kA}); },
     {{"route_cache_misses_total", 2},
      {"route_cache_hits_total", 1},
      {"route_cache_retained_total", 2},
      {"series_scanned_total", 4},
      {"series_matched_total", 3},
      {"series_filtered_total{reason=by_seq}", 1}}},
    {"inferred_dimensions",
     [](House& h) { h.cycle({{"lat", {}}}); },
     {{"plan_inferred_dimensions", 3}, {"plan_chart_instances", 3}}},
    {"removed_by_expiry",
     [](House& h) { h.cycle({kA, kAOther}), h.cycle({kA}), h.cycle({}), h.cycle({}); },
     {{"lifecycle_removed_total{reason=expiry}{scope=dimension}", 2},
      {"planner_actions_total{kind=remove_chart}", 1},
      {"lifecycle_removed_total{reason=expiry}{scope=chart}", 1},
      {"plan_chart_instances", 0}}},
    {"removed_by_a_cap",
     [](House& h) { h.cycle({kA, kB}), h.cycle({kB, kC}); },
     {{"lifecycle_removed_total{reason=cap}{scope=chart}", 1}, {"plan_chart_instances", 2}}},
    {"a_failed_collection",
     [](House& h) { h.cycle({kA}), h.fail(); },
     {{"build_success_total", 1}, {"build_skipped_failed_collect_total", 1}, {"plan_chart_instances", 1}}},
    {"a_sequence_twice",
     [](House& h) {
       h.cycle({kA});
       ASSERT_TRUE(h.engine.prepare(h.store)->commit());
     },
     {{"build_seq_transitions_total{transition=broken}", 1}, {"build_seq_violation_active", 1}}},
    {"a_sequence_that_goes_on",
     [](House& h) {
       h.cycle({kA});
       ASSERT_TRUE(h.engine.prepare(h.store)->commit());
       (void)h.read();
       h.cycle({kA});
     },
     {{"build_seq_transitions_total{transition=recovered}", 1}, {"build_seq_violation_active", 0}}},
};

class EngineMetricsTable : public testing::TestWithParam<Row> {};
TEST_P(EngineMetricsTable, Say) {
  House house;
  GetParam().run(house);
  const auto have = house.read();
  for (const auto& [name, value] : GetParam().want) {
    ASSERT_TRUE(have.contains(name)) << name;
    EXPECT_EQ(have.at(name), value) << name;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, EngineMetricsTable, testing::ValuesIn(kRows),
                         [](const auto& row) { return row.param.name; });

TEST(EngineMetrics, TimesBuildsAndTheirPhases) {
  House house;
  house.cycle({kA});
  house.cycle({kA});
  const auto have = house.read();
  EXPECT_EQ(have.at("build_duration_seconds_count"), 2);
  EXPECT_GT(have.at("build_duration_seconds_sum"), 0);
  EXPECT_LT(have.at("build_duration_seconds_sum"), 1);
  for (const auto* phase : {"prepare", "scan", "lifecycle_caps", "materialize"}) {
    EXPECT_EQ(have.at(fmt::format("build_phase_duration_seconds_count{{phase={}}}", phase)), 2) << phase;
  }
}

TEST(EngineMetrics, AnEngineWithoutATemplateIsAnError) {
  House house;
  Engine empty{{.type_id = "job", .observer = &house.metrics}};
  EXPECT_FALSE(empty.prepare(house.store));
  EXPECT_EQ(house.read().at("build_error_total"), 1);
}

TEST(EngineMetrics, SeveralEnginesAreOne) {
  House house;
  Engine other{{.type_id = "job", .observer = &house.metrics}};
  const auto spec = charttpl::decode(kTemplate);
  ASSERT_TRUE(spec && other.load(*spec));
  house.cycle({kA, kB});
  ASSERT_TRUE(other.prepare(house.store)->commit());
  const auto have = house.read();
  EXPECT_EQ(have.at("build_success_total"), 2);
  EXPECT_EQ(have.at("plan_chart_instances"), 4);
}

}  // namespace
}  // namespace cppd::chartengine
