// SPDX-License-Identifier: GPL-3.0-or-later
// Histograms and summaries on pages, and what the store then holds. What is wanted follows from the prometheus
// contract, section 2 (types and assembly) and section 7 (rows summary, histogram, schema, type drift).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "pages_for_tests.h"

namespace cppd::prometheus_collector {
namespace {

using test::Pages;
using testing::ElementsAre;
using testing::IsEmpty;
using Visible = std::vector<std::string>;

/// Pages one after the other, and what each leaves visible.
struct Row {
  std::string_view name;
  std::vector<std::pair<std::string, Visible>> pages;
  std::string_view ledger{};  // summary at the end
  PageWriter::Options options{};
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const std::string kType = "# TYPE h histogram\n";
const std::string kSummary = "# TYPE s summary\n";
const std::string kWhole = "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n";
const Visible kWholeVisible = {"h_bucket{le=+Inf} 2", "h_bucket{le=1} 1", "h_count 3", "h_sum 4"};

std::string instance(std::string_view i, std::string_view bound, int below, int all) {
  return fmt::format(
      "h_bucket{{i=\"{0}\",le=\"{1}\"}} {2}\nh_bucket{{i=\"{0}\",le=\"+Inf\"}} {3}\nh_sum{{i=\"{0}\"}} 9\n"
      "h_count{{i=\"{0}\"}} {3}\n",
      i, bound, below, all);
}
Visible visible(std::string_view i, std::string_view bound, int below, int all) {
  return {fmt::format("h_bucket{{i={}}}{{le=+Inf}} {}", i, all - below),
          fmt::format("h_bucket{{i={}}}{{le={}}} {}", i, bound, below), fmt::format("h_count{{i={}}} {}", i, all),
          fmt::format("h_sum{{i={}}} 9", i)};
}
/// Two instances in the order of names.
Visible both(const Visible& a, const Visible& b) { return {a[0], a[1], b[0], b[1], a[2], b[2], a[3], b[3]}; }

const Row kGood[] = {
    {"values_follow",
     {{kType + kWhole, kWholeVisible},
      {kType + "h_bucket{le=\"1\"} 5\nh_bucket{le=\"+Inf\"} 5\nh_sum 9.5\nh_count 5\n",
       {"h_bucket{le=+Inf} 0", "h_bucket{le=1} 5", "h_count 5", "h_sum 9.5"}}}},
    {"ranges_are_differences",
     {{kType + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 4\nh_bucket{le=\"4\"} 9\nh_sum 1\nh_count 20\n",
       {"h_bucket{le=+Inf} 11", "h_bucket{le=1} 1", "h_bucket{le=2} 3", "h_bucket{le=4} 5", "h_count 20", "h_sum 1"}}}},
    {"a_source_that_starts_over_goes_down",
     {{kType + kWhole, kWholeVisible},
      {kType + "h_bucket{le=\"1\"} 0\nh_bucket{le=\"+Inf\"} 1\nh_sum 2\nh_count 1\n",
       {"h_bucket{le=+Inf} 1", "h_bucket{le=1} 0", "h_count 1", "h_sum 2"}}}},
    {"without_a_type", {{kWhole, kWholeVisible}}},
    {"totals_before_buckets_without_a_type",
     {{"h_count 3\nh_sum 4\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\n", kWholeVisible}}},
    {"without_inf_it_is_the_count", {{kType + "h_bucket{le=\"1\"} 1\nh_sum 4\nh_count 3\n", kWholeVisible}}},
    {"an_inf_that_differs_is_not_asked",
     {{kType + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 7\nh_sum 4\nh_count 3\n", kWholeVisible}}},
    {"inf_alone",
     {{kType + "h_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n", {"h_bucket{le=+Inf} 3", "h_count 3", "h_sum 4"}}}},
    {"without_sum_it_is_0",
     {{kType + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_count 3\n",
       {"h_bucket{le=+Inf} 2", "h_bucket{le=1} 1", "h_count 3", "h_sum 0"}}}},
    {"buckets_in_any_order",
     {{kType + "h_sum 4\nh_bucket{le=\"+Inf\"} 3\nh_bucket{le=\"10\"} 2\nh_count 3\nh_bucket{le=\"9\"} 1\n",
       {"h_bucket{le=+Inf} 1", "h_bucket{le=10} 1", "h_bucket{le=9} 1", "h_count 3", "h_sum 4"}}}},
    {"bounds_are_numbers_however_they_are_spelled",
     {{instance("a", "1.0", 1, 3) + instance("b", "1e0", 2, 3) + kType + instance("c", "1", 2, 4) +
           "h_bucket{i=\"d\",le=\"1\"} 0\nh_bucket{i=\"d\",le=\"Inf\"} 1\nh_sum{i=\"d\"} 9\nh_count{i=\"d\"} 1\n",
       {"h_bucket{i=a}{le=+Inf} 2", "h_bucket{i=a}{le=1} 1", "h_bucket{i=b}{le=+Inf} 1", "h_bucket{i=b}{le=1} 2",
        "h_bucket{i=c}{le=+Inf} 2", "h_bucket{i=c}{le=1} 2", "h_bucket{i=d}{le=+Inf} 1", "h_bucket{i=d}{le=1} 0",
        "h_count{i=a} 3", "h_count{i=b} 3", "h_count{i=c} 4", "h_count{i=d} 1", "h_sum{i=a} 9", "h_sum{i=b} 9",
        "h_sum{i=c} 9", "h_sum{i=d} 9"}}}},
    {"negative_bounds_and_fractions_of_counts",
     {{kType + "h_bucket{le=\"-1\"} 0.5\nh_bucket{le=\"0\"} 1.25\nh_sum -4\nh_count 1.5\n",
       {"h_bucket{le=+Inf} 0.25", "h_bucket{le=-1} 0.5", "h_bucket{le=0} 0.75", "h_count 1.5", "h_sum -4"}}}},
    {"instances_may_be_interleaved",
     {{kType + "h_count{i=\"b\"} 5\nh_bucket{i=\"a\",le=\"1\"} 1\nh_bucket{le=\"1\",i=\"b\"} 2\nh_sum{i=\"a\"} 9\n"
               "h_count{i=\"a\"} 4\nh_sum{i=\"b\"} 9\n",
       both(visible("a", "1", 1, 4), visible("b", "1", 2, 5))}}},
    {"an_instance_is_born_and_goes",
     {{kType + instance("b", "1", 1, 3), visible("b", "1", 1, 3)},
      {kType + instance("a", "1", 2, 5) + instance("b", "1", 2, 4),
       both(visible("a", "1", 2, 5), visible("b", "1", 2, 4))},
      {kType + instance("a", "1", 3, 6), visible("a", "1", 3, 6)}}},
    {"lines_change_their_order",
     {{kType + instance("a", "1", 1, 3) + instance("b", "1", 2, 5),
       both(visible("a", "1", 1, 3), visible("b", "1", 2, 5))},
      {kType + instance("b", "1", 3, 6) + instance("a", "1", 2, 4),
       both(visible("a", "1", 2, 4), visible("b", "1", 3, 6))},
      {kType + instance("b", "1", 4, 7) + instance("a", "1", 3, 5),
       both(visible("a", "1", 3, 5), visible("b", "1", 4, 7))}}},
    {"the_last_of_equal_totals",
     {{kType + "h_bucket{le=\"1\"} 1\nh_sum 8\nh_sum 4\nh_count 7\nh_count{} 3\n", kWholeVisible},
      {kType + "h_bucket{le=\"1\"} 1\nh_sum 7\nh_sum 4\nh_count 9\nh_count{} 3\n", kWholeVisible}}},
    {"a_new_equal_total_before_a_known_one_does_not_win",
     {{kType + kWhole, kWholeVisible},
      {kType + "h_count{} 9\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n", kWholeVisible}}},
    {"a_sum_that_comes_later",
     {{kType + "h_bucket{le=\"1\"} 1\nh_count 3\n",
       {"h_bucket{le=+Inf} 2", "h_bucket{le=1} 1", "h_count 3", "h_sum 0"}},
      {kType + kWhole, kWholeVisible}}},
    {"the_parts_of_one_name_as_gauges",  // vector histogram-as-gauge
     {{"# TYPE h_bucket gauge\nh_bucket{le=\"1\"} 1\n# TYPE h_sum gauge\nh_sum 2\n# TYPE h_count gauge\nh_count 3\n",
       {"h_bucket{le=1} 1", "h_count 3", "h_sum 2"}}}},
    {"summary",
     {{kSummary + "s{quantile=\"0.5\"} 1\ns{quantile=\"0.99\"} 2\ns_sum 10\ns_count 4\n",
       {"s{quantile=0.5} 1", "s{quantile=0.99} 2", "s_count 4", "s_sum 10"}},
      {kSummary + "s{quantile=\"0.5\"} 3\ns{quantile=\"0.99\"} 1\ns_sum -10\ns_count 5\n",
       {"s{quantile=0.5} 3", "s{quantile=0.99} 1", "s_count 5", "s_sum -10"}}}},
    {"summary_without_a_type",
     {{"s_sum 10\ns_count 4\ns{quantile=\"0\"} 1\n", {"s{quantile=0} 1", "s_count 4", "s_sum 10"}}}},
    {"summary_without_quantiles", {{kSummary + "s_sum 10\ns_count 4\n", {"s_count 4", "s_sum 10"}}}},
    {"quantiles_in_any_order",
     {{kSummary + "s{quantile=\"1\"} 3\ns{quantile=\"0\"} 1\ns{quantile=\"0.50\"} 2\ns_sum 10\ns_count 4\n",
       {"s{quantile=0.5} 2", "s{quantile=0} 1", "s{quantile=1} 3", "s_count 4", "s_sum 10"}}}},
    {"one_quantile_that_is_no_number_is_a_gap",
     {{kSummary + "s{quantile=\"0.5\"} NaN\ns{quantile=\"0.9\"} 2\ns_sum 10\ns_count 4\n",
       {"s{quantile=0.5} nan", "s{quantile=0.9} 2", "s_count 4", "s_sum 10"}}}},
};

/// The first pages are good where values that must not change are needed.
const Row kBad[] = {
    {"without_count",  // vector histogram-odd
     {{kType + "h_bucket{le=\"1\"} 0\nh_bucket{le=\"+Inf\"} 0\nh_sum 0\nk_total 1\n", {"k_total 1"}}},
     "sample_invalid_point=3"},
    {"without_buckets", {{kType + "h_sum 4\nh_count 3\n", {}}}, "sample_invalid_point=2"},
    {"buckets_fall",
     {{kType + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"2\"} 1\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_point=4"},
    {"more_below_a_bound_than_all",
     {{kType + "h_bucket{le=\"1\"} 4\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_point=3"},
    {"a_negative_bucket", {{kType + "h_bucket{le=\"1\"} -1\nh_sum 4\nh_count 3\n", {}}}, "sample_invalid_point=3"},
    {"a_negative_count", {{kType + "h_bucket{le=\"+Inf\"} 0\nh_sum 4\nh_count -1\n", {}}}, "sample_invalid_point=3"},
    {"a_bucket_that_is_no_number",
     {{kType + "h_bucket{le=\"1\"} NaN\nh_sum 4\nh_count 3\n", {}}},
     "sample_not_finite=3"},
    {"an_infinite_bucket", {{kType + "h_bucket{le=\"1\"} +Inf\nh_sum 4\nh_count 3\n", {}}}, "sample_invalid_point=3"},
    {"an_infinite_count", {{kType + "h_bucket{le=\"1\"} 1\nh_sum 4\nh_count +Inf\n", {}}}, "sample_not_finite=3"},
    {"a_sum_that_is_no_number", {{kType + "h_bucket{le=\"1\"} 1\nh_sum NaN\nh_count 3\n", {}}}, "sample_not_finite=3"},
    {"a_bound_that_is_nan",
     {{kType + "h_bucket{le=\"NaN\"} 1\nh_bucket{le=\"1\"} 1\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_point=4"},
    {"a_bound_of_minus_infinity",
     {{kType + "h_bucket{le=\"-Inf\"} 1\nh_bucket{le=\"1\"} 1\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_point=4"},
    {"a_bound_that_is_no_number",  // helpers contract Q18: the reference takes it for 0
     {{kType + "h_bucket{le=\"x\"} 1\nh_bucket{le=\"1\"} 1\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_point=4"},
    {"a_bound_twice",
     {{kType + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 1\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_point=4"},
    {"a_bad_instance_costs_itself",
     {{kType + instance("a", "1", 1, 3) + instance("b", "1", 5, 4) + instance("c", "1", 2, 5),
       both(visible("a", "1", 1, 3), visible("c", "1", 2, 5))}},
     "sample_invalid_point=4"},
    {"a_bad_page_costs_itself",
     {{kType + kWhole, kWholeVisible},
      {kType + "h_bucket{le=\"1\"} 4\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n", {}},
      {kType + kWhole, kWholeVisible}},
     "sample_invalid_point=4"},
    {"other_bounds_than_the_first",  // vector histogram-bounds-change
     {{kType + instance("a", "1", 1, 3) + instance("b", "5", 1, 3), visible("a", "1", 1, 3)},
      {kType + instance("a", "1", 2, 4) + instance("b", "5", 2, 4), visible("a", "1", 2, 4)}},
     "sample_invalid_point=8"},
    {"a_bad_point_does_not_decide_the_bounds",
     {{kType + instance("a", "5", 4, 3) + instance("b", "1", 1, 3), visible("b", "1", 1, 3)}},
     "sample_invalid_point=4"},
    {"the_bounds_of_a_bad_point_wait_for_it_to_be_good",
     {{kType + instance("a", "5", 4, 3), {}},
      {kType + instance("a", "5", 1, 3), visible("a", "5", 1, 3)},
      {kType + instance("a", "5", 2, 3) + instance("b", "1", 1, 3), visible("a", "5", 2, 3)}},
     "sample_invalid_point=8"},
    {"a_bucket_goes_and_comes_back",
     {{kType + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 2\nh_sum 4\nh_count 3\n",
       {"h_bucket{le=+Inf} 1", "h_bucket{le=1} 1", "h_bucket{le=2} 1", "h_count 3", "h_sum 4"}},
      {kType + "h_bucket{le=\"1\"} 1\nh_sum 4\nh_count 3\n", {}},
      {kType + "h_bucket{le=\"1\"} 2\nh_bucket{le=\"2\"} 2\nh_sum 5\nh_count 4\n",
       {"h_bucket{le=+Inf} 2", "h_bucket{le=1} 2", "h_bucket{le=2} 0", "h_count 4", "h_sum 5"}}},
     "sample_invalid_point=3"},
    {"a_count_goes",
     {{kType + kWhole, kWholeVisible}, {kType + "h_bucket{le=\"1\"} 1\nh_sum 4\n", {}}},
     "sample_invalid_point=2"},
    {"a_bare_sample_of_a_histogram",
     {{kType + "h 5\n" + kWhole, kWholeVisible}, {kType + "h 6\n" + kWhole, kWholeVisible}},
     "sample_invalid_point=2"},
    {"a_label_twice",
     {{kType + "h_bucket{i=\"1\",i=\"2\",le=\"1\"} 1\nh_count 3\n", {}}},
     "sample_invalid_labels=1 sample_invalid_point=1"},
    {"a_bound_label_twice",
     {{kType + "h_bucket{le=\"1\",le=\"2\"} 1\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_labels=3"},
    {"a_damaged_bucket_line_costs_its_point",  // an exemplar is not of this format: helpers contract P08
     {{kType + kWhole, kWholeVisible},
      {kType + "h_bucket{le=\"1\"} 1 # {trace=\"x\"} 0.5\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n", {}},
      {kType + kWhole, kWholeVisible}},
     "sample_invalid_point=3 series_invalid=1"},
    {"created_is_no_part", {{kType + kWhole + "h_created 1.7e9\n", kWholeVisible}}, "series_untyped=1"},
    {"a_gauge_histogram",  // its type is no word of this format; it has neither `_sum` nor `_count`
     {{"# TYPE h gaugehistogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_gsum 4\nh_gcount 3\n", {}}},
     "sample_invalid_point=2 series_untyped=2"},
    {"a_histogram_that_becomes_a_gauge",
     {{kType + kWhole, kWholeVisible},
      {"# TYPE h gauge\nh 1\nk_total 1\n", {"k_total 1"}},
      {kType + kWhole, kWholeVisible}},
     "series_type_changed=1"},
    {"a_gauge_that_becomes_a_histogram",
     {{"# TYPE h gauge\nh 1\n", {"h 1"}}, {kType + kWhole + "k_total 1\n", {"k_total 1"}}},
     "series_type_changed=4"},
    {"a_gauge_that_becomes_a_part",  // the store remembers it: its name and labels are taken
     {{"# TYPE h_count gauge\nh_count 3\nh_bucket{le=\"1\"} 1\nh_sum 4\n", {"h_count 3"}},
      {kType + "h_count 5\nh_bucket{le=\"1\"} 1\nh_sum 4\n", {}},
      {kType + "h_count 5\nh_bucket{le=\"1\"} 1\nh_sum 4\n", {}}},
     "sample_not_finite=3 sample_invalid_point=2 series_name_clash=1"},
    {"a_part_that_becomes_a_gauge",
     {{kType + kWhole, kWholeVisible},
      {"# TYPE h_count gauge\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum 4\nh_count 3\n", {}}},
     "sample_invalid_point=3 series_name_clash=1"},
    {"a_gauge_called_like_a_part",  // vector name-collision
     {{kType + kWhole + "# TYPE h_count gauge\nh_count 9\nh_count{i=\"1\"} 8\n",
       {"h_bucket{le=+Inf} 2", "h_bucket{le=1} 1", "h_count 3", "h_count{i=1} 8", "h_sum 4"}},
      {kType + kWhole + "# TYPE h_count gauge\nh_count 9\nh_count{i=\"1\"} 7\n",
       {"h_bucket{le=+Inf} 2", "h_bucket{le=1} 1", "h_count 3", "h_count{i=1} 7", "h_sum 4"}}},
     "chart_id_collision=2"},
    {"a_gauge_called_like_a_part_that_came_first",
     {{"# TYPE h_sum gauge\nh_sum 9\n", {"h_sum 9"}},
      {"# TYPE h_sum gauge\nh_sum 8\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_count 3\n", {"h_sum 8"}},
      {"# TYPE h_sum gauge\nh_sum 7\n", {"h_sum 7"}}},
     "series_name_clash=1"},
    {"histogram_and_summary_of_one_name",  // the last part decides
     {{"s{quantile=\"0.5\"} 1\ns_bucket{le=\"1\"} 1\ns_sum 4\ns_count 3\n",
       {"s_bucket{le=+Inf} 2", "s_bucket{le=1} 1", "s_count 3", "s_sum 4"}}},
     "sample_invalid_point=1"},
    {"summary_without_sum", {{kSummary + "s{quantile=\"0.5\"} 1\ns_count 1\n", {}}}, "sample_invalid_point=2"},
    {"summary_without_count", {{kSummary + "s{quantile=\"0.5\"} 1\ns_sum 1\n", {}}}, "sample_invalid_point=2"},
    {"summary_that_has_seen_nothing",
     {{kSummary + "s{quantile=\"0.5\"} NaN\ns{quantile=\"0.9\"} NaN\ns_sum 0\ns_count 0\n", {}},
      {kSummary + "s{quantile=\"0.5\"} 1\ns{quantile=\"0.9\"} 2\ns_sum 3\ns_count 2\n",
       {"s{quantile=0.5} 1", "s{quantile=0.9} 2", "s_count 2", "s_sum 3"}}},
     "sample_not_finite=4"},
    {"an_infinite_quantile",
     {{kSummary + "s{quantile=\"0.5\"} +Inf\ns_sum 1\ns_count 1\n", {}}},
     "sample_not_finite=3"},
    {"a_quantile_above_1", {{kSummary + "s{quantile=\"1.5\"} 1\ns_sum 1\ns_count 1\n", {}}}, "sample_invalid_point=3"},
    {"a_quantile_that_is_no_number",
     {{kSummary + "s{quantile=\"x\"} 1\ns_sum 1\ns_count 1\n", {}}},
     "sample_invalid_point=3"},
    {"a_quantile_twice",
     {{kSummary + "s{quantile=\"0.5\"} 1\ns{quantile=\"0.50\"} 1\ns_sum 1\ns_count 1\n", {}}},
     "sample_invalid_point=4"},
    {"a_summary_with_a_negative_count",
     {{kSummary + "s{quantile=\"0.5\"} 1\ns_sum 1\ns_count -1\n", {}}},
     "sample_invalid_point=3"},
    {"other_quantiles_than_the_first",
     {{kSummary + "s{i=\"1\",quantile=\"0.5\"} 1\ns_sum{i=\"1\"} 1\ns_count{i=\"1\"} 1\ns_sum{i=\"2\"} 1\n"
                  "s_count{i=\"2\"} 1\n",
       {"s{i=1}{quantile=0.5} 1", "s_count{i=1} 1", "s_sum{i=1} 1"}}},
     "sample_invalid_point=2"},
    {"an_instance_over_the_limit_is_cut_whole",
     {{kType + instance("b", "1", 1, 3) + instance("c", "1", 1, 3) + instance("a", "1", 1, 3),
       both(visible("a", "1", 1, 3), visible("b", "1", 1, 3))},
      {kType + instance("b", "1", 2, 4) + instance("c", "1", 2, 4) + instance("a", "1", 2, 4),
       both(visible("a", "1", 2, 4), visible("b", "1", 2, 4))}},
     "series_capped=8",
     {.family_series_max = 2}},
    {"the_selector_takes_parts",  // vector selector-histogram-part
     {{kType + kWhole, {}}},
     "sample_invalid_point=3",
     {.selector = matcher::SelectorList::parse({}, std::vector<std::string>{"*_count"}).value()}},
};

class PointSequence : public testing::TestWithParam<Row> {};
TEST_P(PointSequence, LeavesVisible) {
  Pages pages{GetParam().options};
  for (const auto& [page, visible] : GetParam().pages) EXPECT_EQ(pages.write(page), visible) << page;
  EXPECT_EQ(pages.ledger.summary(), GetParam().ledger);
}
const auto kNameOf = [](const auto& row) { return std::string(row.param.name); };
INSTANTIATE_TEST_SUITE_P(Good, PointSequence, testing::ValuesIn(kGood), kNameOf);
INSTANTIATE_TEST_SUITE_P(Bad, PointSequence, testing::ValuesIn(kBad), kNameOf);

/// A page may come in pieces of any size: points are whole only at its end.
TEST(HistogramFamilies, DoNotDependOnHowAPageIsSplit) {
  for (const std::size_t piece : {1, 7, 64}) {
    Pages pages;
    for (int i = 0; i < 3; ++i) {
      pages.begin_and_write(kType + kWhole, 0, piece);
      pages.store.commit();
    }
    EXPECT_EQ(pages.write(kType + kWhole), kWholeVisible) << piece;
    EXPECT_EQ(pages.ledger.summary(), "");
  }
}

TEST(HistogramFamilies, NameTheFamilyOfAPointThatIsRefused) {
  Pages pages;
  pages.write(kType + "h_bucket{le=\"1\"} 4\nh_sum 4\nh_count 3\n" + kSummary + "s_sum 1\n");
  EXPECT_THAT(pages.ledger.details(LossReason::sample_invalid_point), ElementsAre("s", "h"));
}

TEST(HistogramFamilies, LeaveNothingOfAnAbortedCycle) {
  Pages pages;
  pages.begin_and_write(kType + instance("a", "5", 1, 3));
  pages.store.abort();
  EXPECT_EQ(pages.write(kType + instance("a", "1", 1, 3)), visible("a", "1", 1, 3)) << "its bounds bind nobody";
  pages.begin_and_write(kType + instance("a", "1", 2, 4));
  pages.store.abort();
  EXPECT_EQ(pages.write(kType + instance("a", "1", 2, 5)), visible("a", "1", 2, 5));
  EXPECT_EQ(pages.ledger.summary(), "");
}

TEST(HistogramFamilies, ForgetAPageThatDoesNotEnd) {
  Pages pages;
  pages.write(kType + kWhole);
  pages.store.begin();
  pages.writer.begin(0);
  pages.writer.feed(kType + "h_bucket{le=\"1\"} 77\nh_bucket{le=\"+Inf\"} 99\nh_s");
  pages.store.abort();
  EXPECT_EQ(pages.write(kType + kWhole), kWholeVisible);
}

/// A series of which no good point comes for longer than the store keeps it, and then one.
TEST(HistogramFamilies, FindTheSeriesOfAPointWhoseSeriesExpired) {
  Pages pages;
  const auto bad = kType + "h_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 3\nh_sum NaN\nh_count 3\nk_total 1\n";
  pages.write(kType + kWhole + "k_total 1\n");
  for (int i = 0; i < 12; ++i) EXPECT_THAT(pages.write(bad), ElementsAre("k_total 1"));
  EXPECT_EQ(pages.write(kType + kWhole), kWholeVisible);
  EXPECT_EQ(pages.ledger.summary(), "sample_not_finite=48 series_expired=1");
}

/// Prometheus contract section 7, caches: what was accepted last binds for expiry 10 and grace 10.
TEST(HistogramFamilies, AdoptOtherBoundsWhenTheOldOnesAreForgotten) {
  Pages pages;
  pages.write(kType + instance("a", "1", 1, 3));
  const auto page = kType + instance("a", "5", 1, 3);
  for (int i = 0; i < 20; ++i) EXPECT_THAT(pages.write(page), IsEmpty()) << i;
  EXPECT_EQ(pages.write(page), visible("a", "5", 1, 3));
  EXPECT_EQ(pages.lost(LossReason::sample_invalid_point), 80u);
  EXPECT_EQ(pages.write(page), visible("a", "5", 1, 3));
}

/// As long as one instance is written, its bounds bind the others.
TEST(HistogramFamilies, KeepBoundsThatAreInUse) {
  Pages pages;
  const auto page = kType + instance("a", "1", 1, 3) + instance("b", "5", 1, 3);
  for (int i = 0; i < 30; ++i) EXPECT_EQ(pages.write(page), visible("a", "1", 1, 3)) << i;
  EXPECT_FALSE(pages.begin_and_write(page).changed);
}

}  // namespace
}  // namespace cppd::prometheus_collector
