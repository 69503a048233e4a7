// SPDX-License-Identifier: GPL-3.0-or-later
// Rows are named after the cases of metrix contract sections 11.3 to 11.5, from which their numbers come.
#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>

namespace cppd::metrix {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

/// A store whose content is told as lines: `name{label=value} 1 +0.5`, the last part being the delta.
struct House {
  explicit House(StoreOptions options = {}) : store{options, &ledger} {}

  std::vector<std::string> told(bool raw = false) const {
    const Reader reader{store, {.raw = raw, .flatten = true}};
    std::vector<std::string> lines;
    std::vector<Label> labels;
    for (const auto id : reader.series()) {
      auto line = store.descriptor_of(id).name;
      reader.labels(id, labels);
      for (const auto& label : labels) line += fmt::format("{{{}={}}}", label.key, label.value);
      line += fmt::format(" {}", store.committed()[index_of(id)].value);
      if (const auto delta = reader.delta(id)) line += fmt::format(" +{}", *delta);
      lines.push_back(line);
    }
    return lines;
  }
  std::vector<std::string> cycle(const std::function<void()>& write) {
    store.begin();
    write();
    store.commit();
    return told();
  }

  Ledger ledger;
  Store store;
  SnapshotMeter snapshot{store};
  StatefulMeter stateful{store};
};

using Cycles = std::vector<std::vector<std::string>>;
struct Row {
  std::string_view name;
  std::function<Cycles(House&)> run;
  Cycles want;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

Cycles of_histogram(House& house, const InstrumentOptions& options, const std::vector<std::vector<double>>& cycles) {
  const auto histogram = house.stateful.histogram("h", options);
  Cycles out;
  for (const auto& values : cycles) {
    out.push_back(house.cycle([&] {
      for (const double value : values) histogram.observe(value);
    }));
  }
  return out;
}

Cycles of_points(House& house, const InstrumentOptions& options, const std::vector<HistogramPoint>& points) {
  const auto histogram = house.snapshot.histogram("h", options);
  Cycles out;
  for (const auto& point : points) out.push_back(house.cycle([&] { histogram.observe_point(point); }));
  return out;
}

const HistogramBucket kThree[] = {{.1, 1}, {.5, 2}, {1, 3}};
const HistogramBucket kLast999[] = {{1, 1}, {kInf, 999}};
const HistogramBucket kOneTwo[] = {{1, 1}, {2, 2}};
const HistogramBucket kFiveSix[] = {{5, 1}, {6, 2}};
const HistogramBucket kEightTen[] = {{1, 8}, {2, 10}};
const HistogramBucket kTexts[] = {{.00001, 0}, {123456, 0}, {1000000, 0}};

const Row kRows[] = {
    {"case_27_point",
     [](House& h) { return of_points(h, {.bounds = {.1, .5, 1}}, {{.count = 3, .sum = 1.2, .buckets = kThree}}); },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=0.1} 1", "h_bucket{le=0.5} 1", "h_bucket{le=1} 1", "h_count 3",
       "h_sum 1.2"}}},
    {"case_28_open_without_buckets",
     [](House& h) { return of_points(h, {}, {{.count = 4, .sum = 12}}); },
     {{"h_bucket{le=+Inf} 4", "h_count 4", "h_sum 12"}}},
    {"case_29_stateful_accumulates",
     [](House& h) { return of_histogram(h, {.bounds = {1, 2}}, {{.5, 1.5, 3}, {.2}}); },
     {{"h_bucket{le=+Inf} 1", "h_bucket{le=1} 1", "h_bucket{le=2} 1", "h_count 3", "h_sum 5"},
      {"h_bucket{le=+Inf} 1 +0", "h_bucket{le=1} 2 +1", "h_bucket{le=2} 1 +0", "h_count 4 +1",
       "h_sum 5.2 +0.20000000000000018"}}},
    {"case_30_cycle_window",
     [](House& h) { return of_histogram(h, {.window = Window::cycle, .bounds = {1, 2}}, {{.5, 1.5}, {1.7}, {}}); },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=1} 1", "h_bucket{le=2} 1", "h_count 2", "h_sum 2"},
      {"h_bucket{le=+Inf} 0", "h_bucket{le=1} 0", "h_bucket{le=2} 1", "h_count 1", "h_sum 1.7"},
      {}}},
    {"case_31_a_bound_is_inside",
     [](House& h) { return of_histogram(h, {.bounds = {1, 2}}, {{1, 2}}); },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=1} 1", "h_bucket{le=2} 1", "h_count 2", "h_sum 3"}}},
    {"case_33_count_of_inf_is_not_looked_at",
     [](House& h) { return of_points(h, {}, {{.count = 2, .sum = 0, .buckets = kLast999}}); },
     {{"h_bucket{le=+Inf} 1", "h_bucket{le=1} 1", "h_count 2", "h_sum 0"}}},
    {"case_36_open_bounds_change",
     [](House& h) {
       return of_points(h, {},
                        {{.count = 2, .sum = 1, .buckets = kOneTwo}, {.count = 2, .sum = 1, .buckets = kFiveSix}});
     },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=1} 1", "h_bucket{le=2} 1", "h_count 2", "h_sum 1"},
      {"h_bucket{le=+Inf} 0", "h_bucket{le=5} 1", "h_bucket{le=6} 1", "h_count 2", "h_sum 1"}}},
    {"case_43_deltas",
     [](House& h) { return of_histogram(h, {.bounds = {1, 2}}, {{.5, 1.5}, {.25, 3}}); },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=1} 1", "h_bucket{le=2} 1", "h_count 2", "h_sum 2"},
      {"h_bucket{le=+Inf} 1 +1", "h_bucket{le=1} 2 +1", "h_bucket{le=2} 1 +0", "h_count 4 +2", "h_sum 5.25 +3.25"}}},
    {"case_44_a_sum_that_falls_has_no_delta",
     [](House& h) { return of_histogram(h, {.bounds = {100}}, {{10}, {-5}}); },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=100} 1", "h_count 1", "h_sum 10"},
      {"h_bucket{le=+Inf} 0 +0", "h_bucket{le=100} 2 +1", "h_count 2 +1", "h_sum 5"}}},
    {"case_45_reset",
     [](House& h) {
       return of_points(h, {},
                        {{.count = 10, .sum = 10, .buckets = kEightTen}, {.count = 2, .sum = 5, .buckets = kOneTwo}});
     },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=1} 8", "h_bucket{le=2} 2", "h_count 10", "h_sum 10"},
      {"h_bucket{le=+Inf} 0 +0", "h_bucket{le=1} 1 +1", "h_bucket{le=2} 1 +1", "h_count 2 +2", "h_sum 5"}}},
    {"case_47_bound_texts",
     [](House& h) { return of_points(h, {}, {{.count = 0, .sum = 0, .buckets = kTexts}}); },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=123456} 0", "h_bucket{le=1e+06} 0", "h_bucket{le=1e-05} 0", "h_count 0",
       "h_sum 0"}}},
    {"case_49_summary_without_quantiles",
     [](House& h) {
       const auto s = h.snapshot.summary("s");
       return Cycles{h.cycle([&] { s.observe_point({.count = 3, .sum = 1.2}); })};
     },
     {{"s_count 3", "s_sum 1.2"}}},
    {"case_50_quantiles_in_any_order",
     [](House& h) {
       const auto s = h.snapshot.summary("s", {.quantiles = {.5, .9}});
       const SummaryQuantile point[] = {{.9, .8}, {.5, .4}};
       return Cycles{h.cycle([&] { s.observe_point({.count = 3, .sum = 1.2, .quantiles = point}); })};
     },
     {{"s{quantile=0.5} 0.4", "s{quantile=0.9} 0.8", "s_count 3", "s_sum 1.2"}}},
    {"case_52_a_quantile_may_be_nan",
     [](House& h) {
       const auto s = h.snapshot.summary("s", {.quantiles = {.5}});
       const SummaryQuantile point[] = {{.5, kNan}};
       return Cycles{h.cycle([&] { s.observe_point({.count = 1, .sum = 1, .quantiles = point}); })};
     },
     {{"s{quantile=0.5} nan", "s_count 1", "s_sum 1"}}},
    {"case_53_estimate",
     [](House& h) {
       const auto s = h.stateful.summary("s", {.quantiles = {.5, 1}});
       Cycles out{h.cycle([&] { s.observe(1), s.observe(2), s.observe(10); })};
       h.store.begin();
       s.observe(99);  // forgotten with its cycle
       h.store.abort();
       out.push_back(h.cycle([&] { s.observe(3); }));
       return out;
     },
     {{"s{quantile=0.5} 2", "s{quantile=1} 10", "s_count 3", "s_sum 13"},
      {"s{quantile=0.5} 2.5", "s{quantile=1} 10", "s_count 4", "s_sum 16"}}},
    {"case_54_cycle_window_summary",
     [](House& h) {
       const auto s = h.stateful.summary("s", {.window = Window::cycle, .quantiles = {.5}});
       Cycles out{h.cycle([&] { s.observe(2), s.observe(4); }), h.cycle([&] { s.observe(1); }), h.cycle([] {})};
       out.push_back(h.told(true));
       return out;
     },
     {{"s{quantile=0.5} 3", "s_count 2", "s_sum 6"},
      {"s{quantile=0.5} 1", "s_count 1", "s_sum 1"},
      {},
      {"s{quantile=0.5} 1", "s_count 1", "s_sum 1"}}},
    {"case_56_reference_reservoir",
     [](House& h) {
       const auto s =
           h.stateful.prefixed("svc").summary("latency_small_reservoir", {.quantiles = {.5}, .reservoir = 8});
       return Cycles{h.cycle([&] {
         for (int i = 0; i < 100; ++i) s.observe(i);
       })};
     },
     {{"svc.latency_small_reservoir{quantile=0.5} 54", "svc.latency_small_reservoir_count 100",
       "svc.latency_small_reservoir_sum 4950"}}},
    {"case_59_one_state",
     [](House& h) {
       const auto mode = h.snapshot.prefixed("svc").state_set(
           "mode", {.states = {"maintenance", "operational", "readonly"}, .state_mode = StateMode::one});
       return Cycles{h.cycle([&] { mode.enable({"operational"}); })};
     },
     {{"svc.mode{svc.mode=maintenance} 0", "svc.mode{svc.mode=operational} 1", "svc.mode{svc.mode=readonly} 0"}}},
    {"case_61_stateful_states_stay",
     [](House& h) {
       const auto set = h.stateful.state_set("f", {.states = {"a", "b", "c"}});
       return Cycles{h.cycle([&] { set.observe({{"a", true}, {"b", true}}); }), h.cycle([] {})};
     },
     {{"f{f=a} 1", "f{f=b} 1", "f{f=c} 0"}, {"f{f=a} 1", "f{f=b} 1", "f{f=c} 0"}}},
    {"case_66_measure_gauge",
     [](House& h) {
       const auto set = h.snapshot.measure_gauge("m", {.fields = {{"value"}, {" ratio ", true}}});
       return Cycles{h.cycle([&] { set.observe_fields({{"ratio", .5}, {"value", 1.5}}); })};
     },
     {{"m_ratio{measure_field=ratio} 0.5", "m_value{measure_field=value} 1.5"}}},
    {"case_67_set_then_add",
     [](House& h) {
       const auto set = h.stateful.measure_gauge("m", {.fields = {{"a"}, {"b"}}});
       return Cycles{h.cycle([&] { set.set_point({10, 20}); }),
                     h.cycle([&] { set.add_point({2, 3}), set.add_point({1, 0}); }), h.cycle([] {})};
     },
     {{"m_a{measure_field=a} 10", "m_b{measure_field=b} 20"},
      {"m_a{measure_field=a} 13", "m_b{measure_field=b} 23"},
      {"m_a{measure_field=a} 13", "m_b{measure_field=b} 23"}}},
    {"case_68_one_field",
     [](House& h) {
       const auto set = h.stateful.measure_gauge("m", {.fields = {{"value"}, {"limit"}}});
       return Cycles{h.cycle([&] { set.set_point({10, 20}); }),
                     h.cycle([&] { set.set_field("value", 15), set.add_field("limit", 3); })};
     },
     {{"m_limit{measure_field=limit} 20", "m_value{measure_field=value} 10"},
      {"m_limit{measure_field=limit} 23", "m_value{measure_field=value} 15"}}},
    {"case_69_measure_counter_deltas",
     [](House& h) {
       const auto set = h.snapshot.measure_counter("m", {.fields = {{"failed"}, {"ok"}}});
       Cycles out;
       for (const auto& totals : {std::pair{40, 100}, {50, 150}, {5, 20}}) {
         out.push_back(h.cycle([&] {
           set.observe_total_point({static_cast<double>(totals.first), static_cast<double>(totals.second)});
         }));
       }
       return out;
     },
     {{"m_failed{measure_field=failed} 40", "m_ok{measure_field=ok} 100"},
      {"m_failed{measure_field=failed} 50 +10", "m_ok{measure_field=ok} 150 +50"},
      {"m_failed{measure_field=failed} 5 +5", "m_ok{measure_field=ok} 20 +20"}}},
    {"case_70_an_abort_breaks_the_delta",
     [](House& h) {
       const auto set = h.snapshot.measure_counter("m", {.fields = {{"a"}}});
       Cycles out{h.cycle([&] { set.observe_total_point({1}); })};
       h.store.begin();
       set.observe_total_point({2});
       h.store.abort();
       out.push_back(h.cycle([&] { set.observe_total_point({3}); }));
       return out;
     },
     {{"m_a{measure_field=a} 1"}, {"m_a{measure_field=a} 3"}}},
    {"case_75_other_semantics_supersede",
     [](House& h) {
       const auto gauge = h.stateful.measure_gauge("m", {.fields = {{"value"}}});
       Cycles out{h.cycle([&] { gauge.add_field("value", 100); })};
       out.push_back(h.cycle([&] { h.stateful.measure_counter("m", {.fields = {{"value"}}}).add_field("value", 5); }));
       return out;
     },
     {{"m_value{measure_field=value} 100"}, {"m_value{measure_field=value} 5"}}},
};

class Structured : public testing::TestWithParam<Row> {};
TEST_P(Structured, ReadsAs) {
  House house;
  EXPECT_EQ(GetParam().run(house), GetParam().want);
  EXPECT_EQ(house.ledger.summary(), "");
}
INSTANTIATE_TEST_SUITE_P(Table, Structured, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(StructuredExample, OfTheReadme) {
  Store store;
  const auto latency = StatefulMeter{store}.histogram("latency_seconds", {.unit = "seconds", .bounds = {0.1, 0.5, 1}});
  const auto mode =
      SnapshotMeter{store}.state_set("mode", {.states = {"ready", "draining"}, .state_mode = StateMode::one});

  store.begin();
  latency.observe(0.3);
  mode.enable({"ready"});
  store.commit();

  const Reader reader{store, {.flatten = true}};
  const Label bound{"le", "0.5"};
  const Label state{"mode", "ready"};
  EXPECT_EQ(reader.value("latency_seconds_bucket", {&bound, 1}), 1);
  EXPECT_EQ(reader.value("mode", {&state, 1}), 1);
}

}  // namespace
}  // namespace cppd::metrix
