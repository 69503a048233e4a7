// SPDX-License-Identifier: GPL-3.0-or-later
// Readers, labels and vectors. Rows named case_N come from metrix contract 11.1, 11.6 and 11.8; where a snapshot is
// kept there, a reader ends with the next commit or abort here (diff D14).
#include <cppd/base/internal_error.h>
#include <gtest/gtest.h>

#include "house_for_tests.h"

namespace cppd::metrix {
namespace {

Lines hashes(House& house, std::string_view scope = "") {
  const Reader reader{house.store, {.scope = std::string{scope}}};
  Lines lines;
  for (const auto id : reader.series()) {
    std::string key = house.store.series_key(id);
    for (std::size_t at = 0; (at = key.find('\xFE', at)) != std::string::npos;) key.replace(at, 1, "<FE>");
    for (std::size_t at = 0; (at = key.find('\xFF', at)) != std::string::npos;) key.replace(at, 1, "<FF>");
    lines.push_back(fmt::format("{} {:016x}", key, house.store.series_hash(id)));
  }
  return lines;
}

const InstrumentOptions kFields{.unit = "seconds", .fields = {{"value"}, {"ratio", true}}};

const Story kStories[] = {
    {"case_4_a_store_without_cycles",
     [] {
       House house;
       const auto& meta = Reader{house.store}.collect_meta();
       return Lines{fmt::format("{} {} {}", status_name(meta.last_attempt_status), meta.last_attempt_seq,
                                meta.last_success_seq)} +
              house.hosts();
     },
     {"unknown 0 0"}},
    {"case_9_successful_commits",
     [] {
       House house;
       house.cycle(), house.cycle(), house.aborted();
       return Lines{fmt::format("{}", house.store.success_clock())};
     },
     {"2"}},
    {"case_24_a_gauge_has_no_delta",
     [] {
       House house;
       const auto gauge = house.snapshot.gauge("m");
       house.cycle([&] { gauge.observe(1); });
       return house.cycle([&] { gauge.observe(2); });
     },
     {"m 2"}},
    {"case_37_same_key_other_bounds",
     [] {
       House house;
       const HistogramBucket low[] = {{1, 0}, {2, 0}};
       const HistogramBucket high[] = {{5, 0}, {6, 0}};
       const auto open = house.snapshot.histogram("h");
       house.cycle([&] {
         open.observe_point({.buckets = low}), open.observe_point({.buckets = high});
         house.snapshot.gauge("ok").observe(9);
       });
       return house.flat() + Lines{fmt::format("{} dropped", house.store.meta().dropped_names)};
     },
     {"ok 9", "1 dropped"}},
    {"case_46_a_cycle_window_has_no_deltas",
     [] {
       House house;
       const auto histogram = house.stateful.histogram("h", {.window = Window::cycle, .bounds = {1}});
       house.cycle([&] { histogram.observe(1); });
       house.cycle([&] { histogram.observe(1); });
       return house.flat();
     },
     {"h_bucket{le=+Inf} 0", "h_bucket{le=1} 1", "h_count 1", "h_sum 1"}},
    {"case_65_readings_are_copies",
     [] {
       House house;
       const auto states = house.snapshot.state_set("s", {.states = {"a", "b"}});
       const auto measures = house.snapshot.measure_gauge("m", kFields);
       house.cycle([&] { states.enable({"b"}), measures.observe_point({1.5, .5}); });
       const Reader reader{house.store};
       auto state = reader.state_set("s", {});
       auto measure = reader.measure_set("m", {});
       state->states[1].second = false;
       measure->values[0] = 7;
       return Lines{yes(reader.state_set("s", {})->on("b")), fmt::format("{}", reader.measure_set("m", {})->values[0])};
     },
     {"yes", "1.5"}},
    {"case_76_meter_and_call_labels",
     [] {
       House house;
       const Label instance[] = {{"instance", "a"}};
       const Label role[] = {{"role", "p"}};
       const auto gauge = house.snapshot.with_labels(instance).gauge("m");
       return house.cycle([&] { gauge.with(role).observe(1); });
     },
     {"m{instance=a}{role=p} 1"}},
    {"case_77_the_same_key_twice",
     [] {
       House house;
       const Label instance[] = {{"instance", "a"}};
       const auto gauge = house.snapshot.with_labels(instance).gauge("m");
       return house.cycle([&] { gauge.with(instance).observe(1); }) +
              house.ledger.details(LossReason::sample_invalid_labels);
     },
     {"m"}},
    {"case_79_empty_key",
     [] {
       House house;
       const Label empty[] = {{"", "a"}};
       const auto meter = house.snapshot.with_labels(empty);
       return Lines{yes(meter.gauge("m").refused())};
     },
     {"yes"}},
    {"case_80_vector_keys_that_only_the_running_program_knows",
     [] {
       House house;
       const auto twice = LabelNames<2>::unchecked({"zone", "zone"});
       const auto empty = LabelNames<1>::unchecked({""});
       return Lines{yes(house.snapshot.vec("a", twice).gauge()("x", "y").refused()),
                    yes(house.snapshot.vec("b", empty).counter()("x").refused())};
     },
     {"yes", "yes"}},
    {"case_81_wrong_number_of_values",
     [] {
       House house;
       const auto vec = house.snapshot.vec("m", {"zone", "role"}).gauge();
       const std::string_view one[] = {"x"};
       return Lines{yes(vec.at(one).refused())} + house.ledger.details(LossReason::sample_invalid_labels);
     },
     {"yes", "m"}},
    {"case_82_a_vector_without_keys",
     [] {
       House house;
       const auto vec = house.snapshot.vec("m", {}).gauge();
       return house.cycle([&] { vec().observe(9); });
     },
     {"m 9"}},
    {"case_83_the_same_values_are_the_same_series",
     [] {
       House house;
       const auto vec = house.snapshot.vec("m", {"id"}).gauge();
       return Lines{yes(vec("a").ref() == vec("a").ref()), yes(vec("a").ref() == vec("b").ref())};
     },
     {"yes", "no"}},
    {"case_85_vector_and_meter_labels",
     [] {
       House house;
       const Label instance[] = {{"instance", "j"}};
       const auto vec = house.snapshot.with_labels(instance).vec("m", {"code"}).gauge();
       return house.cycle([&] { vec("200").observe(1); });
     },
     {"m{code=200}{instance=j} 1"}},
    {"case_122_order_of_names_and_labels",
     [] {
       House house;
       const auto vec = house.snapshot.vec("m", {"id"}).gauge();
       return house.cycle([&] { vec("b").observe(20), vec("a").observe(10), house.snapshot.gauge("k").observe(1); });
     },
     {"k 1", "m{id=a} 10", "m{id=b} 20"}},
    {"case_123_a_longer_value_comes_first",
     [] {
       House house;
       const auto vec = house.snapshot.vec("m", {"id"}).gauge();
       house.cycle([&] { vec("1").observe(1); });
       return house.cycle([&] { vec("10").observe(10), vec("").observe(0), vec("1").observe(1); });
     },
     {"m{id=10} 10", "m{id=1} 1", "m{id=} 0"}},
    {"case_124_identity",
     [] {
       House house;
       const auto svc = house.snapshot.prefixed("svc");
       house.cycle([&] { svc.gauge("load").observe(1), svc.vec("requests", {"instance"}).gauge()("a").observe(1); });
       return hashes(house);
     },
     {"svc.load 847a1f9ad1cfc64f", "svc.requests<FE>instance<FF>a<FF> 1334fb5acd9a8f6d"}},
    {"case_125_identity_in_a_scope",
     [] {
       House house;
       const auto meter = house.snapshot.prefixed("azure").with_host_scope(host("workload/api"));
       house.cycle([&] { meter.vec("requests", {"resource"}).gauge()("vm1").observe(1); });
       return hashes(house, "workload/api");
     },
     {"workload/api<FF>azure.requests<FE>resource<FF>vm1<FF> ada78fe37078fac5"}},
    {"case_126_stale_series_are_hidden_but_for_raw",
     [] {
       House house;
       house.cycle([&] { house.snapshot.gauge("a").observe(1); });
       house.cycle([&] { house.snapshot.gauge("b").observe(2); });
       return house.told() + house.raw();
     },
     {"b 2", "a 1", "b 2"}},
    {"case_127_views_do_not_mix",
     [] {
       House house;
       const auto summary = house.snapshot.summary("s", {.quantiles = {.5}});
       const SummaryQuantile median[] = {{.5, 3}};
       house.cycle([&] { summary.observe_point({.count = 1, .sum = 2, .quantiles = median}); });
       const Reader flat{house.store, {.flatten = true}};
       const Reader typed{house.store};
       const Label quantile[] = {{"quantile", "0.5"}};
       return Lines{yes(flat.summary("s", {}).has_value()),
                    yes(typed.value("s", {}).has_value()),
                    yes(typed.value("s", quantile).has_value()),
                    yes(typed.value("s_count", {}).has_value()),
                    yes(flat.value("s", {}).has_value()),
                    fmt::format("{}", *flat.value("s", quantile)),
                    fmt::format("{}", typed.summary("s", {})->quantiles[0].value)};
     },
     {"no", "no", "no", "no", "no", "3", "3"}},
    {"case_128_metadata_of_parts",
     [] {
       House house;
       const auto latency = house.stateful.prefixed("svc").histogram("latency", {.unit = "s", .bounds = {1}});
       house.cycle([&] { latency.observe(1); });
       const Reader reader{house.store, {.flatten = true}};
       Lines lines;
       for (const auto* name : {"svc.latency_bucket", "svc.latency_count", "svc.latency_sum", "svc.latency"}) {
         const auto* meta = reader.metric_meta(name);
         lines.push_back(meta ? meta->unit : "none");
       }
       return lines;
     },
     {"s", "s", "s", "none"}},
    {"case_130_metadata_of_structured_names",
     [] {
       House house;
       const auto latency = house.stateful.histogram("latency", {.unit = "s", .bounds = {1}});
       const auto fields = house.snapshot.measure_gauge("fields", kFields);
       house.cycle([&] { latency.observe(1), fields.observe_point({1, 2}); });
       const Reader typed{house.store};
       const Reader raw{house.store, {.raw = true}};
       return Lines{typed.metric_meta("latency")->unit, raw.metric_meta("fields")->unit,
                    yes(typed.metric_meta("latency_count") != nullptr)};
     },
     {"s", "seconds", "no"}},
    {"case_131_families",
     [] {
       House house;
       const auto vec = house.snapshot.vec("m", {"id"}).gauge();
       house.cycle([&] { vec("a").observe(1), vec("b").observe(2), house.snapshot.gauge("stale").observe(1); });
       house.cycle([&] { vec("a").observe(1), vec("b").observe(2); });
       const Reader reader{house.store};
       return Lines{fmt::format("{}", reader.family("m").list().size()), yes(reader.family("none").empty()),
                    yes(reader.family("stale").empty())};
     },
     {"2", "yes", "yes"}},
    {"series_meta_of_every_kind",
     [] {
       House house;
       const auto fields = house.snapshot.measure_counter("f", kFields);
       house.cycle([&] { house.snapshot.counter("c").observe_total(1), fields.observe_total_point({1, 2}); });
       const auto told = [](const std::optional<SeriesMeta>& meta) {
         if (!meta) return std::string{"none"};
         return fmt::format("{} {} {} {}", meta->last_seen_success_seq, kind_name(meta->kind), kind_name(meta->source),
                            role_name(meta->role));
       };
       const Label field[] = {{"measure_field", "value"}};
       const Reader typed{house.store};
       const Reader flat{house.store, {.flatten = true}};
       return Lines{told(typed.series_meta("c", {})), told(typed.series_meta("f", {})),
                    told(flat.series_meta("f_value", field)), told(flat.series_meta("f", {}))};
     },
     {"1 counter counter none", "1 measureset measureset none", "1 counter measureset measureset_field", "none"}},
    {"measure_set_flattens_with_its_fields_float",  // case 66
     [] {
       House house;
       const auto fields = house.snapshot.measure_gauge("f", kFields);
       house.cycle([&] { fields.observe_point({1.5, .5}); });
       const Reader flat{house.store, {.flatten = true}};
       return house.flat() + Lines{yes(flat.metric_meta("f_ratio")->is_float),
                                   yes(flat.metric_meta("f_value")->is_float),
                                   yes(flat.value("f_value", {}).has_value())};
     },
     {"f_ratio{measure_field=ratio} 0.5", "f_value{measure_field=value} 1.5", "yes", "no", "no"}},
    {"the_order_follows_births_and_deaths",
     [] {
       House house{s(2)};
       const auto vec = house.snapshot.vec("m", {"id"}).gauge();
       house.cycle([&] { vec("d").observe(1), vec("b").observe(1); });
       house.cycle([&] { vec("c").observe(1), vec("a").observe(1); });
       auto lines = house.raw() + Lines{"-"};
       house.cycle([&] { vec("e").observe(1), vec("a").observe(1); });
       return lines + house.raw();
     },
     {"m{id=a} 1", "m{id=b} 1", "m{id=c} 1", "m{id=d} 1", "-", "m{id=a} 1", "m{id=c} 1", "m{id=e} 1"}},
};

class Readers : public testing::TestWithParam<Story> {};
TEST_P(Readers, Tell) { EXPECT_EQ(GetParam().tell(), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, Readers, testing::ValuesIn(kStories),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ReaderLifetime, EndsWithTheNextCommitOrAbort) {  // cases 10 and 13, diff D14
  House house;
  house.cycle([&] { house.snapshot.gauge("m").observe(1); });
  const Reader before{house.store};
  house.store.begin();
  EXPECT_EQ(before.value("m", {}), 1);  // an open cycle is not seen
  house.store.abort();
  EXPECT_THROW((void)before.value("m", {}), InternalError);
  EXPECT_THROW((void)before.series(), InternalError);
  EXPECT_THROW((void)before.host_scopes(), InternalError);
}

TEST(ReaderLifetime, EndsForWhatItShowedAsWell) {
  House house;
  const auto vec = house.snapshot.vec("m", {"id"}).gauge();
  house.cycle([&] { vec("a").observe(1), vec("b").observe(2); });
  const Reader before{house.store};
  const auto shown = before.series();
  auto first = shown.begin();
  house.cycle([&] {
    for (int i = 0; i < 500; ++i) vec(fmt::format("{}", i)).observe(i);
  });
  (void)house.raw();
  EXPECT_THROW((void)shown.begin(), InternalError);
  EXPECT_THROW(++first, InternalError);
  EXPECT_THROW((void)before.visible(SeriesId{1}), InternalError);
}

TEST(ReaderOrder, IsThatOfASortOverThousandsOfBirthsAndDeaths) {
  House house{s(2)};
  const auto vec = house.snapshot.vec("m", {"id"}).gauge();
  unsigned random = 1;
  for (int cycle = 0; cycle < 200; ++cycle) {
    house.store.begin();
    for (int i = 0; i < 30; ++i) {
      random = random * 1664525u + 1013904223u;
      vec(fmt::format("{}", random % 500)).observe(i);
    }
    house.store.commit();
    if (cycle % 7 != 0) continue;
    const auto shown = Reader{house.store, {.raw = true}}.series().list();
    EXPECT_EQ(shown.size(), house.store.series_count());
    EXPECT_TRUE(std::ranges::is_sorted(shown, [&](SeriesId a, SeriesId b) { return house.store.before(a, b); }));
  }
}

}  // namespace
}  // namespace cppd::metrix
