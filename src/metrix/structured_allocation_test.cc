// SPDX-License-Identifier: GPL-3.0-or-later
// Observing through a handle allocates nothing once the series are known. Counted by replacing operator new, which the
// sanitizers need for themselves.
#include <cppd/metrix/runtime_instrument.h>
#include <gtest/gtest.h>

#include "support/counting_new.h"

namespace cppd::metrix {
namespace {

TEST(StructuredAllocations, AreNoneInASteadyCycle) {
  if (CPPD_SANITIZED) GTEST_SKIP() << "the sanitizers count for themselves";
  Store store;
  const SnapshotMeter snapshot{store};
  const StatefulMeter stateful{store};
  const auto open = snapshot.histogram("open");
  const auto by_id = snapshot.vec("by_id", {"id"}).histogram({.bounds = {1, 2}});
  const auto counted = stateful.histogram("counted", {.bounds = {1, 2}});
  const auto summary = snapshot.summary("summary", {.quantiles = {.5}});
  const auto estimated = stateful.summary("estimated", {.quantiles = {.5, .9}, .reservoir = 16});
  const auto states = snapshot.state_set("states", {.states = {"a", "b"}});
  const auto fields = stateful.measure_gauge("fields", {.fields = {{"a"}, {"b"}}});
  const HistogramBucket buckets[] = {{1, 1}, {2, 2}};
  const SummaryQuantile quantiles[] = {{.5, 1}};
  const auto cycle = [&] {
    bool all = true;
    store.begin();
    all = open.observe_point({.count = 2, .sum = 1, .buckets = buckets}) && all;
    for (const auto* id : {"a", "b"}) {
      all = by_id(id).observe_point({.count = 2, .sum = 1, .buckets = buckets}) && all;
    }
    for (int i = 0; i < 20; ++i) all = counted.observe(i) && estimated.observe(i) && all;
    all = summary.observe_point({.count = 2, .sum = 1, .quantiles = quantiles}) && all;
    all = states.enable({"b"}) && fields.set_field("a", 1) && fields.add_point({1, 1}) && all;
    store.commit();
    return all;
  };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(cycle());
  const auto series = store.series_count();
  allocations = 0;
  EXPECT_TRUE(cycle());
  const auto counted_allocations = allocations.load();
  EXPECT_EQ(counted_allocations, 0u);
  EXPECT_EQ(store.series_count(), series);
}

TEST(RuntimeAllocations, AreNoneInAWriteOrALook) {
  if (CPPD_SANITIZED) GTEST_SKIP() << "the sanitizers count for themselves";
  RuntimeStore store;
  const RuntimeMeter meter{store};
  const auto gauge = meter.gauge("gauge");
  const auto by_id = meter.vec("by_id", {"id"}).counter();
  const auto histogram = meter.histogram("histogram", {.bounds = {1, 2}});
  const auto summary = meter.summary("summary", {.quantiles = {.5, .9}, .reservoir = 16});
  const auto states = meter.state_set("states", {.states = {"a", "b"}});
  const auto fields = meter.measure_gauge("fields", {.fields = {{"a"}, {"b"}}});
  std::size_t series = 0;
  const auto round = [&] {
    bool all = gauge.set(1) && gauge.add(1);
    for (const auto* id : {"a", "b"}) all = by_id(id).add(1) && all;
    for (int i = 0; i < 20; ++i) all = histogram.observe(i) && summary.observe(i) && all;
    all = states.enable({"b"}) && fields.set_field("a", 1) && fields.add_point({1, 1}) && all;
    series = store.take([](const Store& s) { return s.committed().size(); });
    return all;
  };
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(round());
  const auto before = series;
  allocations = 0;
  EXPECT_TRUE(round());
  const auto counted_allocations = allocations.load();
  EXPECT_EQ(counted_allocations, 0u);
  EXPECT_EQ(series, before);
}

}  // namespace
}  // namespace cppd::metrix
