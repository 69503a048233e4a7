// SPDX-License-Identifier: GPL-3.0-or-later
// Names, descriptors and retention. Rows named case_N come from metrix contract 11.7. What fails a whole commit there
// costs the later declaration or the later kind here (diff D1), and a field that nobody declared may be declared later.
#include <gtest/gtest.h>

#include "house_for_tests.h"

namespace cppd::metrix {
namespace {

Lines refusals(const SnapshotMeter& meter) { return {meter.error() ? meter.error()->what : "accepted"}; }

const Story kStories[] = {
    {"case_26_kind_changes_between_cycles",
     [] {
       House house;
       house.cycle([&] { house.snapshot.counter("m").observe_total(100); });
       return house.cycle([&] { house.stateful.counter("m").add(5); });
     },
     {"m 5"}},
    {"case_96_other_kind_outside_a_cycle",
     [] {
       House house;
       (void)house.snapshot.gauge("m");
       (void)house.snapshot.counter("m");
       return refusals(house.snapshot);
     },
     {"metrix: instrument kind mismatch for m"}},
    {"case_96_other_mode_outside_a_cycle",
     [] {
       House house;
       (void)house.stateful.gauge("m");
       (void)house.snapshot.gauge("m");
       return refusals(house.snapshot);
     },
     {"metrix: instrument mode mismatch for m"}},
    {"a_refused_handle_counts_every_use",
     [] {
       House house;
       (void)house.snapshot.gauge("m");
       const auto refused = house.snapshot.counter("m");
       const auto set = house.snapshot.state_set("s");
       const auto vec = house.snapshot.vec("m", {"id"}).counter();
       const auto before = house.lost(LossReason::sample_declaration_conflict);
       house.cycle(
           [&] { refused.observe_total(1), refused.observe_total(2), set.enable({}), vec("a").observe_total(3); });
       const auto further = Label{"k", "v"};
       refused.with({&further, 1}).observe_total(1);
       return Lines{fmt::format("{} then {}", before, house.lost(LossReason::sample_declaration_conflict))};
     },
     {"3 then 8"}},
    {"case_97_declared_and_not_observed",
     [] {
       House house;
       return house.cycle([&] { (void)house.snapshot.gauge("m"), (void)house.snapshot.counter("m"); }) +
              refusals(house.snapshot);
     },
     {"accepted"}},
    {"case_98_declared_in_an_aborted_cycle",
     [] {
       House house;
       house.aborted([&] { (void)house.snapshot.gauge("m"); });
       (void)house.snapshot.counter("m");
       return refusals(house.snapshot);
     },
     {"accepted"}},
    {"case_99_only_the_observed_kind_is_installed",
     [] {
       House house;
       house.cycle([&] { house.snapshot.gauge("m").observe(1), (void)house.snapshot.counter("m"); });
       (void)house.snapshot.counter("m");
       return refusals(house.snapshot);
     },
     {"metrix: instrument kind mismatch for m"}},
    {"case_100_two_kinds_of_a_new_name_drop_it",
     [] {
       House house;
       auto lines = house.cycle([&] {
         house.snapshot.gauge("m").observe(1), house.snapshot.counter("m").observe_total(2);
         house.snapshot.gauge("ok").observe(3);
       });
       house.aborted();
       return lines + Lines{fmt::format("{} dropped", house.store.meta().dropped_names)};
     },
     {"ok 3", "1 dropped"}},
    {"case_101_the_established_kind_stays",
     [] {
       House house;
       house.cycle([&] { house.snapshot.gauge("m").observe(1); });
       return house.cycle([&] { house.snapshot.gauge("m").observe(2), house.snapshot.counter("m").observe_total(3); }) +
              house.ledger.details(LossReason::sample_kind_conflict);
     },
     {"m 2", "m"}},
    {"case_102_a_new_kind_alone_supersedes",
     [] {
       House house;
       const Label before[] = {{"id", "old"}};
       const Label after[] = {{"id", "new"}};
       house.cycle([&] { house.snapshot.gauge("m").with(before).observe(1); });
       house.cycle([&] { house.snapshot.counter("m").with(after).observe_total(2); });
       auto lines = house.raw();
       (void)house.snapshot.gauge("m");
       return lines + refusals(house.snapshot);
     },
     {"m{id=new} 2", "metrix: instrument kind mismatch for m"}},
    {"case_103_three_kinds",
     [] {
       House house;
       house.cycle([&] { house.stateful.histogram("m", {.bounds = {1}}).observe(1); });
       house.cycle([&] {
         house.snapshot.gauge("m").observe(1), house.snapshot.counter("m").observe_total(1);
         house.stateful.histogram("m", {.bounds = {1}}).observe(1);
       });
       return house.flat();
     },
     {"m_bucket{le=+Inf} 0 +0", "m_bucket{le=1} 2 +1", "m_count 2 +1", "m_sum 2 +1"}},
    {"case_104_a_unit_first_then_none",
     [] {
       House house;
       (void)house.snapshot.gauge("m", {.unit = "bytes"});
       house.cycle([&] { house.snapshot.gauge("m").observe(1); });
       return refusals(house.snapshot) + Lines{Reader{house.store}.metric_meta("m")->unit};
     },
     {"accepted", "bytes"}},
    {"case_104_no_unit_first_then_one",  // weak spot 10.1 #6: accepted here
     [] {
       House house;
       house.cycle([&] { house.snapshot.gauge("m").observe(1); });
       (void)house.snapshot.gauge("m", {.unit = "bytes"});
       return refusals(house.snapshot) + Lines{Reader{house.store}.metric_meta("m")->unit};
     },
     {"accepted", "bytes"}},
    {"case_105_other_description",
     [] {
       House house;
       (void)house.snapshot.gauge("m", {.description = "a"});
       (void)house.snapshot.gauge("m", {.description = "b"});
       return refusals(house.snapshot);
     },
     {"metrix: metric description mismatch for m"}},
    {"case_105_other_family",
     [] {
       House house;
       (void)house.snapshot.gauge("m", {.chart_family = "a"});
       (void)house.snapshot.gauge("m", {.chart_family = "b"});
       return refusals(house.snapshot);
     },
     {"metrix: metric chart family mismatch for m"}},
    {"case_105_other_priority",
     [] {
       House house;
       (void)house.snapshot.gauge("m", {.chart_priority = 1});
       (void)house.snapshot.gauge("m", {.chart_priority = 2});
       return refusals(house.snapshot);
     },
     {"metrix: metric chart priority mismatch for m"}},
    {"case_105_other_float",
     [] {
       House house;
       (void)house.snapshot.gauge("m", {.is_float = true});
       (void)house.snapshot.gauge("m", {.is_float = false});
       return refusals(house.snapshot);
     },
     {"metrix: metric float mismatch for m"}},
    {"case_106_a_handle_from_an_aborted_cycle_fixes_no_unit",
     [] {
       House house;
       Gauge stale;
       house.aborted([&] { stale = house.snapshot.gauge("m", {.unit = "seconds"}); });
       house.cycle([&] { house.snapshot.gauge("m", {.unit = "bytes"}).observe(1); });
       auto lines = house.cycle([&] { stale.observe(2); });
       return lines + refusals(house.snapshot) + Lines{Reader{house.store}.metric_meta("m")->unit} +
              house.ledger.details(LossReason::sample_declaration_conflict);
     },
     {"m 2", "accepted", "bytes", "m"}},
    {"case_107_declarations_unite",
     [] {
       House house;
       const auto unit = house.snapshot.gauge("m", {.unit = "bytes"});
       const auto text = house.snapshot.gauge("m", {.description = "d"});
       house.cycle([&] { unit.observe(1); });
       const auto* meta = Reader{house.store}.metric_meta("m");
       return Lines{meta->unit, meta->description};
     },
     {"bytes", "d"}},
    {"case_110_a_unit_reaches_every_series",
     [] {
       House house;
       const auto vec = house.snapshot.vec("m", {"id"}).gauge();
       house.cycle([&] { vec("a").observe(1), vec("b").observe(2); });
       house.cycle([&] { house.snapshot.vec("m", {"id"}).gauge({.unit = "bytes"})("b").observe(3); });
       Lines units;
       for (const auto id : Reader{house.store, {.raw = true}}.series().list())
         units.push_back(house.store.descriptor_of(id).meta.unit);
       return units;
     },
     {"bytes", "bytes"}},
    {"case_111_two_units_declared_in_one_cycle",
     [] {
       House house;
       house.cycle([&] { house.snapshot.gauge("m").observe(1); });
       house.cycle([&] {
         (void)house.snapshot.counter("m", {.unit = "bytes"});
         (void)house.snapshot.counter("m", {.unit = "seconds"});
       });
       return refusals(house.snapshot);
     },
     {"metrix: metric unit mismatch for m"}},
    {"case_112_a_name_outlives_its_series_by_its_grace",
     [] {
       House house{s(1, 2)};
       house.cycle([&] { house.snapshot.gauge("g").observe(1); });
       Lines lines;
       for (int i = 0; i < 3; ++i) {
         house.cycle();
         lines.push_back(fmt::format("{} series, {} names, {} evicted", house.raw().size(), house.store.name_count(),
                                     house.store.meta().evicted_descriptors));
       }
       return lines;
     },
     {"0 series, 1 names, 0 evicted", "0 series, 1 names, 0 evicted", "0 series, 0 names, 1 evicted"}},
    {"case_113_no_grace",
     [] {
       House house{s(1, 0)};
       const auto gauge = house.snapshot.gauge("g");
       house.cycle([&] { gauge.observe(1); });
       house.cycle();
       auto lines = Lines{fmt::format("{} evicted", house.store.meta().evicted_descriptors)};
       return lines + house.cycle([&] { gauge.observe(5); });
     },
     {"1 evicted", "g 5"}},
    {"case_114_declared_outside_and_never_observed",
     [] {
       House house{s(1, 2)};
       (void)house.snapshot.gauge("x");
       Lines lines;
       for (int i = 0; i < 3; ++i) {
         house.cycle();
         lines.push_back(fmt::format("{} names", house.store.name_count()));
       }
       return lines;
     },
     {"1 names", "1 names", "0 names"}},
    {"case_115_observed_names_are_never_swept",
     [] {
       House house{s(1, 1)};
       for (int i = 0; i < 10; ++i) house.cycle([&] { house.snapshot.gauge("g").observe(i); });
       return Lines{fmt::format("{} evicted", house.store.meta().evicted_descriptors)};
     },
     {"0 evicted"}},
    {"case_116_failed_cycles_age_nothing",
     [] {
       House house{s(2)};
       house.cycle([&] { house.snapshot.gauge("g").observe(1); });
       house.aborted();
       house.cycle();
       auto lines = house.raw() + Lines{"-"};
       house.cycle();
       return lines + house.raw();
     },
     {"g 1", "-"}},
    {"case_117_the_cap_takes_the_oldest",
     [] {
       House house{s(0, {}, 2)};
       house.cycle([&] { house.snapshot.gauge("a").observe(1), house.snapshot.gauge("b").observe(2); });
       house.cycle([&] { house.snapshot.gauge("c").observe(3); });
       return house.raw() + house.ledger.details(LossReason::series_capped);
     },
     {"b 2", "c 3", "a"}},
    {"case_118_among_equals_the_smallest_key",
     [] {
       House house{s(0, {}, 2)};
       return house.cycle([&] {
         for (const auto* name : {"c", "a", "b"}) house.snapshot.gauge(name).observe(1);
       });
     },
     {"b 1", "c 1"}},
    {"case_119_a_name_that_was_cut_at_once_is_not_registered",
     [] {
       House house{s(10, {}, 1)};
       auto lines = house.cycle([&] { house.snapshot.gauge("a").observe(1), house.snapshot.gauge("b").observe(2); });
       (void)house.snapshot.counter("a");
       return lines + refusals(house.snapshot);
     },
     {"b 2", "accepted"}},
    {"case_121_nothing_is_left_of_a_superseded_name",
     [] {
       House house{s(1, 100, 1)};
       house.cycle([&] { house.snapshot.gauge("a").observe(1); });
       house.cycle();
       house.cycle([&] { house.snapshot.counter("a").observe_total(1), house.snapshot.gauge("z").observe(2); });
       auto lines = house.raw();
       (void)house.stateful.gauge("a");
       return lines + Lines{house.stateful.error() ? house.stateful.error()->what : "accepted"};
     },
     {"z 2", "accepted"}},
    {"weak_spot_8_the_earlier_of_two_flat_series_stays",
     [] {
       House house;
       const auto plain = house.snapshot.counter("x_count");
       const auto summary = house.snapshot.summary("x");
       house.cycle([&] { plain.observe_total(1); });
       house.cycle([&] { plain.observe_total(2), summary.observe_point({.count = 7, .sum = 1}); });
       auto lines = house.flat();
       house.cycle([&] { summary.observe_point({.count = 8, .sum = 1}); });  // x_count is stale, but there
       return lines + house.flat() + house.ledger.details(LossReason::series_name_clash);
     },
     {"x_count 2 +1", "x"}},
    {"weak_spot_8_other_labels_do_not_clash",
     [] {
       House house;
       const Label label[] = {{"id", "a"}};
       const auto summary = house.snapshot.summary("x").with(label);
       return house.cycle([&] {
         house.snapshot.counter("x_count").observe_total(1), summary.observe_point({.count = 7, .sum = 1});
       }) + house.flat();
     },
     {"x_count 1", "x_count 1", "x_count{id=a} 7", "x_sum{id=a} 1"}},
    {"weak_spot_8_what_expired_gives_way",
     [] {
       House house{s(1)};
       const auto summary = house.snapshot.summary("x");
       house.cycle([&] { house.snapshot.counter("x_count").observe_total(1); });
       house.cycle([&] { summary.observe_point({.count = 7, .sum = 1}); });
       house.cycle([&] { summary.observe_point({.count = 8, .sum = 1}); });
       return house.flat();
     },
     {"x_count 8", "x_sum 1"}},
};

class Descriptors : public testing::TestWithParam<Story> {};
TEST_P(Descriptors, Tell) { EXPECT_EQ(GetParam().tell(), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, Descriptors, testing::ValuesIn(kStories),
                         [](const auto& row) { return std::string(row.param.name); });

struct Window {
  std::string_view name;
  StoreOptions options;
  std::uint64_t want;
  friend void PrintTo(const Window& row, std::ostream* out) { *out << row.name; }
};
constexpr auto kUnbounded = std::numeric_limits<std::uint64_t>::max();
const Window kWindows[] = {
    // case 120
    {"both_given", s(4, 6), 10},
    {"default", {}, 20},
    {"series_never_expire", s(0), kUnbounded},
    {"series_never_expire_with_a_grace", s(0, 5), kUnbounded},
};
class RetentionWindow : public testing::TestWithParam<Window> {};
TEST_P(RetentionWindow, Is) {
  EXPECT_EQ(House{GetParam().options}.store.descriptor_retention_window(), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, RetentionWindow, testing::ValuesIn(kWindows),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::metrix
