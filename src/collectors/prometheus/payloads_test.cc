// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of real exporters: every sample is on a chart or in the ledger. How many there are was counted by the
// reference.
#include <cppd/base/file.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <numeric>

#include <unistd.h>

#include "way_for_tests.h"

namespace cppd::prometheus_collector {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kFolder = fs::path{CPPD_SOURCE_DIR} / "tests/vectors/exposition";

struct Payload {
  std::string name;
  json about;
  friend void PrintTo(const Payload& row, std::ostream* out) { *out << row.name; }
};

std::vector<Payload> payloads() {
  std::vector<Payload> rows;
  std::ifstream lines{kFolder / "payloads.jsonl"};
  for (std::string line; std::getline(lines, line);) {
    auto about = json::parse(line);
    rows.push_back({about["name"], std::move(about)});
  }
  return rows;
}

std::uint64_t total(const Ledger& ledger) {
  return std::accumulate(ledger.counts().begin(), ledger.counts().end(), std::uint64_t{0});
}

/// Histograms and summaries of a page, counted by their names and labels alone, without this parser. Those that are not
/// charted: summaries whose quantiles are all NaN, and what a selector has taken the count or the buckets from.
struct Points {
  std::string_view payload;
  std::size_t histograms = 0, summaries = 0;  // charted; of summaries, those with quantiles
  std::uint64_t lines_without_a_point = 0;
};
constexpr Points kPoints[] = {
    {"payload-node-exporter", 0, 1},
    {"payload-prometheus", 5, 1},
    {"payload-prometheus-openmetrics", 11, 3},
    {"payload-victoria-metrics", 0, 1},
    {"payload-etcd", 18, 1},
    {"payload-haproxy"},
    {"payload-blackbox-probe"},
    {"payload-pushgateway", 0, 4},
    {"payload-process", 0, 1},
    {"payload-alertmanager", 12, 1},
    {"payload-synthetic-mixed", 168, 30},
    {"payload-node-exporter-selected"},
    {"payload-etcd-selected", 0, 0, 36},
    {"payload-haproxy-selected"},
    {"payload-synthetic-mixed-selected", 0, 26, 168},
    {"payload-prometheus-selected", 5, 1},
};
const Points& points_of(std::string_view payload) {
  const auto* found = std::ranges::find(kPoints, payload, &Points::payload);
  if (found == std::end(kPoints)) throw std::out_of_range(std::string{payload});
  return *found;
}

/// Every observation is in one bucket: what a heatmap shows adds up to the chart of the count.
std::size_t heatmaps(const protocol::Reader& reader) {
  std::size_t found = 0;
  for (const auto* chart : reader.live_charts()) {
    if (chart->type != "heatmap") continue;
    ++found;
    const auto name = chart->context.substr(chart->context.rfind('.') + 1);
    const auto at = chart->id.find('.') + 1;
    const auto* count = reader.chart(chart->id.substr(0, at) + name + "_count" + chart->id.substr(at + name.size()));
    if (count == nullptr) throw std::out_of_range(chart->id);
    double sum = 0;
    for (const auto& dimension : chart->dimensions) sum += dimension.value.value();
    EXPECT_EQ(sum, count->dimensions.front().value) << chart->id;
  }
  return found;
}

std::size_t charts_of_quantiles(const protocol::Reader& reader) {
  const auto charts = reader.live_charts();
  return static_cast<std::size_t>(std::ranges::count_if(
      charts, [](const auto* chart) { return chart->dimensions.front().id.starts_with("quantile_"); }));
}

class Payloads : public testing::TestWithParam<Payload> {
 protected:
  /// The page as a file that is not compressed.
  fs::path page() {
    const fs::path stored = kFolder / GetParam().about["input"]["payload_file"].get<std::string>();
    if (stored.extension() != ".gz") return stored;
    unpacked_ = fs::temp_directory_path() / (GetParam().name + std::to_string(::getpid()));
    std::ofstream out{unpacked_};
    const auto file = gzopen(stored.c_str(), "rb");
    char piece[1 << 14];
    for (int got = 0; (got = gzread(file, piece, sizeof piece)) > 0;) out.write(piece, got);
    gzclose(file);
    return unpacked_;
  }
  void TearDown() override {
    if (!unpacked_.empty()) fs::remove(unpacked_);
  }
  fs::path unpacked_;
};

TEST_P(Payloads, AreChartedOrInTheLedger) {
  auto job = "url: file://" + page().string() + "\nmax_time_series: 0\nmax_time_series_per_metric: 0\n";
  const auto& input = GetParam().about["input"];
  if (input.contains("selector")) job += "selector: " + input["selector"].dump() + "\n";
  const auto& expected = GetParam().about["expect"];
  test::Way way{job};
  const auto started = way.start();
  ASSERT_TRUE(started) << started.error().text();
  for (int cycle = 0; cycle < 3; ++cycle) {
    const auto lost_before = total(way.collector().ledger());
    const auto sets_before = way.reader.counters().sets;
    ASSERT_TRUE(way.cycle());
    const auto lost = total(way.collector().ledger()) - lost_before;
    const auto charted = way.reader.counters().sets - sets_before;
    EXPECT_EQ(charted + lost, expected["sample_count"].get<std::uint64_t>()) << way.collector().ledger().summary();
    EXPECT_GT(charted, 0u);
  }
  const auto& want = points_of(GetParam().name);
  EXPECT_EQ(heatmaps(way.reader), want.histograms);
  EXPECT_EQ(charts_of_quantiles(way.reader), want.summaries);
  EXPECT_EQ(way.lost(LossReason::sample_invalid_point), 4 * want.lines_without_a_point);  // check and three cycles
  way.reader.finish();
  EXPECT_EQ(way.reader.report(), "");
}
INSTANTIATE_TEST_SUITE_P(Captured, Payloads, testing::ValuesIn(payloads()), [](const auto& row) {
  auto name = row.param.name;
  std::ranges::replace(name, '-', '_');
  return name;
});

}  // namespace
}  // namespace cppd::prometheus_collector
