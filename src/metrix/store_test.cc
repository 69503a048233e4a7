// SPDX-License-Identifier: GPL-3.0-or-later
// Rows are named after the cases of metrix contract section 11 where they come from there.
#include <cppd/base/internal_error.h>
#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace cppd::metrix {
namespace {

using testing::ElementsAre;
using testing::Optional;

std::optional<double> value_of(const Store& store, std::string_view name, Labels labels = {}, bool raw = false) {
  return Reader{store, {.raw = raw}}.value(name, labels);
}

std::optional<double> delta_of(const Store& store, std::string_view name) {
  const Reader reader{store, {}};
  for (const auto id : reader.series()) {
    if (store.descriptor_of(id).name == name) return reader.delta(id);
  }
  return std::nullopt;
}

/// A step of a row: what one cycle does with one instrument.
struct Step {
  char what;  // o observe, s set, a add, - nothing; upper case of the next: x aborts the cycle
  double value = 0;
};
struct Cycle {
  std::vector<Step> steps;
  bool commit = true;
  std::optional<double> value;
  std::optional<double> delta;
};
struct Row {
  std::string_view name;
  Kind kind;
  Mode mode;
  std::uint32_t expire;
  std::vector<Cycle> cycles;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

constexpr std::nullopt_t none = std::nullopt;

const Row kRows[] = {
    {"case_5_two_commits", Kind::gauge, Mode::snapshot, 10, {{{{'o', 3}}, true, 3, none}, {{{'o', 4}}, true, 4, none}}},
    {"case_6_abort_hides_cycle_fresh",
     Kind::gauge,
     Mode::snapshot,
     10,
     {{{{'o', 11}}, true, 11, none}, {{{'o', 20}}, false, none, none}}},
    {"case_7_missed_cycle_hides",
     Kind::gauge,
     Mode::snapshot,
     10,
     {{{{'o', 10}}, true, 10, none}, {{}, true, none, none}}},
    {"case_8_stateful_stays",
     Kind::gauge,
     Mode::stateful,
     10,
     {{{{'s', 3}}, true, 3, none}, {{}, true, 3, none}, {{}, false, 3, none}}},
    {"case_12_add_over_abort",
     Kind::counter,
     Mode::stateful,
     10,
     {{{{'a', 5}}, true, 5, none}, {{{'a', 3}}, false, 5, none}, {{{'a', 2}}, true, 7, none}}},
    {"case_14_set_and_add",
     Kind::gauge,
     Mode::stateful,
     10,
     {{{{'s', 5}}, true, 5, none},
      {{{'a', 2}}, true, 7, none},
      {{{'a', 3}, {'a', 4}}, true, 14, none},
      {{{'s', 1}, {'a', 2}}, true, 3, none},
      {{}, true, 3, none}}},
    {"case_16_counter_reset",
     Kind::counter,
     Mode::snapshot,
     10,
     {{{{'o', 100}}, true, 100, none}, {{{'o', 150}}, true, 150, 50}, {{{'o', 20}}, true, 20, 20}}},
    {"case_17_abort_breaks_delta",
     Kind::counter,
     Mode::snapshot,
     10,
     {{{{'o', 10}}, true, 10, none},
      {{{'o', 20}}, true, 20, 10},
      {{{'o', 30}}, false, none, none},
      {{{'o', 40}}, true, 40, none}}},
    {"case_18_gap_breaks_delta",
     Kind::counter,
     Mode::snapshot,
     10,
     {{{{'o', 10}}, true, 10, none}, {{}, true, none, none}, {{{'o', 20}}, true, 20, none}}},
    {"case_19_last_write_wins", Kind::counter, Mode::snapshot, 10, {{{{'o', 10}, {'o', 12}}, true, 12, none}}},
    {"case_20_adds_accumulate",
     Kind::counter,
     Mode::stateful,
     10,
     {{{{'a', 5}}, true, 5, none}, {{{'a', 2}, {'a', 3}}, true, 10, 5}}},
    {"case_22_add_zero_is_a_write", Kind::counter, Mode::stateful, 10, {{{{'a', 0}}, true, 0, none}}},
    {"case_23_delta_is_sticky",
     Kind::counter,
     Mode::stateful,
     10,
     {{{{'a', 5}}, true, 5, none}, {{{'a', 2}}, true, 7, 2}, {{}, true, 7, 2}}},
    {"case_25_expired_restarts",
     Kind::counter,
     Mode::stateful,
     1,
     {{{{'a', 5}}, true, 5, none}, {{}, true, none, none}, {{{'a', 2}}, true, 2, none}}},
    {"case_15_refused_sample_costs_itself",
     Kind::gauge,
     Mode::snapshot,
     10,
     {{{{'o', 1}, {'o', std::numeric_limits<double>::quiet_NaN()}}, true, 1, none}}},
    {"case_21_negative_delta_refused", Kind::counter, Mode::stateful, 10, {{{{'a', 4}, {'a', -1}}, true, 4, none}}},
};

class StoreCycles : public testing::TestWithParam<Row> {};
TEST_P(StoreCycles, ReadAs) {
  const auto& row = GetParam();
  Store store{{.expire_after_success_cycles = row.expire}};
  const auto name = "svc.m";
  const auto id = store.declare(name,
                                {.kind = row.kind,
                                 .mode = row.mode,
                                 .freshness = row.mode == Mode::snapshot ? Freshness::cycle : Freshness::committed},
                                {});
  ASSERT_TRUE(id);
  const Gauge handle{store, store.series(*id, Labels{})};
  for (std::size_t i = 0; i < row.cycles.size(); ++i) {
    const auto& cycle = row.cycles[i];
    store.begin();
    for (const auto& step : cycle.steps) {
      if (step.what == 'a')
        store.add(handle.ref(), step.value);
      else
        store.observe(handle.ref(), step.value);
    }
    if (cycle.commit)
      store.commit();
    else
      store.abort();
    EXPECT_EQ(value_of(store, name), cycle.value) << "cycle " << i;
    if (cycle.value) EXPECT_EQ(delta_of(store, name), cycle.delta) << "cycle " << i;
  }
}
INSTANTIATE_TEST_SUITE_P(Table, StoreCycles, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(StoreMeta, CountsAttemptsAndSuccesses) {
  Store store;
  EXPECT_EQ(store.meta().last_attempt_status, AttemptStatus::unknown);
  store.begin();
  store.commit();
  store.begin();
  store.abort();
  EXPECT_EQ(store.meta().last_attempt_seq, 2u);
  EXPECT_EQ(store.meta().last_success_seq, 1u);
  EXPECT_EQ(store.success_clock(), 1u);
  EXPECT_THROW(store.commit(), InternalError);
  EXPECT_THROW(store.abort(), InternalError);
  store.begin();
  EXPECT_THROW(store.begin(), InternalError);
}

TEST(StoreWrites, OutsideACycleAreRefusedAndCounted) {
  Ledger ledger;
  Store store{{}, &ledger};
  const auto gauge = SnapshotMeter{store}.gauge("m");
  gauge.observe(3);
  EXPECT_EQ(ledger.counted(LossReason::sample_outside_cycle), 1u);
  EXPECT_EQ(value_of(store, "m"), none);
}

TEST(StoreWrites, ThatAreRetractedLeaveNoTrace) {
  Store store;
  const auto id = store.declare("m", {}, {});
  ASSERT_TRUE(id);
  const Label a[] = {{"k", "a"}};
  const Label b[] = {{"k", "b"}};
  const Label c[] = {{"k", "c"}};
  store.begin();
  store.observe(store.series(*id, a), 1);
  store.observe(store.series(*id, b), 2);
  store.commit();

  store.begin();
  const auto known = store.series(*id, a);
  const auto kept = store.series(*id, b);
  const auto fresh = store.series(*id, c);
  store.observe(known, 10);
  store.observe(kept, 20);
  store.observe(fresh, 30);
  const SeriesRef taken_back[] = {known, fresh, known, SeriesRef{fresh.index, fresh.generation + 1}};
  store.retract(taken_back);
  EXPECT_EQ(store.staged_count(), 1u);
  store.observe(known, 11);  // it may be observed again
  store.retract(std::span{taken_back}.first(1));
  store.commit();
  EXPECT_EQ(value_of(store, "m", a), none);
  EXPECT_THAT(value_of(store, "m", b), Optional(20));
  EXPECT_EQ(value_of(store, "m", c), none);
  EXPECT_EQ(store.series_count(), 2u);
  EXPECT_FALSE(store.alive(fresh));
}

TEST(StoreReader, IsOrderedByNameThenPackedLabels) {
  Store store;
  const SnapshotMeter meter{store};
  const auto vec = meter.vec("m", {"id"}).gauge();
  store.begin();
  meter.gauge("m").observe(0);
  vec("1").observe(1);
  vec("10").observe(10);
  vec("2").observe(2);
  meter.gauge("a").observe(5);
  store.commit();
  const Reader reader{store, {}};
  std::vector<double> values;
  for (const auto id : reader.series()) values.push_back(store.committed()[index_of(id)].value);
  EXPECT_THAT(values, ElementsAre(5, 0, 10, 1, 2));  // a value that extends another comes first
}

TEST(StoreReader, ThrowsAfterTheNextCommit) {
  Store store;
  store.begin();
  store.commit();
  const Reader reader{store, {}};
  store.begin();
  EXPECT_NO_THROW((void)reader.series());  // an open cycle does not disturb it
  store.commit();
  EXPECT_THROW((void)reader.series(), InternalError);
}

TEST(StoreRetention, RemovesAtTheNthCommitAndReportsIt) {
  Store store{{.expire_after_success_cycles = 2, .descriptor_grace_cycles = 1}};
  const auto vec = SnapshotMeter{store}.vec("m", {"id"}).gauge();
  const auto cycle = [&](auto write) {
    store.begin();
    write();
    store.commit();
  };
  cycle([&] { vec("a").observe(1); });
  EXPECT_EQ(store.changes().born.size(), 1u);
  cycle([&] { vec("b").observe(1); });
  EXPECT_EQ(store.changes().died.size(), 0u);
  cycle([&] { vec("b").observe(1); });
  EXPECT_EQ(store.changes().died.size(), 1u);
  EXPECT_EQ(store.series_count(), 1u);
  cycle([] {});
  cycle([] {});
  EXPECT_EQ(store.series_count(), 0u);
  EXPECT_EQ(store.meta().evicted_descriptors, 0u);
  cycle([] {});
  EXPECT_EQ(store.meta().evicted_descriptors, 1u);
}

TEST(StoreRetention, AKeptHandleRevivesItsSeries) {
  Store store{{.expire_after_success_cycles = 1}};
  const auto vec = SnapshotMeter{store}.vec("m", {"id"}).gauge();
  store.begin();
  const Gauge kept = vec("a");
  kept.observe(1);
  store.commit();
  store.begin();
  store.commit();
  EXPECT_EQ(store.series_count(), 0u);
  store.begin();
  kept.observe(2);
  store.commit();
  const Label label{"id", "a"};
  EXPECT_THAT(value_of(store, "m", {&label, 1}), Optional(2.0));
}

TEST(StoreRetention, MemoryFollowsRetentionWhenLabelSetsChurn) {
  Store store{{.expire_after_success_cycles = 3}};
  const auto vec = SnapshotMeter{store}.vec("m", {"id"}).gauge();
  std::size_t peak_early = 0;
  for (int cycle = 0; cycle < 400; ++cycle) {
    store.begin();
    for (int i = 0; i < 50; ++i) vec(std::to_string(cycle * 50 + i)).observe(i);
    store.commit();
    if (cycle == 40) peak_early = store.bytes();
  }
  EXPECT_LE(store.bytes(), peak_early * 2);
  EXPECT_LE(vec.remembered(), 600u);
}

TEST(StoreRetention, CapEvictsTheOldestThenTheSmallestKey) {
  Ledger ledger;
  Store store{{.max_series = 2}, &ledger};
  const auto vec = SnapshotMeter{store}.vec("m", {"id"}).gauge();
  store.begin();
  for (const auto id : {"a", "b", "c"}) vec(id).observe(1);
  store.commit();
  const Label a{"id", "a"};
  EXPECT_EQ(store.series_count(), 2u);
  EXPECT_EQ(value_of(store, "m", {&a, 1}), none);
  EXPECT_EQ(ledger.counted(LossReason::series_capped), 1u);
}

TEST(StoreDescriptors, DeclarationsAreCompletedAndNeverChanged) {
  Store store;
  const SnapshotMeter meter{store};
  (void)meter.gauge("m");
  EXPECT_FALSE(meter.gauge("m", {.unit = "bytes"}).refused());
  EXPECT_TRUE(meter.gauge("m", {.unit = "seconds"}).refused());
  ASSERT_TRUE(meter.error());
  EXPECT_EQ(meter.error()->what, "metrix: metric unit mismatch for m");
}

TEST(StoreDescriptors, ANewKindSupersedesAnOldOne) {
  Store store;
  const auto counter = SnapshotMeter{store}.counter("m");
  store.begin();
  counter.observe_total(100);
  store.commit();
  EXPECT_TRUE(StatefulMeter{store}.gauge("m").refused());  // no cycle is open
  store.begin();
  const auto gauge = StatefulMeter{store}.gauge("m");
  gauge.add(5);
  store.commit();
  EXPECT_THAT(value_of(store, "m"), Optional(5.0));  // case 26
  EXPECT_EQ(store.series_count(), 1u);
}

TEST(StoreDescriptors, TwoKindsInOneCycleDropTheNewNameAlone) {
  Ledger ledger;
  Store store{{}, &ledger};
  const SnapshotMeter meter{store};
  store.begin();
  const auto gauge = meter.gauge("m");
  const auto counter = meter.counter("m");
  const auto other = meter.gauge("ok");
  gauge.observe(1);
  counter.observe_total(2);
  other.observe(9);
  store.commit();
  EXPECT_EQ(value_of(store, "m"), none);
  EXPECT_THAT(value_of(store, "ok"), Optional(9.0));
  EXPECT_EQ(store.meta().dropped_names, 1u);
  EXPECT_EQ(ledger.counted(LossReason::sample_kind_conflict), 2u);
}

TEST(StoreLabels, AreRefusedWhenAKeyComesTwice) {
  Ledger ledger;
  Store store{{}, &ledger};
  const Label zone{"zone", "a"};
  const auto gauge = SnapshotMeter{store}.with_labels({&zone, 1}).gauge("m");
  store.begin();
  gauge.with({&zone, 1}).observe(1);
  store.commit();
  EXPECT_EQ(ledger.counted(LossReason::sample_invalid_labels), 1u);
  EXPECT_EQ(store.series_count(), 0u);
}

}  // namespace
}  // namespace cppd::metrix
