// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/check/check.h>

#include <cppd/agent/check/template.h>
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
    "      - {id: c, title: T, context: c, units: u, dimensions: [{selector: m, name: d}]}\n";

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

struct IdCase {
  std::string_view name, first, second;
  bool taken;
  friend void PrintTo(const IdCase& row, std::ostream* out) { *out << row.name; }
};
// Diff D2: what must collide is refused, what may stay apart is not.
constexpr IdCase kIds[] = {
    {"both_static", "id: c", "id: c", true},
    {"ids_differ", "id: c", "id: e", false},
    {"id_from_the_context", "context: a.b", "id: a_b", true},
    {"one_with_instances", "id: c", "id: c, instances: {by_labels: [x]}", false},
    {"same_instances", "id: c, instances: {by_labels: [x]}", "id: c, instances: {by_labels: [x]}", true},
    {"other_order", "id: c, instances: {by_labels: [x, y]}", "id: c, instances: {by_labels: [y, x]}", false},
    {"all_labels", "id: c, instances: {by_labels: ['*']}", "id: c, instances: {by_labels: ['*']}", false},
};
class ChartIds : public testing::TestWithParam<IdCase> {};
TEST_P(ChartIds, AreTakenOnce) {
  std::string text = "version: v1\ngroups:\n  - family: f\n    metrics: [m]\n    charts:\n";
  for (const auto chart : {GetParam().first, GetParam().second}) {
    text += fmt::format("      - {{title: T, {}, {} units: u, dimensions: [{{selector: m, name: d}}]}}\n", chart,
                        chart.starts_with("context") ? "" : "context: k,");
  }
  const auto mistakes = check_template(text, "t");
  EXPECT_EQ(!mistakes.empty(), GetParam().taken) << join_errors(mistakes);
  for (const auto& mistake : mistakes) EXPECT_EQ(mistake.location, (Location{"t", 7, 9}));
}
INSTANTIATE_TEST_SUITE_P(Table, ChartIds, testing::ValuesIn(kIds),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(ChartIds, SelectorsMayKeepChartsApart) {
  const std::string text =
      "version: v1\ngroups:\n  - family: f\n    metrics: [m]\n    charts:\n"
      "      - {id: c, title: T, context: k, units: u, instances: {by_labels: [x]}, dimensions: [{selector: "
      "'m{x=\"1\"}', "
      "name: d}]}\n"
      "      - {id: c, title: T, context: k, units: u, instances: {by_labels: [x]}, dimensions: [{selector: "
      "'m{x=\"2\"}', "
      "name: d}]}\n";
  EXPECT_EQ(join_errors(check_template(text, "t")), "");
}

}  // namespace
}  // namespace cppd::agent
