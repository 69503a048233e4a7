// SPDX-License-Identifier: GPL-3.0-or-later
// Rows are named after the cases of metrix contract section 11.9 where their numbers come from there.
#include <cppd/base/internal_error.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <optional>

#include "runtime_house_for_tests.h"

namespace cppd::metrix {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using Lines = std::vector<std::vector<std::string>>;
struct Row {
  std::string_view name;
  RuntimeStoreOptions options;
  std::function<void(RuntimeHouse&)> run;
  Lines want;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

constexpr RuntimeStoreOptions kDefault{};

const Row kRows[] = {
    {"case_132_a_write_is_visible_at_once",
     kDefault,
     [](RuntimeHouse& h) {
       const auto gauge = h.meter.gauge("g");
       const auto counter = h.meter.counter("c");
       gauge.set(5), h.tell();
       counter.add(10), h.tell();
       counter.add(4), h.tell();
     },
     {{"g 5"}, {"c 10", "g 5"}, {"c 14 +4", "g 5"}}},
    {"case_133_other_series_do_not_break_a_delta",
     kDefault,
     [](RuntimeHouse& h) {
       const auto gauge = h.meter.gauge("g");
       const auto counter = h.meter.counter("c");
       counter.add(10), gauge.set(1), counter.add(4), h.tell();
     },
     {{"c 14 +4", "g 1"}}},
    {"case_135_summary",
     kDefault,
     [](RuntimeHouse& h) {
       const auto summary = h.meter.summary("s", {.quantiles = {.5, 1}});
       summary.observe(1), summary.observe(3), h.tell();
     },
     {{"s{quantile=0.5} 2", "s{quantile=1} 3", "s_count 2 +1", "s_sum 4 +3"}}},
    {"a_sum_that_falls_has_no_delta",
     kDefault,
     [](RuntimeHouse& h) {
       const auto summary = h.meter.summary("s");
       summary.observe(1), summary.observe(-3), h.tell();
     },
     {{"s_count 2 +1", "s_sum -2"}}},
    {"quantiles_of_many_reads",
     kDefault,
     [](RuntimeHouse& h) {
       const auto summary = h.meter.summary("s", {.quantiles = {1}});
       summary.observe(1), h.tell(), h.tell();
       summary.observe(7), h.tell();
     },
     {{"s{quantile=1} 1", "s_count 1", "s_sum 1"},
      {"s{quantile=1} 1", "s_count 1", "s_sum 1"},
      {"s{quantile=1} 7", "s_count 2 +1", "s_sum 8 +7"}}},
    {"case_136_histogram",
     kDefault,
     [](RuntimeHouse& h) {
       const auto histogram = h.meter.histogram("h", {.bounds = {1, 2}});
       histogram.observe(.5), histogram.observe(3), h.tell();
     },
     {{"h_bucket{le=+Inf} 1 +1", "h_bucket{le=1} 1 +0", "h_bucket{le=2} 0 +0", "h_count 2 +1", "h_sum 3.5 +3"}}},
    {"state_set_and_measure_sets",
     kDefault,
     [](RuntimeHouse& h) {
       const auto set = h.meter.state_set("mode", {.states = {"on", "off"}, .state_mode = StateMode::one});
       const auto pool = h.meter.measure_gauge("pool", {.fields = {{.name = "idle"}, {.name = "busy"}}});
       const auto io = h.meter.measure_counter("io", {.fields = {{.name = "in"}, {.name = "out"}}});
       set.enable({"on"}), set.observe({{"off", true}});
       pool.set_point({1, 2}), pool.set_field("idle", 5), pool.add_field("busy", 1);
       io.add_point({1, 2}), io.add_fields({{"in", 1}, {"out", 0}});
       h.tell();
     },
     {{"io_in{measure_field=in} 2 +1", "io_out{measure_field=out} 2 +0", "mode{mode=off} 1", "mode{mode=on} 0",
       "pool_busy{measure_field=busy} 3", "pool_idle{measure_field=idle} 5"}}},
    {"case_137_an_expired_counter_restarts",
     kFive,
     [](RuntimeHouse& h) {
       const auto counter = h.meter.counter("c");
       counter.add(10), h.clock.advance(6s), counter.add(4), h.tell();
     },
     {{"c 4"}}},
    {"case_137_without_a_sweep",
     {.ttl = 5s, .max_series = 0, .sweep_every = 1h},
     [](RuntimeHouse& h) {
       const auto counter = h.meter.counter("c");
       counter.add(10), h.clock.advance(6s), counter.add(4), h.tell();
     },
     {{"c 4"}}},
    {"case_137_after_a_sweep",
     kFive,
     [](RuntimeHouse& h) {
       const auto counter = h.meter.counter("c");
       counter.add(10), h.clock.advance(6s), h.tell(), counter.add(4), h.tell();
     },
     {{}, {"c 4"}}},
    {"case_138_histogram",
     kFive,
     [](RuntimeHouse& h) {
       const auto histogram = h.meter.histogram("h", {.bounds = {1}});
       histogram.observe(.5), h.clock.advance(6s), histogram.observe(3), h.tell();
     },
     {{"h_bucket{le=+Inf} 1", "h_bucket{le=1} 0", "h_count 1", "h_sum 3"}}},
    {"case_138_summary",
     kFive,
     [](RuntimeHouse& h) {
       const auto summary = h.meter.summary("s", {.quantiles = {.5}});
       summary.observe(1), h.tell(), h.clock.advance(6s), summary.observe(9), h.tell();
     },
     {{"s{quantile=0.5} 1", "s_count 1", "s_sum 1"}, {"s{quantile=0.5} 9", "s_count 1", "s_sum 9"}}},
    {"case_138_measure_set",
     kFive,
     [](RuntimeHouse& h) {
       const auto io = h.meter.measure_counter("io", {.fields = {{.name = "in"}}});
       io.add_point({10}), h.clock.advance(6s), io.add_point({4}), h.tell();
     },
     {{"io_in{measure_field=in} 4"}}},
    {"case_138_measure_gauge",
     kFive,
     [](RuntimeHouse& h) {
       const auto pool = h.meter.measure_gauge("p", {.fields = {{.name = "a"}, {.name = "b"}}});
       pool.set_point({10, 20}), h.clock.advance(6s), pool.set_field("a", 1), h.tell();
     },
     {{"p_a{measure_field=a} 1", "p_b{measure_field=b} 0"}}},
    {"case_138_state_set",
     kFive,
     [](RuntimeHouse& h) {
       const auto set = h.meter.state_set("mode", {.states = {"on"}});
       set.enable({"on"}), h.clock.advance(6s), h.tell(), set.enable({}), h.tell();
     },
     {{}, {"mode{mode=on} 0"}}},
    {"case_139_written_again_in_time",
     kFive,
     [](RuntimeHouse& h) {
       const auto counter = h.meter.counter("c");
       counter.add(10), h.clock.advance(2s), counter.add(4), h.tell();
     },
     {{"c 14 +4"}}},
    {"case_140_others_go",
     kFive,
     [](RuntimeHouse& h) {
       const auto vec = h.meter.vec("c", {"id"}).counter();
       vec("a").add(1), h.clock.advance(2s), vec("b").add(20);
       h.clock.advance(4s), vec("b").add(1), h.tell();
     },
     {{"c{id=b} 21 +1"}}},
    {"case_141_the_oldest_goes_at_the_cap",
     {.ttl = 0s, .max_series = 2, .sweep_every = 0s},
     [](RuntimeHouse& h) {
       const auto vec = h.meter.vec("g", {"id"}).gauge();
       for (const auto* id : {"a", "b", "c"}) vec(id).set(1);
       h.tell();
     },
     {{"g{id=b} 1", "g{id=c} 1"}}},
    {"the_newest_stays_at_the_cap",
     {.ttl = 0s, .max_series = 2, .sweep_every = 0s},
     [](RuntimeHouse& h) {
       const auto vec = h.meter.vec("g", {"id"}).gauge();
       for (const auto* id : {"c", "b"}) vec(id).set(1), h.clock.advance(1s);
       vec("c").set(2), h.clock.advance(1s), vec("a").set(3), h.tell();
     },
     {{"g{id=a} 3", "g{id=c} 2"}}},
    {"a_structured_series_counts_as_one_at_the_cap",
     {.ttl = 0s, .max_series = 2, .sweep_every = 0s},
     [](RuntimeHouse& h) {
       const auto histogram = h.meter.histogram("h", {.bounds = {1}});
       histogram.observe(1), h.clock.advance(1s);
       h.meter.gauge("x").set(1), h.tell();
       h.clock.advance(1s), h.meter.gauge("y").set(1), h.tell();
     },
     {{"h_bucket{le=+Inf} 0", "h_bucket{le=1} 1", "h_count 1", "h_sum 1", "x 1"}, {"x 1", "y 1"}}},
    {"case_144_seeds",
     kDefault,
     [](RuntimeHouse& h) {
       const auto counter = h.meter.seeded_counter("c");
       const auto gauge = h.meter.seeded_gauge("g");
       h.tell(), counter.add(5), h.tell();
     },
     {{"c 0", "g 0"}, {"c 5 +5", "g 0"}}},
    {"a_seed_keeps_a_total_and_overwrites_a_gauge",
     kDefault,
     [](RuntimeHouse& h) {
       h.meter.counter("c").add(7), h.meter.gauge("g").set(7);
       (void)h.meter.seeded_counter("c"), (void)h.meter.seeded_gauge("g");
       h.tell();
     },
     {{"c 7 +0", "g 0"}}},
    {"an_idle_store_shows_nothing_old",
     kFive,
     [](RuntimeHouse& h) {
       const auto gauge = h.meter.gauge("g");
       gauge.set(1), h.clock.advance(4999ms), h.tell(), h.clock.advance(1ms), h.tell();
     },
     {{"g 1"}, {}}},
    {"labels_of_meter_handle_and_vec",
     kDefault,
     [](RuntimeHouse& h) {
       const Label zone[] = {{"zone", "eu"}};
       const Label id[] = {{"id", "7"}};
       const auto meter = h.meter.prefixed("app").with_labels(zone);
       meter.gauge("g").with(id).set(1);
       meter.vec("c", {"m"}).counter()("GET").add(2);
       h.tell();
     },
     {{"app.c{m=GET}{zone=eu} 2", "app.g{id=7}{zone=eu} 1"}}},
    {"a_copy_writes_the_same_series",
     kDefault,
     [](RuntimeHouse& h) {
       auto counter = h.meter.counter("c");
       const auto copy = counter;
       counter.add(1), counter = RuntimeCounter{}, copy.add(1), h.tell();
     },
     {{"c 2 +1"}}},
};

class RuntimeStoreRow : public testing::TestWithParam<Row> {};
TEST_P(RuntimeStoreRow, Tells) {
  RuntimeHouse house{GetParam().options};
  GetParam().run(house);
  EXPECT_EQ(house.seen, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, RuntimeStoreRow, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(RuntimeStore, Case132SequencesCountWrites) {
  RuntimeHouse house;
  EXPECT_EQ(house.meta().last_attempt_status, AttemptStatus::unknown);
  const auto gauge = house.meter.gauge("g");
  const auto counter = house.meter.counter("c");
  EXPECT_TRUE(gauge.set(5));
  EXPECT_EQ(house.meta().last_success_seq, 1u);
  EXPECT_TRUE(counter.add(10));
  EXPECT_TRUE(counter.add(4));
  EXPECT_FALSE(counter.add(-4));
  const auto meta = house.meta();
  EXPECT_EQ(meta.last_attempt_seq, 3u);
  EXPECT_EQ(meta.last_success_seq, 3u);
  EXPECT_EQ(meta.last_attempt_status, AttemptStatus::success);
  const auto seen = house.store.read([](const Store& store) {
    std::vector<std::uint32_t> out;
    const Reader reader{store, {}};
    for (const auto id : reader.series()) out.push_back(store.committed()[index_of(id)].seen);
    return out;
  });
  EXPECT_THAT(seen, ElementsAre(3, 1));
}

// Case 143 as design D14 has it: a read is a look, what leaves it is a copy, and a kept reader knows that it is old.
TEST(RuntimeStore, Case143WhatAReadGaveStays) {
  RuntimeHouse house;
  const auto gauge = house.meter.gauge("g");
  gauge.set(1), house.tell();
  gauge.set(2), house.tell();
  EXPECT_THAT(house.seen, ElementsAre(ElementsAre("g 1"), ElementsAre("g 2")));
  std::optional<Reader> kept;
  house.store.read([&](const Store& store) { kept.emplace(store, ReadOptions{}); });
  EXPECT_EQ(kept->series().list().size(), 1u);
  gauge.set(3);
  EXPECT_THROW((void)kept->series(), InternalError);
}

TEST(RuntimeStore, AHostScopeHasOneHostWhateverIsSaidOfIt) {
  RuntimeHouse house;
  const auto first = house.meter.with_host_scope({.key = "k", .guid = "g1", .hostname = "old", .labels = {}});
  first.gauge("a").set(1);
  const auto second = house.meter.with_host_scope({.key = "k", .guid = "g1", .hostname = "new", .labels = {}});
  second.gauge("b").set(2);
  house.tell();
  const auto scoped =
      house.store.read([](const Store& store) { return lines_of(store, {.flatten = true, .scope = "k"}); });
  EXPECT_THAT(house.seen, ElementsAre(IsEmpty()));
  EXPECT_THAT(scoped, ElementsAre("a 1", "b 2"));
  const auto hosts = house.store.read([](const Store& store) {
    std::vector<std::string> out;
    const Reader reader{store, {.flatten = true, .scope = "k"}};
    for (const auto id : reader.series()) {
      out.push_back(store.host_scope(store.scope_of(id)).hostname);
    }
    return out;
  });
  EXPECT_THAT(hosts, ElementsAre("new", "new"));
}

TEST(RuntimeStore, TwoWhoSayDifferentThingsOfAHostWriteOneSeries) {
  RuntimeHouse house{kFive};
  const auto meter_of = [&](std::string_view hostname) {
    return house.meter.with_host_scope({.key = "k", .guid = "g", .hostname = std::string{hostname}, .labels = {}});
  };
  const InstrumentOptions quantiles{.quantiles = {1}};
  const auto old_meter = meter_of("old");
  const auto old_counter = old_meter.counter("c");
  const auto old_summary = old_meter.summary("s", quantiles);
  const auto new_meter = meter_of("new");
  const auto new_counter = new_meter.counter("c");
  const auto new_summary = new_meter.summary("s", quantiles);
  const auto tell = [&] {
    return house.store.read([](const Store& store) { return lines_of(store, {.flatten = true, .scope = "k"}); });
  };
  EXPECT_TRUE(old_counter.add(1) && old_summary.observe(9));
  EXPECT_TRUE(new_counter.add(2) && new_summary.observe(1));
  EXPECT_TRUE(old_counter.add(4) && old_summary.observe(2));
  EXPECT_THAT(tell(), ElementsAre("c 7 +4", "s{quantile=1} 9", "s_count 3 +1", "s_sum 12 +2"));
  house.clock.advance(6s);
  EXPECT_TRUE(new_counter.add(3) && new_summary.observe(5));
  EXPECT_TRUE(old_counter.add(1) && old_summary.observe(4));
  EXPECT_THAT(tell(), ElementsAre("c 4 +1", "s{quantile=1} 5", "s_count 2 +1", "s_sum 9 +4"));
}

TEST(RuntimeStore, ASeriesThatIsAPartOfAnotherIsRefused) {
  RuntimeHouse house{kFive};
  const auto histogram = house.meter.histogram("h", {.bounds = {1}});
  const auto counter = house.meter.counter("h_count");
  EXPECT_TRUE(histogram.observe(1));
  EXPECT_FALSE(counter.add(1));
  EXPECT_EQ(house.lost(LossReason::series_name_clash), 1u);
  house.clock.advance(6s);
  EXPECT_TRUE(counter.add(5)) << "the other is gone";
  EXPECT_FALSE(histogram.observe(1));
  house.tell();
  EXPECT_THAT(house.seen, ElementsAre(ElementsAre("h_count 5")));
}

TEST(RuntimeStore, ANameThatNobodyWritesIsForgotten) {
  RuntimeHouse house{kFive};
  house.meter.gauge("x", {.unit = "bytes"}).set(1);
  EXPECT_TRUE(house.meter.counter("x").refused());
  for (int i = 0; i < 4; ++i) house.clock.advance(5s), house.tell();
  EXPECT_EQ(house.meta().evicted_descriptors, 1u);
  const auto counter = house.meter.counter("x", {.unit = "seconds"});
  EXPECT_TRUE(counter.add(3));
  EXPECT_EQ(house.lost(LossReason::series_expired), 1u);
}

TEST(RuntimeStore, AKeptHandleDoesNotTakeANameFromItsNewOwner) {
  RuntimeHouse house{kFive};
  const auto old = house.meter.gauge("x");
  old.set(1);
  for (int i = 0; i < 4; ++i) house.clock.advance(5s), house.tell();
  const auto counter = house.meter.counter("x");
  ASSERT_TRUE(counter.add(3));
  EXPECT_FALSE(old.set(2));
  EXPECT_EQ(house.lost(LossReason::sample_kind_conflict), 1u);
  house.seen.clear();
  house.tell();
  EXPECT_THAT(house.seen, ElementsAre(ElementsAre("x 3")));
}

TEST(RuntimeStore, SlotsOfDroppedHandlesAreUsedAgain) {
  RuntimeHouse house{kFive};
  for (int round = 0; round < 1000; ++round) {
    const auto id = fmt::format("{}", round);
    house.meter.vec("g", {"id"}).gauge()(id).set(1);
    (void)house.meter.vec("never_written", {"id"}).gauge()(id);
    house.clock.advance(1s);
    house.store.take([](const Store&) { return 0; });
  }
  const auto slots = house.store.read([](const Store& store) { return store.committed().size(); });
  EXPECT_LT(slots, 20u);
}

TEST(RuntimeStore, CyclesAreNumberedAgainAfterTheLast) {
  constexpr std::uint64_t kEnd = std::uint64_t{1} << 32;
  EXPECT_EQ(cycle_number(1), 1u);
  EXPECT_EQ(cycle_number(kEnd - 2), 0xFFFF'FFFEu);
  for (const auto attempt : {kEnd - 1, kEnd, kEnd + 1, 2 * kEnd - 6, 2 * kEnd - 5, 2 * kEnd - 4, 5 * kEnd + 7}) {
    EXPECT_GE(cycle_number(attempt), 2u) << attempt;
    EXPECT_LT(cycle_number(attempt), 0xFFFF'FFFFu) << attempt;
    EXPECT_NE(cycle_number(attempt), cycle_number(attempt + 1)) << attempt;
  }
}

TEST(RuntimeStore, TheExampleOfTheReadme) {
  RuntimeStore store;
  const RuntimeMeter meter{store};
  const auto frames = meter.prefixed("writer").counter("frames_total", {.unit = "frames"});

  frames.add(1);
  const auto total = store.read([](const Store& now) { return Reader{now, {}}.value("writer.frames_total", {}); });

  EXPECT_EQ(total, 1);
}

TEST(StatefulSeeds, AreWritesOfTheOpenCycle) {
  Ledger ledger;
  Store store{{}, &ledger};
  const StatefulMeter meter{store};
  (void)meter.seeded_gauge("g");
  EXPECT_EQ(ledger.counted(LossReason::sample_outside_cycle), 1u);
  store.begin();
  const auto gauge = meter.seeded_gauge("g");
  const auto counter = meter.seeded_counter("c");
  store.commit();
  EXPECT_THAT(lines_of(store), ElementsAre("c 0", "g 0"));
}

}  // namespace
}  // namespace cppd::metrix
