// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/check/check.h>

#include <gtest/gtest.h>

#include "fake_collector.h"

namespace cppd::agent {
namespace {

constexpr std::string_view kGood =
    "version: v1\n"
    "groups:\n"
    "  - family: f\n"
    "    metrics: [m]\n"
    "    charts:\n"
    "      - {id: c, title: T, context: c, units: u, algorithm: absolute, dimensions: [{selector: m, name: d}]}\n";

TEST(Check, NothingAtAllIsRight) {
  const auto report = check({.directories = {.plugin = "cpp.d"}}, fake_collectors());
  EXPECT_EQ(report.text(), "0 files, 0 mistakes\n");
  EXPECT_EQ(report.exit_status(), 0);
}

TEST(Check, TemplatesAndStockFilesOfCollectorsAreRead) {
  auto collectors = fake_collectors();
  collectors[0].defaults.chart_template = kGood;
  collectors[1].defaults.chart_template = "version: v2\n";
  collectors[2].defaults.stock_config = "jobs:\n  - retries: x\n";
  const auto report = check({.directories = {.plugin = "cpp.d"}}, collectors);
  EXPECT_EQ(report.text(),
            "embedded:cpp.d/solo.conf:2:14: job solo: retries: expected an integer, found text `x`\n"
            "embedded:other/charts.yaml:1:1: groups: groups[] is required\n"
            "embedded:other/charts.yaml:1:10: version: expected \"v1\"\n"
            "3 files, 3 mistakes\n");
  EXPECT_EQ(report.exit_status(), 1);
}

TEST(Check, EmbeddedFilesAreCheckedOnce) {
  const Directories directories{.plugin = "cpp.d",
                                .embedded = {{"cpp.d/fake.conf", "jobs: 5\n"}, {"cpp.d.conf", "enabled: 1\n"}}};
  EXPECT_EQ(check({.directories = directories}, fake_collectors()).text(),
            "embedded:cpp.d.conf:1:10: enabled: expected a bool, found an integer `1`\n"
            "embedded:cpp.d/fake.conf:1:7: jobs: expected a list, found an integer\n"
            "2 files, 2 mistakes\n");
}

}  // namespace
}  // namespace cppd::agent
