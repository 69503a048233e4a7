// SPDX-License-Identifier: GPL-3.0-or-later
// What the reader remembers of a good stream.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "protocol/reader.h"

namespace cppd::protocol {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::string good_stream() {
  std::ifstream file{std::string(CPPD_SOURCE_DIR) + "/tests/protocol/testdata/good.txt"};
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

TEST(Reader, KeepsWhatAStreamSays) {
  Reader reader;
  reader.feed(good_stream());
  reader.finish();
  ASSERT_EQ(reader.report(), "");

  const Chart* chart = reader.chart("app_job.h");
  ASSERT_NE(chart, nullptr);
  EXPECT_EQ(chart->title, "It is");
  EXPECT_EQ(chart->units, "o/s");
  EXPECT_EQ(chart->family, "F/G");
  EXPECT_EQ(chart->context, "app.h");
  EXPECT_EQ(chart->type, "heatmap");
  EXPECT_EQ(chart->priority, 70000);
  EXPECT_EQ(chart->update_every, 5);
  EXPECT_EQ(chart->plugin, "go.d");
  EXPECT_EQ(chart->module, "app");
  EXPECT_EQ(chart->updates, 2u);
  EXPECT_EQ(chart->microseconds, 1000012u);
  EXPECT_THAT(chart->labels, ElementsAre(Pair("_collect_job", Label{"job", 1}), Pair("dc", Label{"north", 2}),
                                         Pair("path", Label{"C:\\temp x", 1})));
  ASSERT_EQ(chart->dimensions.size(), 2u);
  EXPECT_EQ(chart->dimensions[0].id, "2");
  EXPECT_EQ(chart->dimensions[0].multiplier, 8);
  EXPECT_EQ(chart->dimensions[0].divisor, 1000);
  EXPECT_TRUE(chart->dimensions[0].hidden);
  EXPECT_EQ(chart->dimensions[0].value, 4.0);
  EXPECT_EQ(chart->dimensions[0].sets, 2u);
  EXPECT_EQ(chart->dimensions[1].text, "1000000000000000000000");
  EXPECT_EQ(chart->dimensions[1].value, 1e21);
  EXPECT_EQ(chart->dimension("+Inf"), nullptr);
}

TEST(Reader, CountsAndListsLiveChartsByHostAndId) {
  Reader reader;
  reader.feed(good_stream());
  const auto& counters = reader.counters();
  EXPECT_EQ(counters.lines, 58u);
  EXPECT_EQ(counters.charts, 2u);
  EXPECT_EQ(counters.charts_obsoleted, 1u);
  EXPECT_EQ(counters.dimensions, 4u);
  EXPECT_EQ(counters.dimensions_obsoleted, 1u);
  EXPECT_EQ(counters.updates, 3u);
  EXPECT_EQ(counters.sets, 7u);
  EXPECT_EQ(counters.gaps, 1u);
  EXPECT_EQ(counters.configs, 3u);
  EXPECT_EQ(counters.functions, 1u);
  EXPECT_EQ(counters.results, 1u);
  const auto live = reader.live_charts();
  ASSERT_EQ(live.size(), 1u);
  EXPECT_EQ(live[0]->id, "app_job.h");
  const Chart* gone = reader.chart("app_job.far", "11111111-2222-3333-4444-555555555555");
  ASSERT_NE(gone, nullptr);
  EXPECT_TRUE(gone->obsolete);
  EXPECT_EQ(reader.chart("app_job.far"), nullptr);
}

TEST(Reader, TakesTheStreamInAnyPieces) {
  const auto text = good_stream();
  for (const std::size_t step : {1u, 7u, 64u}) {
    Reader reader;
    for (std::size_t at = 0; at < text.size(); at += step) reader.feed(std::string_view(text).substr(at, step));
    reader.finish();
    EXPECT_EQ(reader.report(), "");
    EXPECT_EQ(reader.counters().sets, 7u);
  }
}

TEST(Reader, KeepsTheFirstThousandViolationsAndCountsAll) {
  Reader reader;
  for (int i = 0; i < 1500; ++i) reader.feed("FROB\n");
  EXPECT_EQ(reader.violations().size(), 1000u);
  EXPECT_EQ(reader.violation_count(), 1500u);
}

TEST(Reader, RecordedVectorsMayUseShortHostNames) {
  Reader reader{{.hosts_are_uuids = false}};
  reader.feed("HOST_DEFINE 'G-1' 'h1'\nHOST_LABEL '_hostname' 'h1'\nHOST_DEFINE_END\n\nHOST 'G-1'\n\n");
  reader.finish();
  EXPECT_EQ(reader.report(), "");
}

}  // namespace
}  // namespace cppd::protocol
