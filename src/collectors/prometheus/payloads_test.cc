// SPDX-License-Identifier: GPL-3.0-or-later
// Pages of real exporters: every sample is on a chart or in the ledger. How many there are was counted by the
// reference.
#include <cppd/base/file.h>
#include <gmock/gmock.h>
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
using testing::HasSubstr;

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
  if (!expected["components"].contains("scalar")) {
    ASSERT_FALSE(started);
    EXPECT_THAT(started.error().text(), HasSubstr("no usable metrics"));
    EXPECT_EQ(way.lost(LossReason::series_unsupported), expected["sample_count"]);
    return;
  }
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
  // Every part of a histogram or summary is left out, and nothing else is for that reason.
  const auto parts =
      expected["sample_count"].get<std::uint64_t>() - expected["components"]["scalar"].get<std::uint64_t>();
  EXPECT_EQ(way.lost(LossReason::series_unsupported), 4 * parts);
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
