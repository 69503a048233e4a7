// SPDX-License-Identifier: GPL-3.0-or-later
// What structured instruments refuse, how names in conflict are settled, and how long series live. Rows are named after
// the cases of metrix contract sections 11.3 to 11.5; a refusal costs the point alone (diff D1).
#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>

namespace cppd::metrix {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

struct House {
  explicit House(StoreOptions options = {}) : store{options, &ledger} {}
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    const Reader reader{store, {.flatten = true}};
    std::vector<Label> labels;
    for (const auto id : reader.series()) {
      auto name = store.descriptor_of(id).name;
      reader.labels(id, labels);
      for (const auto& label : labels) name += fmt::format("{{{}={}}}", label.key, label.value);
      names.push_back(name);
    }
    return names;
  }
  template <class Write>
  void cycle(Write write) {
    store.begin();
    write();
    store.commit();
  }
  bool observe(const InstrumentOptions& options, const HistogramPoint& point) {
    return snapshot.histogram("h", options).observe_point(point);
  }

  Ledger ledger;
  Store store;
  SnapshotMeter snapshot{store};
  StatefulMeter stateful{store};
};

const HistogramBucket kOneTwo[] = {{1, 1}, {2, 2}};
const HistogramBucket kFiveSix[] = {{5, 1}, {6, 2}};
const HistogramBucket kOneThree[] = {{1, 1}, {3, 2}};
const HistogramBucket kFallingBounds[] = {{1, 1}, {.5, 2}};
const HistogramBucket kFallingCounts[] = {{1, 2}, {2, 1}};
const HistogramBucket kNanBound[] = {{kNan, 1}};
const HistogramBucket kMinusInf[] = {{-kInf, 1}};
const HistogramBucket kInfFirst[] = {{kInf, 1}, {1, 2}};
const HistogramBucket kNegative[] = {{1, -1}};
const InstrumentOptions kQuantiles{.quantiles = {.5, .9}};
const InstrumentOptions kEnum{.states = {"m", "o"}, .state_mode = StateMode::one};
const InstrumentOptions kFields{.fields = {{"a"}, {"b"}}};

bool summarize(House& h, const InstrumentOptions& options, std::vector<SummaryQuantile> quantiles) {
  return h.snapshot.summary("s", options).observe_point({.count = 1, .sum = 1, .quantiles = quantiles});
}

struct Row {
  std::string_view name;
  LossReason reason;
  std::function<bool(House&)> write;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
constexpr auto kPoint = LossReason::sample_invalid_point;

const Row kRefused[] = {
    {"case_32_bounds_fall", kPoint, [](House& h) { return h.observe({}, {.count = 2, .buckets = kFallingBounds}); }},
    {"case_32_counts_fall", kPoint, [](House& h) { return h.observe({}, {.count = 2, .buckets = kFallingCounts}); }},
    {"case_32_last_count_over_count", kPoint, [](House& h) { return h.observe({}, {.count = 1, .buckets = kOneTwo}); }},
    {"case_32_count_negative", kPoint, [](House& h) { return h.observe({}, {.count = -1}); }},
    {"case_32_bucket_negative", kPoint, [](House& h) { return h.observe({}, {.count = 1, .buckets = kNegative}); }},
    {"case_32_bound_nan", kPoint, [](House& h) { return h.observe({}, {.count = 2, .buckets = kNanBound}); }},
    {"case_32_bound_minus_inf", kPoint, [](House& h) { return h.observe({}, {.count = 2, .buckets = kMinusInf}); }},
    {"case_32_inf_not_last", kPoint, [](House& h) { return h.observe({}, {.count = 2, .buckets = kInfFirst}); }},
    {"case_32_sum_inf", kPoint, [](House& h) { return h.observe({}, {.count = 1, .sum = kInf}); }},
    {"case_34_other_bounds", kPoint,
     [](House& h) { return h.observe({.bounds = {1, 2}}, {.count = 2, .buckets = kOneThree}); }},
    {"case_34_no_bounds", kPoint, [](House& h) { return h.observe({.bounds = {1, 2}}, {.count = 2}); }},
    {"case_51_quantile_missing", kPoint, [](House& h) { return summarize(h, kQuantiles, {{.5, 1}}); }},
    {"case_51_quantile_double", kPoint, [](House& h) { return summarize(h, kQuantiles, {{.5, 1}, {.5, 2}}); }},
    {"case_51_quantile_undeclared", kPoint, [](House& h) { return summarize(h, kQuantiles, {{.5, 1}, {.8, 2}}); }},
    {"case_51_quantile_infinite", kPoint, [](House& h) { return summarize(h, kQuantiles, {{.5, 1}, {.9, kInf}}); }},
    {"case_51_quantiles_on_a_plain_one", kPoint, [](House& h) { return summarize(h, {}, {{.5, 1}}); }},
    {"case_60_two_of_an_enum", kPoint, [](House& h) { return h.snapshot.state_set("f", kEnum).enable({"m", "o"}); }},
    {"case_60_none_of_an_enum", kPoint, [](House& h) { return h.snapshot.state_set("f", kEnum).enable({}); }},
    {"case_60_one_named_twice", kPoint, [](House& h) { return h.snapshot.state_set("f", kEnum).enable({"m", "m"}); }},
    {"case_62_unknown_state_on", kPoint,
     [](House& h) { return h.snapshot.state_set("f", {.states = {"a"}}).observe({{"x", true}}); }},
    {"case_62_unknown_state_off", kPoint,
     [](House& h) { return h.snapshot.state_set("f", {.states = {"a"}}).observe({{"x", false}}); }},
    {"case_72_field_missing", kPoint,
     [](House& h) { return h.snapshot.measure_gauge("m", kFields).observe_fields({{"a", 1}}); }},
    {"case_72_field_unknown", kPoint,
     [](House& h) { return h.snapshot.measure_gauge("m", kFields).observe_fields({{"a", 1}, {"c", 1}}); }},
    {"case_72_wrong_length", kPoint,
     [](House& h) { return h.snapshot.measure_gauge("m", kFields).observe_point({1}); }},
    {"set_field_unknown", kPoint, [](House& h) { return h.stateful.measure_gauge("m", kFields).set_field("c", 1); }},
    {"case_71_negative_part", LossReason::sample_negative_delta,
     [](House& h) { return h.stateful.measure_counter("m", kFields).add_point({1, -1}); }},
    {"field_not_finite", LossReason::sample_not_finite,
     [](House& h) { return h.snapshot.measure_gauge("m", kFields).observe_point({1, kNan}); }},
    {"observation_not_finite", LossReason::sample_not_finite,
     [](House& h) { return h.stateful.histogram("h", {.bounds = {1}}).observe(kInf); }},
    {"case_42_label_le", LossReason::sample_invalid_labels,
     [](House& h) {
       const Label label{"le", "x"};
       return h.snapshot.histogram("h").with({&label, 1}).observe_point({.count = 1});
     }},
    {"case_57_label_quantile", LossReason::sample_invalid_labels,
     [](House& h) {
       const Label label{"quantile", "x"};
       return h.snapshot.summary("s").with({&label, 1}).observe_point({.count = 1});
     }},
    {"case_64_label_of_the_set", LossReason::sample_invalid_labels,
     [](House& h) {
       const auto vec = h.snapshot.prefixed("svc").vec("mode", {"svc.mode"}).state_set({.states = {"a"}});
       return vec("x").enable({"a"});
     }},
};

class StructuredRefusal : public testing::TestWithParam<Row> {};
TEST_P(StructuredRefusal, CostsThePointAlone) {
  House house;
  const auto other = house.snapshot.gauge("ok");
  house.cycle([&] {
    other.observe(1);
    EXPECT_FALSE(GetParam().write(house));
  });
  EXPECT_EQ(house.ledger.summary(), fmt::format("{}=1", loss_reason_name(GetParam().reason)));
  EXPECT_THAT(house.names(), ElementsAre("ok"));
}
INSTANTIATE_TEST_SUITE_P(Table, StructuredRefusal, testing::ValuesIn(kRefused),
                         [](const auto& row) { return std::string(row.param.name); });

struct DeclarationRow {
  std::string_view name;
  std::function<bool(House&)> refused;
  std::string_view what;
  friend void PrintTo(const DeclarationRow& row, std::ostream* out) { *out << row.name; }
};

const DeclarationRow kDeclarations[] = {
    {"case_35_stateful_without_bounds", [](House& h) { return h.stateful.histogram("m").refused(); },
     "metrix: a stateful histogram needs bounds for m"},
    {"case_35_window_on_snapshot",
     [](House& h) { return h.snapshot.histogram("m", {.window = Window::cycle}).refused(); },
     "metrix: a window belongs to stateful histograms and summaries for m"},
    {"window_with_committed_freshness",
     [](House& h) {
       return h.stateful.histogram("m", {.freshness = Freshness::committed, .window = Window::cycle, .bounds = {1}})
           .refused();
     },
     "metrix: what counts by the cycle is cycle-fresh for m"},
    {"case_55_reservoir_on_snapshot",
     [](House& h) { return h.snapshot.summary("m", {.quantiles = {.5}, .reservoir = 8}).refused(); },
     "metrix: a reservoir belongs to stateful summaries for m"},
    {"case_55_reservoir_zero", [](House& h) { return h.stateful.summary("m", {.reservoir = 0}).refused(); },
     "metrix: a reservoir holds at least one sample for m"},
    {"case_58_other_quantiles",
     [](House& h) {
       (void)h.snapshot.summary("m", {.quantiles = {.5}});
       return h.snapshot.summary("m", {.quantiles = {.9}}).refused();
     },
     "metrix: summary schema mismatch for m"},
    {"case_58_other_mode",
     [](House& h) {
       (void)h.snapshot.summary("m");
       return h.stateful.summary("m").refused();
     },
     "metrix: instrument mode mismatch for m"},
    {"case_63_no_states", [](House& h) { return h.snapshot.state_set("m").refused(); },
     "metrix: a state set has no states for m"},
    {"case_63_state_twice", [](House& h) { return h.snapshot.state_set("m", {.states = {"a", "a"}}).refused(); },
     "metrix: state a is given twice for m"},
    {"case_63_state_empty", [](House& h) { return h.snapshot.state_set("m", {.states = {""}}).refused(); },
     "metrix: a state is empty for m"},
    {"case_73_no_fields", [](House& h) { return h.snapshot.measure_gauge("m").refused(); },
     "metrix: a measure set has no fields for m"},
    {"case_73_field_twice",
     [](House& h) { return h.snapshot.measure_gauge("m", {.fields = {{"a"}, {" a "}}}).refused(); },
     "metrix: measure set field a is given twice for m"},
    {"case_73_field_blank", [](House& h) { return h.snapshot.measure_gauge("m", {.fields = {{" "}}}).refused(); },
     "metrix: a measure set field is empty for m"},
    {"case_73_fields_on_a_gauge", [](House& h) { return h.snapshot.gauge("m", {.fields = {{"a"}}}).refused(); },
     "metrix: fields belong to measure sets for m"},
    {"case_74_other_field",
     [](House& h) {
       (void)h.snapshot.measure_gauge("m", {.fields = {{"a"}}});
       return h.snapshot.measure_gauge("m", {.fields = {{"b"}}}).refused();
     },
     "metrix: measureset schema mismatch for m"},
    {"case_74_other_float",
     [](House& h) {
       (void)h.snapshot.measure_gauge("m", {.fields = {{"a"}}});
       return h.snapshot.measure_gauge("m", {.fields = {{"a", true}}}).refused();
     },
     "metrix: measureset schema mismatch for m"},
    {"case_74_other_semantics",
     [](House& h) {
       (void)h.snapshot.measure_gauge("m", {.fields = {{"a"}}});
       return h.snapshot.measure_counter("m", {.fields = {{"a"}}}).refused();
     },
     "metrix: measureset schema mismatch for m"},
    {"bounds_fall", [](House& h) { return h.snapshot.histogram("m", {.bounds = {2, 1}}).refused(); },
     "metrix: histogram bounds do not ascend for m"},
    {"quantile_above_one", [](House& h) { return h.snapshot.summary("m", {.quantiles = {1.5}}).refused(); },
     "metrix: a summary quantile is not between 0 and 1 for m"},
    {"declared_bounds_after_others_were_observed",
     [](House& h) {
       const auto open = h.snapshot.histogram("m");
       h.cycle([&] { open.observe_point({.count = 2, .buckets = kOneTwo}); });
       EXPECT_FALSE(h.snapshot.histogram("m", {.bounds = {1, 2}}).refused());
       return h.snapshot.histogram("m", {.bounds = {5, 6}}).refused();
     },
     "metrix: histogram schema mismatch for m"},
};

class StructuredDeclaration : public testing::TestWithParam<DeclarationRow> {};
TEST_P(StructuredDeclaration, IsRefused) {
  House house;
  EXPECT_TRUE(GetParam().refused(house));
  const auto& error = house.snapshot.error() ? house.snapshot.error() : house.stateful.error();
  ASSERT_TRUE(error);
  EXPECT_EQ(error->what, GetParam().what);
}
INSTANTIATE_TEST_SUITE_P(Table, StructuredDeclaration, testing::ValuesIn(kDeclarations),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(OpenHistogram, TwoBoundListsInOneCycleDropTheName) {  // cases 37, 40, 41
  House house;
  const auto vec = house.snapshot.vec("h", {"id"}).histogram();
  const auto other = house.snapshot.gauge("ok");
  house.cycle([&] {
    vec("a").observe_point({.count = 2, .buckets = kOneTwo});
    vec("b").observe_point({.count = 2, .buckets = kFiveSix});
    other.observe(9);
  });
  EXPECT_THAT(house.names(), ElementsAre("ok"));
  EXPECT_EQ(house.store.meta().dropped_names, 1u);
  EXPECT_EQ(house.ledger.counted(LossReason::sample_kind_conflict), 2u);
}

TEST(OpenHistogram, EstablishedBoundsStay) {  // case 38, diff D1
  House house;
  const auto open = house.snapshot.histogram("h");
  house.cycle([&] { open.observe_point({.count = 2, .buckets = kFiveSix}); });
  house.cycle([&] {
    open.observe_point({.count = 2, .buckets = kOneTwo});
    open.observe_point({.count = 2, .buckets = kFiveSix});
  });
  EXPECT_THAT(house.names(), ElementsAre("h_bucket{le=+Inf}", "h_bucket{le=5}", "h_bucket{le=6}", "h_count", "h_sum"));
}

TEST(OpenHistogram, IsOneWithDeclaredBoundsThatItObserves) {  // case 39
  for (const bool open_first : {true, false}) {
    House house;
    const Label a{"id", "a"};
    const Label b{"id", "b"};
    const auto open = house.snapshot.histogram("h").with({&a, 1});
    const auto declared = house.snapshot.histogram("h", {.bounds = {1, 2}}).with({&b, 1});
    house.cycle([&] {
      if (open_first) open.observe_point({.count = 2, .buckets = kOneTwo});
      declared.observe_point({.count = 2, .buckets = kOneTwo});
      if (!open_first) open.observe_point({.count = 2, .buckets = kOneTwo});
    });
    EXPECT_EQ(house.names().size(), 10u);
    EXPECT_EQ(house.ledger.summary(), "");
  }
}

TEST(OpenHistogram, AnAbortedObservationFixesNothing) {  // case 48
  House house;
  const auto open = house.snapshot.histogram("h");
  house.store.begin();
  open.observe_point({.count = 2, .buckets = kFiveSix});
  house.store.abort();
  house.cycle([&] { open.observe_point({.count = 2, .buckets = kOneTwo}); });
  EXPECT_THAT(house.names(), ElementsAre("h_bucket{le=+Inf}", "h_bucket{le=1}", "h_bucket{le=2}", "h_count", "h_sum"));
}

TEST(OpenHistogram, BoundsThatChangeWithEveryCycleCostNoMemory) {
  House house;
  const auto vec = house.snapshot.vec("h", {"id"}).histogram({.unit = "seconds"});
  std::size_t early = 0;
  for (int cycle = 1; cycle <= 300; ++cycle) {
    const HistogramBucket buckets[] = {{static_cast<double>(cycle), 1}};
    house.cycle([&] { EXPECT_TRUE(vec("a").observe_point({.count = 1, .buckets = buckets})); });
    EXPECT_EQ(house.store.part_count(), 4u);
    if (cycle == 100) early = house.store.bytes();
  }
  EXPECT_LE(house.store.bytes(), early);
  const Reader reader{house.store, {.flatten = true}};
  const auto some = reader.series().list().front();
  EXPECT_EQ(house.store.descriptor_of(some).meta.unit, "seconds");
  EXPECT_LT(index_of(house.store.committed()[index_of(some)].descriptor), 9u);  // two bound lists alternate
}

TEST(StructuredRetention, PartsDieTogetherAndCountAsOneSeries) {
  House house{{.expire_after_success_cycles = 2}};
  const auto vec = house.snapshot.vec("s", {"id"}).summary({.quantiles = {.5}});
  const SummaryQuantile point[] = {{.5, 1}};
  for (int cycle = 0; cycle < 200; ++cycle) {
    const auto id = std::to_string(cycle);
    house.cycle([&] { vec(id).observe_point({.count = 1, .sum = 1, .quantiles = point}); });
  }
  EXPECT_EQ(house.store.part_count(), 6u);
  EXPECT_EQ(house.ledger.counted(LossReason::series_expired), 198u);
  EXPECT_LE(house.store.committed().size(), 20u);  // slots are used again
}

TEST(StructuredRetention, TheCapCountsWholeSeries) {
  House house{{.max_series = 2}};
  const auto vec = house.snapshot.vec("h", {"id"}).histogram();
  house.cycle([&] {
    for (const auto* id : {"a", "b", "c"}) vec(id).observe_point({.count = 2, .buckets = kOneTwo});
  });
  EXPECT_EQ(house.store.part_count(), 10u);
  EXPECT_EQ(house.ledger.counted(LossReason::series_capped), 1u);
  EXPECT_EQ(house.names().front(), "h_bucket{id=b}{le=+Inf}");
}

TEST(StructuredRetention, AKeptHandleRevivesItsSeriesFromZero) {
  House house{{.expire_after_success_cycles = 1}};
  const auto histogram = house.stateful.histogram("h", {.bounds = {1}});
  const auto summary = house.stateful.summary("s", {.quantiles = {1}});
  house.cycle([&] { histogram.observe(1), summary.observe(100); });
  house.cycle([] {});
  EXPECT_THAT(house.names(), IsEmpty());
  house.cycle([&] { histogram.observe(1), summary.observe(3); });
  const Reader reader{house.store, {.flatten = true}};
  EXPECT_EQ(reader.value("h_count", {}), 1);
  const Label quantile{"quantile", "1"};
  EXPECT_EQ(reader.value("s", {&quantile, 1}), 3);
}

TEST(StructuredMeta, FieldsDecideAloneWhetherTheyAreFloats) {  // case 66
  House house;
  const auto set =
      house.snapshot.measure_gauge("m", {.unit = "seconds", .is_float = true, .fields = {{"ratio", true}, {"value"}}});
  house.cycle([&] { set.observe_point({.5, 1.5}); });
  const Reader reader{house.store, {.flatten = true}};
  ASSERT_EQ(reader.series().list().size(), 2u);
  const auto& ratio = house.store.descriptor_of(reader.series().list()[0]);
  const auto& value = house.store.descriptor_of(reader.series().list()[1]);
  EXPECT_TRUE(ratio.meta.is_float);
  EXPECT_FALSE(value.meta.is_float);
  EXPECT_EQ(value.meta.unit, "seconds");
  EXPECT_EQ(value.kind, Kind::gauge);
  EXPECT_EQ(value.source, Kind::measureset);
  EXPECT_EQ(value.role, Role::measureset_field);
}

TEST(StructuredWrites, ThatAreRetractedLeaveNoTrace) {
  House house;
  const auto open = house.snapshot.histogram("h");
  house.cycle([&] {
    open.observe_point({.count = 2, .buckets = kOneTwo});
    const auto ref = open.ref();
    house.store.retract({&ref, 1});
    EXPECT_EQ(house.store.staged_count(), 0u);
  });
  EXPECT_THAT(house.names(), IsEmpty());
}

TEST(StructuredWrites, OutsideACycleAreRefusedAndCounted) {
  House house;
  EXPECT_FALSE(house.observe({}, {.count = 1}));
  EXPECT_FALSE(house.stateful.summary("s").observe(1));
  EXPECT_EQ(house.ledger.counted(LossReason::sample_outside_cycle), 2u);
}

}  // namespace
}  // namespace cppd::metrix
