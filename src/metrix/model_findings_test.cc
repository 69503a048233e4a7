// SPDX-License-Identifier: GPL-3.0-or-later
// Short sequences that the model test (tests/model) found, each with the rule that it broke.
#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cppd::metrix {
namespace {

struct House {
  explicit House(StoreOptions options = {}) : store{options, &ledger} {}
  template <class Write>
  void cycle(Write write) {
    store.begin();
    write();
    store.commit();
  }
  [[nodiscard]] std::uint64_t lost(LossReason reason) const { return ledger.counted(reason); }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    const Reader reader{store, {.raw = true, .flatten = true}};
    for (const auto id : reader.series()) names.emplace_back(reader.name(id));
    return names;
  }

  Ledger ledger;
  Store store;
  SnapshotMeter snapshot{store};
  StatefulMeter stateful{store};
};

using testing::ElementsAre;
using testing::IsEmpty;

TEST(StoreFindings, VectorOfARefusedScopeIsRefused) {  // 5.1 to 5.3
  House house;
  const auto vec = house.snapshot.with_host_scope({.key = "k"}).vec("m", {"id"}).gauge();
  house.cycle([&] { vec("a").observe(1); });
  EXPECT_THAT(house.names(), IsEmpty());
  EXPECT_EQ(house.lost(LossReason::sample_invalid_scope), 3u);
}

TEST(StoreFindings, RegisteredNameStaysAgainstASecondKind) {  // 6.4, diff D1
  House house;
  const auto gauge = house.snapshot.gauge("m");
  house.cycle([&] {
    house.snapshot.counter("m").observe_total(1);
    gauge.observe(2);
  });
  EXPECT_EQ(house.store.meta().dropped_names, 0u);
  EXPECT_EQ(Reader(house.store).value("m", {}), 2);
}

TEST(StoreFindings, NameCutInItsFirstCommitIsNotRegistered) {  // 6.6.4
  House house{{.descriptor_grace_cycles = 0, .max_series = 1}};
  house.cycle([&] {
    house.snapshot.gauge("a").observe(1);
    house.snapshot.gauge("b").observe(1);
  });
  EXPECT_THAT(house.names(), ElementsAre("b"));
  EXPECT_EQ(house.store.meta().evicted_descriptors, 0u);
  EXPECT_FALSE(house.snapshot.counter("a").refused());
}

TEST(StoreFindings, NewBoundsDoNotClashWithTheOldOnes) {  // 6.4.1
  House house;
  const Label other{"id", "x"};
  const auto counter = house.snapshot.counter("h_count").with({&other, 1});
  const auto open = house.snapshot.histogram("h");
  const HistogramBucket one[] = {{1, 1}};
  const HistogramBucket two[] = {{2, 1}};
  for (const auto& buckets : {one, two}) {
    house.cycle([&] {
      counter.observe_total(1);
      open.observe_point({.count = 1, .buckets = {buckets, 1}});
    });
  }
  EXPECT_EQ(house.lost(LossReason::series_name_clash), 0u);
  const auto reading = Reader{house.store}.histogram("h", {});
  ASSERT_TRUE(reading);
  EXPECT_EQ(reading->buckets.front().upper_bound, 2);
}

TEST(StoreFindings, ClashingPointNamedInAnotherOrderIsRefusedAsAWhole) {  // 10.1 #8
  House house;
  const Label field{"measure_field", "value"};
  const auto gauge = house.snapshot.gauge("m_value").with({&field, 1});
  const auto set = house.snapshot.measure_gauge("m", {.fields = {{"value"}, {"limit"}}});
  house.cycle([&] {
    gauge.observe(1);
    set.observe_fields({{"limit", 1}, {"value", 1}});
  });
  EXPECT_THAT(house.names(), ElementsAre("m_value"));
  EXPECT_EQ(house.store.series_count(), 1u);
}

TEST(StoreFindings, RetractedSummaryStartsAnew) {  // 2.7.3
  House house;
  const auto summary = house.stateful.summary("s", {.quantiles = {0.5}});
  house.cycle([&] { summary.observe(1); });
  house.cycle([&] {
    summary.observe(100);
    const auto ref = summary.ref();
    house.store.retract({&ref, 1});
    summary.observe(3);
  });
  EXPECT_EQ(Reader(house.store).summary("s", {})->quantiles.front().value, 2);
}

TEST(StoreFindings, LimitCutsInTheOrderOfKeys) {  // 6.6.2: the label separator comes after every character of a name
  House house{{.max_series = 1}};
  const Label label{"a", "1"};
  house.cycle([&] {
    house.snapshot.gauge("m").with({&label, 1}).observe(1);
    house.snapshot.gauge("mm").observe(1);
  });
  EXPECT_THAT(house.names(), ElementsAre("m"));
}

TEST(StoreFindings, WhatAnOpenHistogramSaysHoldsOverAChangeOfBounds) {  // 6.1.1, 6.3
  House house;
  std::optional<Histogram> open;
  const HistogramBucket one[] = {{1, 1}};
  house.cycle([&] {
    open = house.snapshot.histogram("h", {.unit = "bytes"});
    open->observe_point({.count = 1, .buckets = one});
  });
  house.cycle([&] { open->observe_point({.count = 1}); });
  EXPECT_EQ(Reader(house.store).metric_meta("h")->unit, "bytes");
}

}  // namespace
}  // namespace cppd::metrix
