// SPDX-License-Identifier: GPL-3.0-or-later
// What comes and goes leaves nothing behind; and what handles do that were refused or moved.
#include <gtest/gtest.h>

#include "house_for_tests.h"

namespace cppd::metrix {
namespace {

TEST(NamesMemory, StaysFlatWhileNamesChange) {
  House house{s(2, 1)};
  const auto round = [&](int i) {
    house.cycle([&] {
      house.snapshot.gauge(fmt::format("gauge_{}", i)).observe(i);
      house.snapshot.summary(fmt::format("summary_{}", i), {.quantiles = {.5}}).observe_point({.quantiles = {}});
      (void)house.snapshot.gauge(fmt::format("unused_{}", i));
    });
  };
  for (int i = 0; i < 1000; ++i) round(i);
  const auto early = house.store.name_count();
  const auto ids = house.store.descriptor_slots();
  for (int i = 1000; i < 5000; ++i) round(i);
  EXPECT_LE(house.store.name_count(), early);
  EXPECT_EQ(house.store.descriptor_slots(), ids);
  EXPECT_EQ(house.store.meta().evicted_descriptors, 4997u);
}

TEST(NamesMemory, StaysFlatWhileCyclesFail) {
  House house;
  const auto round = [&](int i) {
    house.aborted([&] {
      (void)house.snapshot.gauge(fmt::format("gauge_{}", i), {.description = "d"});
      (void)house.stateful.histogram(fmt::format("histogram_{}", i), {.unit = "s", .bounds = {1}});
    });
  };
  for (int i = 0; i < 100; ++i) round(i);
  const auto ids = house.store.descriptor_slots();
  for (int i = 100; i < 5000; ++i) round(i);
  EXPECT_EQ(house.store.descriptor_slots(), ids);
  EXPECT_EQ(house.store.name_count(), 0u);
  house.cycle();
  EXPECT_LE(house.store.changes().retired.size(), ids);  // each once, however often it was taken again
}

TEST(VectorMemory, FollowsABurst) {
  House house{s(2)};
  const auto vec = house.snapshot.vec("m", {"id"}).gauge();
  house.cycle([&] {
    for (int i = 0; i < 10'000; ++i) vec(fmt::format("{}", i)).observe(i);
  });
  for (int cycle = 0; cycle < 5; ++cycle) {
    house.cycle([&] {
      for (const auto* id : {"1", "2", "3"}) vec(id).observe(cycle);
    });
  }
  EXPECT_EQ(house.store.series_count(), 3u);
  EXPECT_LE(vec.remembered(), 3u);
}

TEST(MeterErrors, TellOfLabelsAsWell) {
  const Label twice[] = {{"a", "1"}, {"a", "2"}};
  const Label reserved[] = {{"le", "1"}};
  const Label one[] = {{"id", "1"}};
  House house;
  const auto bad = house.snapshot.with_labels(twice);
  EXPECT_TRUE(bad.gauge("m").refused());
  EXPECT_TRUE(bad.error());
  House other;
  const auto buckets = other.snapshot.with_labels(reserved);
  EXPECT_TRUE(buckets.histogram("h", {.bounds = {1}}).refused());
  EXPECT_TRUE(buckets.error());
  House third;
  const auto meter = third.snapshot.with_labels(one);
  EXPECT_TRUE(meter.vec("v", {"id"}).gauge()("x").refused());
  EXPECT_TRUE(meter.error());
}

TEST(MovedHandles, DoNothing) {
  House house;
  auto set = house.snapshot.state_set("s", {.states = {"a"}});
  const auto moved = std::move(set);
  EXPECT_FALSE(set.enable({"a"}));  // NOLINT(bugprone-use-after-move,clang-analyzer-cplusplus.Move): tried here
  EXPECT_EQ(house.ledger.summary(), "");
}

TEST(NamesMemory, StaysFlatWhileKindsAlternate) {
  House house;
  const auto round = [&](int i) {
    house.cycle([&] {
      if (i % 2 == 0)
        house.snapshot.gauge("m").observe(1);
      else
        house.snapshot.counter("m").observe_total(2);
    });
  };
  for (int i = 0; i < 10; ++i) round(i);
  const auto ids = house.store.descriptor_slots();
  for (int i = 10; i < 1000; ++i) round(i);
  EXPECT_EQ(house.store.descriptor_slots(), ids);
  EXPECT_EQ(house.raw(), Lines{"m 2"});
}

}  // namespace
}  // namespace cppd::metrix
