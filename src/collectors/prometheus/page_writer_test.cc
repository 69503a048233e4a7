// SPDX-License-Identifier: GPL-3.0-or-later
// Pages and what the store then holds. The steady path allocates nothing: counted by replacing operator new, which the
// sanitizers need for themselves.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "pages_for_tests.h"

#include "support/counting_new.h"

namespace cppd::prometheus_collector {
namespace {

using test::Pages;
using testing::ElementsAre;
using testing::IsEmpty;

/// Pages one after the other, and what each leaves visible.
struct Row {
  std::string_view name;
  std::vector<std::pair<std::string, std::vector<std::string>>> pages;
  PageWriter::Options options{};
  std::uint64_t series_max = 0;
  std::string_view ledger{};  // summary at the end
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

PageWriter::Options selecting(const std::vector<std::string>& allow, const std::vector<std::string>& deny) {
  return {.selector = matcher::SelectorList::parse(allow, deny).value()};
}

const std::string kGauge = "# TYPE m gauge\n";

const Row kRows[] = {
    {"values_follow", {{kGauge + "m 1\n", {"m 1"}}, {kGauge + "m 2\n", {"m 2"}}}},
    {"a_line_is_born_and_goes",
     {{kGauge + "m{i=\"1\"} 1\n", {"m{i=1} 1"}},
      {kGauge + "m{i=\"0\"} 5\nm{i=\"1\"} 2\n", {"m{i=0} 5", "m{i=1} 2"}},
      {kGauge + "m{i=\"0\"} 6\n", {"m{i=0} 6"}}}},
    {"last_of_equal_lines", {{kGauge + "m 1\nm 2\n", {"m 2"}}, {kGauge + "m 3\nm 4\n", {"m 4"}}}},
    {"a_new_line_before_an_equal_known_one_does_not_win",
     {{kGauge + "m 1\n", {"m 1"}}, {kGauge + "m{} 2\nm 3\n", {"m 3"}}, {kGauge + "m{} 4\nm 5\n", {"m 5"}}}},
    {"a_new_line_behind_an_equal_known_one_wins", {{kGauge + "m 1\n", {"m 1"}}, {kGauge + "m 2\nm{} 3\n", {"m 3"}}}},
    {"a_type_below_its_samples_counts_for_the_next_ones",
     {{"m{i=\"1\"} 1\n# TYPE m gauge\nm{i=\"2\"} 2\n", {"m{i=1} 1", "m{i=2} 2"}}}},
    {"type_drift_takes_back_what_was_observed",
     {{kGauge + "k_total 1\nm 1\n", {"k_total 1", "m 1"}}, {"# TYPE m counter\nk_total 1\nm 5\n", {"k_total 1"}}},
     {},
     0,
     "series_type_changed=1"},
    {"drift_back",
     {{kGauge + "m 1\n", {"m 1"}}, {"# TYPE m counter\nm 5\n", {}}, {kGauge + "m 2\n", {"m 2"}}},
     {},
     0,
     "series_type_changed=1"},
    {"per_family_the_first_by_labels_stay",  // packed labels: 0xFF ends a value, so `10` is before `1`
     {{kGauge + "m{i=\"9\"} 9\nm{i=\"2\"} 2\nm{i=\"10\"} 10\nm{i=\"1\"} 1\n", {"m{i=10} 10", "m{i=1} 1"}},
      {kGauge + "m{i=\"9\"} 9\nm{i=\"2\"} 2\nm{i=\"10\"} 11\nm{i=\"1\"} 3\n", {"m{i=10} 11", "m{i=1} 3"}}},
     {.family_series_max = 2},
     0,
     "series_capped=4"},
    {"a_series_that_sorts_first_takes_the_place_of_a_known_one",
     {{kGauge + "m{i=\"2\"} 2\nm{i=\"3\"} 3\n", {"m{i=2} 2", "m{i=3} 3"}},
      {kGauge + "m{i=\"2\"} 4\nm{i=\"3\"} 5\nm{i=\"1\"} 6\n", {"m{i=1} 6", "m{i=2} 4"}},
      {kGauge + "m{i=\"2\"} 7\nm{i=\"3\"} 8\n", {"m{i=2} 7", "m{i=3} 8"}}},
     {.family_series_max = 2},
     0,
     "series_capped=1"},
    {"repeated_lines_are_one_series",
     {{kGauge + "m{i=\"1\"} 1\nm{i=\"1\"} 2\nm{i=\"2\"} 3\n", {"m{i=1} 2", "m{i=2} 3"}}},
     {.family_series_max = 2}},
    {"on_the_page_the_first_by_name_stay",
     {{"c_total 3\nb_total{x=\"2\"} 2\nb_total{x=\"1\"} 1\na_total 0\nplain 1\n", {"a_total 0", "b_total{x=1} 1"}}},
     {},
     2,
     "series_capped=2 series_untyped=1"},
    {"both_limits",
     {{"b_total{x=\"1\"} 1\nb_total{x=\"2\"} 2\na_total{x=\"1\"} 1\na_total{x=\"2\"} 2\nc_total 1\n",
       {"a_total{x=1} 1", "b_total{x=1} 1"}}},
     {.family_series_max = 1},
     2,
     "series_capped=3"},
    {"the_selector_comes_before_everything",
     {{"x_bucket{le=\"1\"} 1\nx_total{a=\"1\"} 2\nx_total{a=\"2\"} 3\n", {"x_total{a=1} 2"}},
      {"x_bucket{le=\"1\"} 1\nx_total{a=\"1\"} 4\nx_total{a=\"2\"} 3\n", {"x_total{a=1} 4"}}},
     selecting({}, {"*_bucket", "*{a=\"2\"}"})},
    {"not_finite",
     {{kGauge + "m NaN\nk_total 1\n", {"k_total 1"}},
      {kGauge + "m +Inf\nk_total 1\n", {"k_total 1"}},
      {kGauge + "m 3\nk_total -Inf\n", {"m 3"}},
      {kGauge + "m NaN\nk_total 1\n", {"k_total 1"}}},
     {},
     0,
     "sample_not_finite=4"},
    {"label_twice", {{"a_total{x=\"1\",x=\"2\"} 1\nb_total 1\n", {"b_total 1"}}}, {}, 0, "sample_invalid_labels=1"},
    {"bad_lines_cost_themselves",
     {{"a_total 1\nbroken{ 1\nb_total 2\n<html>\n", {"a_total 1", "b_total 2"}},
      {"a_total 3\nbroken{ 1\nb_total 4\n<html>\n", {"a_total 3", "b_total 4"}}},
     {},
     0,
     "series_invalid=4"},
    {"info",
     {{"# TYPE b_info gauge\nb_info{v=\"1\"} 1\n# TYPE c_info counter\nc_info 1\n", {"c_info 1"}}},
     {},
     0,
     "series_info=1"},
};

class PageSequence : public testing::TestWithParam<Row> {};
TEST_P(PageSequence, LeavesVisible) {
  Pages pages{GetParam().options};
  for (const auto& [page, visible] : GetParam().pages) {
    EXPECT_EQ(pages.write(page, GetParam().series_max), visible) << page;
  }
  EXPECT_EQ(pages.ledger.summary(), GetParam().ledger);
}
INSTANTIATE_TEST_SUITE_P(Table, PageSequence, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(PageWriter, NamesWhatItLeavesOut) {
  Pages pages{{.family_series_max = 1}};
  pages.write(
      "b_total{i=\"2\"} 1\nb_total{i=\"1\"} 1\nplain 1\nx{quantile=\"1\"} 1\n# TYPE i_info gauge\ni_info 1\na 1 x\n");
  EXPECT_THAT(pages.ledger.details(LossReason::series_capped), ElementsAre("b_total"));
  EXPECT_THAT(pages.ledger.details(LossReason::series_untyped), ElementsAre("plain"));
  EXPECT_THAT(pages.ledger.details(LossReason::sample_invalid_point), ElementsAre("x"));
  EXPECT_THAT(pages.ledger.details(LossReason::series_info), ElementsAre("i_info"));
  ASSERT_EQ(pages.ledger.details(LossReason::series_invalid).size(), 1u);
  EXPECT_TRUE(pages.ledger.details(LossReason::series_invalid)[0].starts_with("7:5 "))
      << pages.ledger.details(LossReason::series_invalid)[0];
}

TEST(PageWriter, WritesNothingOfAPageThatDoesNotEnd) {
  Pages pages;
  pages.write(kGauge + "m 1\nn_total 1\n");
  pages.store.begin();
  pages.writer.begin(0);
  pages.writer.feed("# TYPE m gauge\nm 2\nborn_total 1\n");
  pages.store.abort();
  EXPECT_EQ(pages.writer.lines(), 3u);
  EXPECT_THAT(pages.write(kGauge + "m 3\nn_total 2\n"), ElementsAre("m 3", "n_total 2"));
}

TEST(PageWriter, FindsTheSeriesOfLinesThatWereBornInAnAbortedCycle) {
  Pages pages;
  pages.begin_and_write(kGauge + "m 1\n");
  pages.store.abort();
  EXPECT_THAT(pages.write(kGauge + "m 2\n"), ElementsAre("m 2"));
  EXPECT_EQ(pages.lost(LossReason::stale_handle), 0u);
}

/// A line that shows no number for longer than the store keeps its series, and then one.
TEST(PageWriter, FindsTheSeriesOfALineWhoseSeriesExpired) {
  Pages pages;
  pages.write(kGauge + "m 1\nk_total 1\n");
  for (int i = 0; i < 12; ++i) EXPECT_THAT(pages.write(kGauge + "m NaN\nk_total 1\n"), ElementsAre("k_total 1"));
  EXPECT_THAT(pages.write(kGauge + "m 2\nk_total 1\n"), ElementsAre("k_total 1", "m 2"));
  EXPECT_EQ(pages.ledger.summary(), "sample_not_finite=12 series_expired=1");
}

/// Prometheus contract section 7, caches: expiry 10 and grace 10.
TEST(PageWriter, AdoptsANewTypeWhenTheOldOneIsForgotten) {
  Pages pages;
  pages.write(kGauge + "m 1\n");
  const std::string_view drifted = "# TYPE m counter\n# HELP m Second.\nm 5\n";
  for (int i = 0; i < 20; ++i) EXPECT_THAT(pages.write(drifted), IsEmpty()) << i;
  EXPECT_THAT(pages.write(drifted), ElementsAre("m 5"));
  EXPECT_EQ(pages.lost(LossReason::series_type_changed), 20u);
  const auto& descriptor = pages.store.descriptor_of(metrix::Reader{pages.store, {}}.series().list()[0]);
  EXPECT_EQ(descriptor.kind, metrix::Kind::counter);
  EXPECT_EQ(descriptor.meta.description, "Second");
  EXPECT_THAT(pages.write(drifted), ElementsAre("m 5"));
}

TEST(PageWriter, TakesATypeAtOnceWhenTheOldOneWasNeverCommitted) {
  Pages pages;
  pages.begin_and_write(kGauge + "m 1\n");
  pages.store.abort();
  EXPECT_THAT(pages.write("# TYPE m counter\nm 5\n"), ElementsAre("m 5"));
}

TEST(PageWriter, DescribesMetricsByTheirFirstHelp) {
  Pages pages;
  pages.write("# HELP rx_bytes Received.\n# TYPE rx_bytes gauge\nrx_bytes{i=\"1\"} 1\n");
  pages.write("# HELP rx_bytes Otherwise.\n# TYPE rx_bytes gauge\nrx_bytes{i=\"1\"} 1\nrx_bytes{i=\"2\"} 1\n");
  metrix::Reader reader{pages.store, {}};
  ASSERT_EQ(reader.series().list().size(), 2u);
  const auto& meta = pages.store.descriptor_of(reader.series().list()[1]).meta;
  EXPECT_EQ(meta, (metrix::MetricMeta{.description = "Received",
                                      .chart_family = "rx_bytes",
                                      .chart_priority = 70000,
                                      .unit = "bytes",
                                      .is_float = true}));
}

TEST(PageWriter, ForgetsFamiliesThatStayAway) {
  Pages pages;
  pages.write("a_total 1\n");
  for (int i = 0; i < 25; ++i) pages.write(fmt::format("b{}_total 1\nk_total 1\n", i % 2));
  EXPECT_EQ(pages.writer.families(), 3u);
}

constexpr int kHistograms = 20;

/// Everything that a page can have: scalars over the limit, good and bad histograms and summaries, other bounds than
/// the first, what is left out, and a line that cannot be read.
std::string large_page(int series, int value) {
  std::string page = "# HELP req_total Requests.\n# TYPE req_total counter\n";
  for (int i = 0; i < series; ++i) page += fmt::format("req_total{{code=\"{}\",path=\"/a/b\"}} {}\n", i, value + i);
  page += "# TYPE h histogram\n";
  for (int i = 0; i < kHistograms; ++i) {
    for (int bound = 1; bound <= 10; ++bound)
      page += fmt::format("h_bucket{{i=\"{}\",le=\"{}\"}} {}\n", i, bound, value * bound);
    page += fmt::format("h_bucket{{i=\"{0}\",le=\"+Inf\"}} {1}\nh_sum{{i=\"{0}\"}} {1}\nh_count{{i=\"{0}\"}} {1}\n", i,
                        value * 20);
  }
  page += "h_bucket{le=\"1\"} 1\nh_sum 1\nh_count 1\n# TYPE falls histogram\nfalls_bucket{le=\"1\"} 2\nfalls_count 1\n";
  page += "# TYPE s summary\ns{quantile=\"0.5\"} 1\ns{quantile=\"0.9\"} NaN\ns_sum 1\ns_count 1\n";
  page += "# TYPE none summary\nnone{quantile=\"0.5\"} NaN\nnone_sum 0\nnone_count 0\n";
  page += "plain 1\n# TYPE n gauge\nn NaN\nbad\n";
  return page;
}

TEST(PageWriterAllocations, AreNoneOnAPageLikeTheOneBefore) {
  if (CPPD_SANITIZED) GTEST_SKIP() << "the sanitizers count for themselves";
  Pages pages{{.family_series_max = 400}};
  const std::string bodies[] = {large_page(500, 1), large_page(500, 2)};
  for (int i = 0; i < 4; ++i) {
    pages.begin_and_write(bodies[i % 2], 0, 1000);
    pages.store.commit();
  }
  allocations = 0;
  const auto page = pages.begin_and_write(bodies[0], 0, 1000);
  pages.store.commit();
  const auto counted = allocations.load();
  EXPECT_FALSE(page.changed);
  EXPECT_EQ(page.samples, 500u + kHistograms * 13 + 14);
  EXPECT_EQ(pages.store.part_count(), 400u + kHistograms * 13 + 4);
  EXPECT_EQ(counted, 0u);
}

}  // namespace
}  // namespace cppd::prometheus_collector
