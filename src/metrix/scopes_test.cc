// SPDX-License-Identifier: GPL-3.0-or-later
// Host scopes. Rows named case_N come from metrix contract 11.6, the others from its section 5; refusals that fail the
// whole commit there cost the later sample here (diff D1).
#include <gtest/gtest.h>

#include "house_for_tests.h"

namespace cppd::metrix {
namespace {

const Story kStories[] = {
    {"case_86_series_are_read_in_their_scope_only",
     [] {
       House house;
       const auto here = house.snapshot.gauge("m");
       const auto there = house.snapshot.with_host_scope(host("workload/api")).gauge("m");
       house.cycle([&] { here.observe(1), there.observe(2); });
       const bool same_key =
           house.store.series_key(SeriesId{here.ref().index}) == house.store.series_key(SeriesId{there.ref().index});
       return house.told() + house.in("workload/api") + house.in("unknown") + house.hosts() + Lines{yes(same_key)};
     },
     {"m 1", "m 2", "=", "workload/api=h", "no"}},
    {"case_87_new_metadata_reach_every_series_of_the_scope",
     [] {
       House house;
       const auto v1 = house.snapshot.with_host_scope(host("k", "v1"));
       const auto a = v1.gauge("a");
       const auto b = v1.gauge("b");
       house.cycle([&] { a.observe(1), b.observe(2); });
       auto lines = house.hosts();
       house.cycle([&] { house.snapshot.with_host_scope(host("k", "v2")).gauge("a").observe(3); });
       return lines + house.hosts() + house.told({.raw = true, .scope = "k"});
     },
     {"k=v1", "k=v2", "a 3", "b 2"}},
    {"case_88_a_second_claim_in_one_cycle_loses_its_sample",
     [] {
       House house;
       const auto first = house.snapshot.with_host_scope(host("k", "h1")).gauge("a");
       const auto second = house.snapshot.with_host_scope(host("k", "h2")).gauge("b");
       house.cycle([&] { first.observe(1), second.observe(2), house.snapshot.gauge("ok").observe(9); });
       return house.hosts() + house.in("k") + house.told() +
              Lines{fmt::format("{}", house.lost(LossReason::sample_invalid_scope))};
     },
     {"=", "k=h1", "a 1", "ok 9", "1"}},
    {"case_88_on_one_series",
     [] {
       House house;
       const auto first = house.snapshot.with_host_scope(host("k", "h1")).gauge("m");
       const auto second = house.snapshot.with_host_scope(host("k", "h2")).gauge("m");
       house.cycle([&] { second.observe(2), first.observe(1); });
       return house.hosts() + house.in("k");
     },
     {"k=h2", "m 2"}},
    {"case_89_every_disputed_scope_is_counted",
     [] {
       House house;
       for (const auto* key : {"a", "b"}) {
         const auto first = house.snapshot.with_host_scope(host(key, "h1")).gauge("m");
         const auto second = house.snapshot.with_host_scope(host(key, "h2")).gauge("n");
         if (!house.store.cycle_open()) house.store.begin();
         first.observe(1), second.observe(2);
       }
       house.store.commit();
       return house.hosts() + house.ledger.details(LossReason::sample_invalid_scope);
     },
     {"a=h1", "b=h1", "a", "b"}},
    {"case_91_vectors_in_three_scopes",
     [] {
       House house;
       const auto vec = [&](const SnapshotMeter& meter) { return meter.vec("load", {"vm"}).gauge(); };
       const auto here = vec(house.snapshot);
       const auto a = vec(house.snapshot.with_host_scope(host("A")));
       const auto b = vec(house.snapshot.with_host_scope(host("B")));
       house.cycle([&] { here("vm1").observe(1), a("vm1").observe(2), b("vm1").observe(3); });
       return house.told() + house.in("A") + house.in("B");
     },
     {"load{vm=vm1} 1", "load{vm=vm1} 2", "load{vm=vm1} 3"}},
    {"case_92_baselines_and_deltas_are_of_the_scope",
     [] {
       House house;
       const auto here = house.stateful.counter("m");
       const auto there = house.stateful.with_host_scope(host("A")).counter("m");
       house.cycle([&] { here.add(5), there.add(50); });
       house.cycle([&] { here.add(2), there.add(20); });
       return house.told() + house.in("A");
     },
     {"m 7 +2", "m 70 +20"}},
    {"case_93_visible_scopes",
     [] {
       House house;
       const auto c = house.snapshot.with_host_scope(host("C")).gauge("m");
       house.cycle([&] { c.observe(1); });
       house.cycle([&] {
         house.snapshot.with_host_scope(host("A")).gauge("m").observe(1);
         house.stateful.with_host_scope(host("B")).gauge("n").set(1);
       });
       auto lines = house.hosts() + Lines{"-"} + house.hosts(true) + Lines{"-"};
       house.aborted();
       return lines + house.hosts(true);
     },
     {"A=h", "B=h", "C=h", "-", "A=h", "B=h", "-", "B=h"}},
    {"case_94_metadata_of_a_stale_name",
     [] {
       House house;
       const auto gauge = house.snapshot.with_host_scope(host("A")).gauge("m", {.unit = "bytes"});
       house.cycle([&] { gauge.observe(1); });
       house.cycle();
       const Reader there{house.store, {.scope = "A"}};
       const Reader unknown{house.store, {.raw = true, .scope = "B"}};
       return Lines{there.metric_meta("m")->unit, yes(unknown.metric_meta("m") != nullptr),
                    yes(Reader{house.store}.metric_meta("m") != nullptr)};
     },
     {"bytes", "no", "no"}},
    {"case_95_parts_are_seen_in_their_scope_only",
     [] {
       House house;
       const auto set = house.snapshot.with_host_scope(host("A")).state_set("mode", {.states = {"a", "b"}});
       house.cycle([&] { set.enable({"b"}); });
       return house.flat() + house.told({.flatten = true, .scope = "A"});
     },
     {"mode{mode=a} 0", "mode{mode=b} 1"}},
    {"a_claim_that_is_not_written_changes_nothing",
     [] {
       House house;
       const auto old = house.snapshot.with_host_scope(host("k", "v1")).gauge("m");
       house.cycle([&] { old.observe(1); });
       const auto next = house.snapshot.with_host_scope(host("k", "v2")).gauge("m");
       house.cycle([&] { old.observe(2); });
       return house.hosts() + house.in("k");
     },
     {"k=v1", "m 2"}},
    {"claims_may_alternate_from_cycle_to_cycle",  // the reference's cached handles do so (metrix 10.2 #13)
     [] {
       House house;
       const auto v1 = house.stateful.with_host_scope(host("k", "v1")).counter("m");
       const auto v2 = house.stateful.with_host_scope(host("k", "v2")).counter("m");
       Lines lines;
       for (const auto* handle : {&v1, &v2, &v1}) {
         house.cycle([&] { handle->add(5); });
         lines = lines + house.hosts() + house.in("k");
       }
       return lines + Lines{fmt::format("{} series", house.store.series_count())};
     },
     {"k=v1", "m 5", "k=v2", "m 10 +5", "k=v1", "m 15 +5", "1 series"}},
    {"vectors_may_alternate_as_well",
     [] {
       House house;
       const auto v1 = house.stateful.with_host_scope(host("k", "v1")).vec("m", {"id"}).counter();
       const auto v2 = house.stateful.with_host_scope(host("k", "v2")).vec("m", {"id"}).counter();
       Lines lines;
       for (const auto* vec : {&v1, &v2, &v1, &v1}) {
         house.cycle([&] { (*vec)("a").add(5); });
         lines = lines + house.hosts() + house.in("k");
       }
       return lines;
     },
     {"k=v1", "m{id=a} 5", "k=v2", "m{id=a} 10 +5", "k=v1", "m{id=a} 15 +5", "k=v1", "m{id=a} 20 +5"}},
    {"structured_series_may_alternate_as_well",
     [] {
       House house;
       const InstrumentOptions options{.quantiles = {1}};
       const auto v1 = house.stateful.with_host_scope(host("k", "v1")).summary("s", options);
       const auto v2 = house.stateful.with_host_scope(host("k", "v2")).summary("s", options);
       Lines lines;
       double value = 10;
       for (const auto* handle : {&v1, &v2, &v1}) {
         house.cycle([&] { handle->observe(value--); });
         lines = lines + house.hosts() + house.told({.flatten = true, .scope = "k"});
       }
       return lines;
     },
     {"k=v1", "s{quantile=1} 10", "s_count 1", "s_sum 10",        //
      "k=v2", "s{quantile=1} 10", "s_count 2 +1", "s_sum 19 +9",  //
      "k=v1", "s{quantile=1} 10", "s_count 3 +1", "s_sum 27 +8"}},
    {"a_disputed_summary_keeps_the_first_claims_samples",
     [] {
       House house;
       const InstrumentOptions options{.quantiles = {1}};
       const auto v1 = house.stateful.with_host_scope(host("k", "v1")).summary("s", options);
       const auto v2 = house.stateful.with_host_scope(host("k", "v2")).summary("s", options);
       house.cycle([&] { v2.observe(2), v1.observe(100); });
       house.cycle([&] { v1.observe(3), v2.observe(100); });
       return house.hosts() + house.told({.flatten = true, .scope = "k"});
     },
     {"k=v1", "s{quantile=1} 3", "s_count 2 +1", "s_sum 5 +3"}},
    {"open_histograms_follow_their_claim",
     [] {
       House house;
       const HistogramBucket buckets[] = {{1, 1}};
       Lines lines;
       for (const auto* hostname : {"v1", "v2"}) {
         const auto open = house.snapshot.with_host_scope(host("k", hostname)).histogram("h");
         house.cycle([&] { open.observe_point({.count = 2, .buckets = buckets}); });
         lines = lines + house.hosts();
       }
       return lines + house.told({.flatten = true, .scope = "k"});
     },
     {"k=v1", "k=v2", "h_bucket{le=+Inf} 1 +0", "h_bucket{le=1} 1 +0", "h_count 2 +0", "h_sum 0 +0"}},
    {"an_alias_alone_keeps_its_series_known",
     [] {
       House house{s(1)};
       auto v1 = house.stateful.with_host_scope(host("k", "v1")).counter("m");
       const auto v2 = house.stateful.with_host_scope(host("k", "v2")).counter("m");
       house.cycle([&] { v1.add(5); });
       v1 = {};
       house.cycle();
       auto lines = house.in("k");
       house.cycle([&] { v2.add(1); });
       return lines + house.in("k") + house.hosts();
     },
     {"m 1", "k=v2"}},
    {"a_scope_ends_with_its_last_series",
     [] {
       House house{s(1)};
       house.cycle([&] { house.snapshot.with_host_scope(host("k")).gauge("m").observe(1); });
       auto lines = house.hosts();
       house.cycle();
       return lines + Lines{"-"} + house.hosts() + Lines{fmt::format("{} series", house.store.series_count())};
     },
     {"k=h", "-", "0 series"}},
    {"texts_are_trimmed_and_the_default_scope_resets",
     [] {
       House house;
       const auto meter = house.snapshot.with_host_scope({.key = " k ", .guid = " g ", .hostname = "\th\n"});
       house.cycle([&] { meter.gauge("m").observe(1), meter.with_host_scope({.key = " "}).gauge("n").observe(2); });
       return house.hosts() + house.in("k") + house.told();
     },
     {"=", "k=h", "m 1", "n 2"}},
};

class HostScopes : public testing::TestWithParam<Story> {};
TEST_P(HostScopes, Tell) { EXPECT_EQ(GetParam().tell(), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, HostScopes, testing::ValuesIn(kStories),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadScope {
  std::string_view name;
  HostScope scope;
  friend void PrintTo(const BadScope& row, std::ostream* out) { *out << row.name; }
};
const BadScope kBad[] = {
    {"case_90_no_guid", {.key = "k", .hostname = "h"}},
    {"case_90_default_with_a_hostname", {.hostname = "h"}},
    {"case_90_key_with_ff", {.key = "k\xFF", .guid = "g", .hostname = "h"}},
    {"key_with_fe", {.key = "\xFE", .guid = "g", .hostname = "h"}},
    {"key_with_a_replacement_character", {.key = "\xEF\xBF\xBD", .guid = "g", .hostname = "h"}},
    {"blank_hostname", {.key = "k", .guid = "g", .hostname = " "}},
    {"blank_label", {.key = "k", .guid = "g", .hostname = "h", .labels = {{" ", "x"}}}},
    {"labels_equal_once_trimmed", {.key = "k", .guid = "g", .hostname = "h", .labels = {{"a", "x"}, {" a", "y"}}}},
};
class HostScopeRefusal : public testing::TestWithParam<BadScope> {};
TEST_P(HostScopeRefusal, CostsTheInstrumentsOfTheMeterAlone) {
  House house;
  const auto meter = house.snapshot.with_host_scope(GetParam().scope);
  EXPECT_TRUE(meter.error());
  EXPECT_TRUE(meter.gauge("m").refused());
  EXPECT_TRUE(meter.vec("v", {"id"}).gauge()("a").refused());
  EXPECT_EQ(house.lost(LossReason::sample_invalid_scope), 3u);  // the scope and each instrument of it
  EXPECT_EQ(house.cycle([&] { house.snapshot.gauge("ok").observe(1); }), Lines{"ok 1"});
}
INSTANTIATE_TEST_SUITE_P(Table, HostScopeRefusal, testing::ValuesIn(kBad),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(HostScopesMemory, StaysFlatWhileHostsAndTheirMetadataChange) {
  House house{s(2)};
  const auto round = [&](int i) {
    const auto meter = house.snapshot.with_host_scope(host(fmt::format("vm{}", i % 1000), fmt::format("h{}", i)));
    house.cycle([&] { meter.gauge("load").observe(i), meter.vec("disk", {"id"}).gauge()("a").observe(i); });
  };
  for (int i = 0; i < 2000; ++i) round(i);
  const auto early = house.store.bytes();
  for (int i = 2000; i < 20'000; ++i) round(i);
  EXPECT_LE(house.store.bytes(), early);
  EXPECT_EQ(house.store.series_count(), 4u);
}

}  // namespace
}  // namespace cppd::metrix
