// SPDX-License-Identifier: GPL-3.0-or-later
// Each rule of docs/lint.md with its edges. Rows say the rules that must speak, in the order of lint_rules().
#include <cppd/agent/check/lint.h>

#include <cppd/agent/check/template.h>
#include <cppd/base/file.h>
#include <cppd/base/label.h>
#include <cppd/chartengine/routing.h>
#include <cppd/charttpl/decode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lint_testing.h"

#include <filesystem>
#include <set>
#include <tuple>

namespace cppd::agent {
namespace {

namespace fs = std::filesystem;

struct Row {
  std::string_view name, metrics, charts, rules;
  std::string_view engine = {};
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

/// `%` stands for what every chart needs, `$` for the same with an algorithm.
std::string template_of(const Row& row) {
  std::string text =
      fmt::format("version: v1\n{}groups:\n  - family: f\n    metrics: [{}]\n    charts:\n", row.engine, row.metrics);
  for (const char c : row.charts) {
    if (c == '%' || c == '$') text += "title: T, context: k, units: u";
    if (c == '$') text += ", algorithm: absolute";
    if (c != '%' && c != '$') text += c;
  }
  return text;
}

class Lint : public testing::TestWithParam<Row> {};
TEST_P(Lint, Finds) {
  const auto text = template_of(GetParam());
  const auto spec = charttpl::decode(text, "t");
  ASSERT_TRUE(spec) << spec.error().text() << text;
  const auto errors = lint_template(*spec);
  EXPECT_EQ(rules_of(errors), GetParam().rules) << join_errors(errors);
  for (const auto& error : errors) EXPECT_TRUE(error.location && !error.context.empty()) << error.text();
}
constexpr auto name_of = [](const auto& row) { return std::string{row.param.name}; };

constexpr Row kAlgorithm[] = {
    {"absolute_gauge", "m", "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n", ""},
    {"none", "m", "      - {%, id: c, dimensions: [{selector: m, name: d}]}\n", "missing-algorithm"},
    {"none_by_label", "m", "      - {%, id: c, dimensions: [{selector: 'm{x=~\".+\"}', name_from_label: x}]}\n",
     "missing-algorithm"},
    {"none_of_a_state_set", "app.state", "      - {%, id: c, dimensions: [{selector: app.state}]}\n", ""},
    {"none_of_buckets", "m_bucket", "      - {%, id: c, dimensions: [{selector: m_bucket}]}\n", ""},
    {"none_of_buckets_and_a_name", "m_bucket, m_count",
     "      - {%, id: c, dimensions: [{selector: m_bucket}, {selector: m_count, name: n}]}\n", "missing-algorithm"},
    {"total", "m_total", "      - {$, id: c, dimensions: [{selector: m_total, name: d}]}\n", "counter-on-absolute"},
    {"total_by_its_name_term", "m_total",
     "      - {$, id: c, dimensions: [{selector: 'm_total{__name__=\"m_total\"}', name: d}]}\n", "counter-on-absolute"},
    {"total_of_parts", "pages_free, pages_total",
     "      - {$, id: c, dimensions: [{selector: pages_free, name: f}, {selector: pages_total, name: t}]}\n", ""},
    {"total_beside_a_total", "m_ok_total, m_total",
     "      - {$, id: c, dimensions: [{selector: m_ok_total, name: f}, {selector: m_total, name: t}]}\n",
     "counter-on-absolute counter-on-absolute"},
    {"total_incremental", "m_total",
     "      - {%, id: c, algorithm: incremental, dimensions: [{selector: m_total, name: d}]}\n", ""},
    {"count_alone", "m_count", "      - {$, id: c, dimensions: [{selector: m_count, name: d}]}\n", ""},
    {"count_with_sum", "m_count, m_sum",
     "      - {$, id: c, dimensions: [{selector: m_count, name: d}]}\n"
     "      - {%, id: e, algorithm: incremental, dimensions: [{selector: m_sum, name: d}]}\n",
     "counter-on-absolute"},
    {"bucket", "m_bucket", "      - {$, id: c, dimensions: [{selector: m_bucket}]}\n", "counter-on-absolute"},
    {"total_as_a_variable", "m, m_total",
     "      - {$, id: c, dimensions: [{selector: m, name: d}], variables: [{selector: m_total, name: v}]}\n", ""},
};
INSTANTIATE_TEST_SUITE_P(Algorithm, Lint, testing::ValuesIn(kAlgorithm), name_of);

constexpr Row kNames[] = {
    {"label_may_be_missing", "m", "      - {$, id: c, dimensions: [{selector: m, name_from_label: x}]}\n",
     "empty-name"},
    {"label_may_be_empty", "m", "      - {$, id: c, dimensions: [{selector: 'm{x=~\".*\"}', name_from_label: x}]}\n",
     "empty-name"},
    {"label_is_there", "m", "      - {$, id: c, dimensions: [{selector: 'm{x=~\".+\"}', name_from_label: x}]}\n", ""},
    {"label_is_fixed", "m", "      - {$, id: c, dimensions: [{selector: 'm{x=\"1\"}', name_from_label: x}]}\n", ""},
    {"label_is_refused", "m", "      - {$, id: c, dimensions: [{selector: 'm{x!=\"1\"}', name_from_label: x}]}\n",
     "empty-name"},
    {"label_makes_the_instance", "m",
     "      - {$, id: c, instances: {by_labels: [x]}, dimensions: [{selector: m, name_from_label: x}]}\n", ""},
    {"label_of_buckets", "m_bucket",
     "      - {%, id: c, algorithm: incremental, dimensions: [{selector: m_bucket, name_from_label: le}]}\n", ""},
    {"label_of_a_measure_set", "m", "      - {$, id: c, dimensions: [{selector: m, name_from_label: measure_field}]}\n",
     ""},
    {"name_of_quotes", "m", "      - {$, id: c, dimensions: [{selector: m, name: \"'\"}]}\n", "empty-name"},
    {"id_of_quotes", "m", "      - {$, id: \"''\", dimensions: [{selector: m, name: d}]}\n", "empty-name"},
    {"id_of_quotes_and_a_label", "m",
     "      - {$, id: \"'\", instances: {by_labels: [x]}, dimensions: [{selector: m, name: d}]}\n", ""},
};
INSTANTIATE_TEST_SUITE_P(Names, Lint, testing::ValuesIn(kNames), name_of);

constexpr Row kInstances[] = {
    {"named_label", "m", "      - {$, id: c, instances: {by_labels: [x]}, dimensions: [{selector: m, name: d}]}\n", ""},
    {"every_label", "m", "      - {$, id: c, instances: {by_labels: ['*']}, dimensions: [{selector: m, name: d}]}\n",
     "unbounded-instances"},
    {"every_label_with_a_cap", "m",
     "      - {$, id: c, instances: {by_labels: ['*']}, lifecycle: {max_instances: 9}, dimensions: [{selector: m, "
     "name: "
     "d}]}\n",
     ""},
    {"optional_label", "m",
     "      - {$, id: c, instances: {optional_by_labels: [x]}, dimensions: [{selector: m, name: d}]}\n",
     "unbounded-instances"},
    {"optional_label_of_known_values", "m",
     "      - {$, id: c, instances: {optional_by_labels: [x]}, dimensions: [{selector: 'm{x=*\"1 2\"}', name: d}]}\n",
     ""},
    {"chart_per_bucket", "m_bucket",
     "      - {%, id: c, instances: {by_labels: ['*']}, lifecycle: {max_instances: 9}, dimensions: [{selector: "
     "m_bucket}]}\n",
     "bucket-per-chart"},
    {"bucket_excluded", "m_bucket",
     "      - {%, id: c, instances: {by_labels: ['*', '!le']}, lifecycle: {max_instances: 9}, dimensions: [{selector: "
     "m_bucket}]}\n",
     ""},
    {"chart_per_quantile", "m",
     "      - {%, id: c, instances: {by_labels: ['*']}, lifecycle: {max_instances: 9}, dimensions: [{selector: "
     "'m{quantile=~\".+\"}'}]}\n",
     "bucket-per-chart"},
    {"chart_per_state", "app.state",
     "      - {%, id: c, instances: {by_labels: ['*']}, lifecycle: {max_instances: 9}, dimensions: [{selector: "
     "app.state}]}\n",
     "bucket-per-chart"},
    {"chart_per_name", "m",
     "      - {$, id: c, instances: {by_labels: ['*']}, lifecycle: {max_instances: 9}, dimensions: [{selector: "
     "'m{x=~\".+\"}', name_from_label: x}]}\n",
     "bucket-per-chart"},
    {"cap_below", "m",
     "      - {$, id: c, lifecycle: {dimensions: {max_dims: 1}}, dimensions: [{selector: m, name: d}, {selector: m, "
     "name: e}]}\n",
     "cap-below-static"},
    {"cap_is_enough", "m",
     "      - {$, id: c, lifecycle: {dimensions: {max_dims: 2}}, dimensions: [{selector: m, name: d}, {selector: m, "
     "name: e}]}\n",
     ""},
};
INSTANTIATE_TEST_SUITE_P(Instances, Lint, testing::ValuesIn(kInstances), name_of);

constexpr Row kSelectors[] = {
    {"two_values", "m", "      - {$, id: c, dimensions: [{selector: 'm{x=\"1\",x=\"2\"}', name: d}]}\n",
     "never-matches"},
    {"K22_negative_name", "'!m'", "      - {$, id: c, dimensions: [{selector: '!m', name: d}]}\n", "never-matches"},
    {"K22_two_words", "'a b'", "      - {$, id: c, dimensions: [{selector: 'a b', name: d}]}\n", "never-matches"},
    {"of_a_variable", "m",
     "      - {$, id: c, dimensions: [{selector: m, name: d}], variables: [{selector: 'm{x=\"1\",x=\"2\"}', name: "
     "v}]}\n",
     "never-matches"},
    {"needs_a_label_that_is_refused", "m",
     "      - {$, id: c, instances: {by_labels: [x]}, dimensions: [{selector: 'm{x!*\"*\"}', name: d}]}\n",
     "never-matches"},
    {"denied_name", "m, n", "      - {$, id: c, dimensions: [{selector: m, name: d}, {selector: n, name: e}]}\n",
     "never-matches", "engine: {selector: {deny: ['m*']}}\n"},
    {"denied_in_part", "m", "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n", "",
     "engine: {selector: {deny: ['m{x=\"1\"}']}}\n"},
    {"not_allowed", "m, n", "      - {$, id: c, dimensions: [{selector: m, name: d}, {selector: n, name: e}]}\n",
     "never-matches", "engine: {selector: {allow: [m, o]}}\n"},
    {"allow_without_a_term", "m", "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n", "",
     "engine: {selector: {allow: ['{}']}}\n"},
    {"entry_of_allow", "m", "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n", "never-matches",
     "engine: {selector: {allow: [m, '!x']}}\n"},
    {"rule_of_autogen", "m", "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n", "never-matches",
     "engine: {autogen: {enabled: true, rules: [{scope: '*', selector: {deny: ['!x']}}]}}\n"},
    {"unused", "m, n", "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n", "unused-metric"},
    {"used_by_a_variable", "m, n",
     "      - {$, id: c, dimensions: [{selector: m, name: d}], variables: [{selector: n, name: v}]}\n", ""},
    {"used_by_a_pattern", "'m_*', m_a", "      - {$, id: c, dimensions: [{selector: 'm_*', name: d}]}\n", ""},
    {"used_below", "m",
     "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n    groups:\n      - {family: g, charts: [{$, id: e, "
     "dimensions: [{selector: m, name: d}]}]}\n",
     ""},
    {"used_above_only", "m",
     "      - {$, id: c, dimensions: [{selector: m, name: d}]}\n    groups:\n      - {family: g, metrics: [m]}\n",
     "unused-metric"},
    {"W26_one_label", "m",
     "      - {$, id: c, instances: {by_labels: [k]}, dimensions: [{selector: m, name_from_label: k}, {selector: "
     "'m{k=\"a\"}', name_from_label: k}]}\n",
     "counted-twice"},
    {"values_exclude_each_other", "m",
     "      - {$, id: c, dimensions: [{selector: 'm{k=\"b\"}', name_from_label: k}, {selector: 'm{k=\"a\"}', "
     "name_from_label: k}]}\n",
     ""},
    {"two_metrics_by_one_label", "m, n",
     "      - {$, id: c, dimensions: [{selector: 'm{k=~\".+\"}', name_from_label: k}, {selector: 'n{k=~\".+\"}', "
     "name_from_label: k}]}\n",
     ""},
    {"name_that_the_label_has", "m",
     "      - {$, id: c, dimensions: [{selector: 'm{k=~\".+\"}', name_from_label: k}, {selector: 'm{k=\"a\"}', name: "
     "a}]}\n",
     "counted-twice"},
    {"name_first", "m",
     "      - {$, id: c, dimensions: [{selector: 'm{k=\"a\"}', name: a}, {selector: 'm{k=~\".+\"}', name_from_label: "
     "k}]}\n",
     "counted-twice"},
    {"another_name", "m",
     "      - {$, id: c, dimensions: [{selector: 'm{k=~\".+\"}', name_from_label: k}, {selector: 'm{k=\"a\"}', name: "
     "b}]}\n",
     ""},
    {"buckets_twice", "m_bucket",
     "      - {%, id: c, dimensions: [{selector: m_bucket}, {selector: 'm_bucket{x=\"1\"}'}]}\n", "counted-twice"},
};
INSTANTIATE_TEST_SUITE_P(Selectors, Lint, testing::ValuesIn(kSelectors), name_of);

/// Do two dimensions of one chart accept the series, under one name of one chart id?
bool comes_twice(std::span<const chartengine::TemplateRoute> routes) {
  std::set<std::tuple<std::uint32_t, std::string, std::string>> seen;
  return std::ranges::any_of(routes, [&](const chartengine::TemplateRoute& route) {
    return route.verdict == chartengine::TemplateVerdict::accepted &&
           !seen.emplace(route.candidate.chart, route.chart_id, route.dimension).second;
  });
}

/// What the rules say of selectors is what the engine does with series of every combination of a few labels.
TEST(LintSelectors, SayWhatTheEngineDoes) {
  for (const auto& row : kSelectors) {
    if (row.metrics != "m" && row.metrics != "m, n") continue;  // other names are of structures
    const auto spec = charttpl::decode(template_of(row), "t");
    ASSERT_TRUE(spec);
    auto program = chartengine::Program::compile(*spec);
    ASSERT_TRUE(program) << row.name;
    const auto rules = program->charts().front().dimensions.size();
    chartengine::Router router{std::make_shared<const chartengine::Program>(std::move(*program)), "t"};
    bool twice = false;
    std::set<std::uint32_t> used;  // rules of the first chart
    for (const std::string_view name : {"m", "n"}) {
      for (const std::string_view k : {"", "a", "b"}) {
        for (const std::string_view x : {"", "1", "2"}) {
          std::vector<Label> labels;
          if (!k.empty()) labels.push_back({"k", k});
          if (!x.empty()) labels.push_back({"x", x});
          const metrix::MetricMeta meta;
          const chartengine::RoutedSeries series{name, labels, {}, {}, {}, meta};
          if (!router.selected(series)) continue;
          const auto routes = router.templates(series);
          twice = twice || comes_twice(routes);
          for (const auto& route : routes) {
            if (route.verdict != chartengine::TemplateVerdict::accepted || route.candidate.chart != 0) continue;
            used.insert(route.candidate.dimension);
          }
        }
      }
    }
    EXPECT_EQ(twice, row.rules == "counted-twice") << row.name;
    const bool of_a_list = row.name == "entry_of_allow" || row.name == "rule_of_autogen";
    EXPECT_EQ(used.size() < rules, row.rules == "never-matches" && !of_a_list) << row.name;
  }
}

TEST(LintReport, PointsAtTheThingItself) {
  const std::string text =
      "version: v1\n"
      "groups:\n"
      "  - family: f\n"
      "    metrics:\n"
      "      - m\n"
      "      - unused\n"
      "    chart_defaults:\n"
      "      instances: {by_labels: ['*']}\n"
      "    charts:\n"
      "      - id: c\n"
      "        title: T\n"
      "        context: k\n"
      "        units: u\n"
      "        lifecycle:\n"
      "          dimensions: {max_dims: 1}\n"
      "        dimensions:\n"
      "          - {name: a, selector: 'm{x=\"1\",x=\"2\"}'}\n"
      "          - {name: b, selector: m}\n"
      "          - selector: m\n"
      "            name_from_label: y\n";
  std::string places;
  for (const auto& error : check_template(text, "t")) {
    const auto report = error.text();
    places += report.substr(0, report.find(": ", report.find(": ") + 2)) + "\n";
  }
  EXPECT_EQ(places,
            "t:10:9: groups[0].charts[0]\n"
            "t:20:30: groups[0].charts[0].dimensions[2].name_from_label\n"
            "t:8:18: groups[0].charts[0].instances\n"
            "t:17:33: groups[0].charts[0].dimensions[0].selector\n"
            "t:6:9: groups[0].metrics[1]\n"
            "t:8:18: groups[0].charts[0].instances\n"
            "t:15:23: groups[0].charts[0].lifecycle.dimensions\n");
}

TEST(LintReport, FollowsWhatDoesNotCompile) {
  const Row row{"", "m, n", "      - {%, id: c, dimensions: [{selector: 'm{x', name: d}]}\n", ""};
  const auto errors = check_template(template_of(row), "t");
  ASSERT_EQ(errors.size(), 3U) << join_errors(errors);
  EXPECT_THAT(errors[0].what, testing::HasSubstr("invalid selector syntax"));
  EXPECT_EQ(rules_of({errors.begin() + 1, errors.end()}), "missing-algorithm unused-metric");
}

TEST(LintReport, LeavesOutWhatIsAllowed) {
  const Row row{"", "m, n", "      - {%, id: c, dimensions: [{selector: m, name: d}]}\n", ""};
  const std::vector<std::string> allowed{"missing-algorithm"};
  EXPECT_EQ(rules_of(check_template(template_of(row), "t", allowed)), "unused-metric");
}

TEST(LintRules, AreInTheDocumentationAndInTheCorpus) {
  const fs::path source{CPPD_SOURCE_DIR};
  const auto page = read_file(source / "docs/lint.md").value_or("");
  for (const auto& rule : lint_rules()) {
    EXPECT_THAT(page, testing::HasSubstr(fmt::format("| `{}` |", rule.name)));
    auto folder = fmt::format("lint_{}", rule.name);
    std::ranges::replace(folder, '-', '_');
    const auto want = read_file(source / "src/agent/check/testdata" / folder / "want.txt").value_or("");
    EXPECT_THAT(want, testing::HasSubstr(fmt::format("[{}]\n", rule.name))) << folder;
  }
}

TEST(LintRules, FindNothingInOurOwnTemplates) {
  std::size_t templates = 0;
  for (const auto& entry : fs::recursive_directory_iterator{fs::path{CPPD_SOURCE_DIR} / "src"}) {
    const auto path = entry.path().string();
    if (!path.ends_with("charts.yaml") || path.find("/testdata/") != std::string::npos) continue;
    ++templates;
    EXPECT_EQ(join_errors(check_template(read_file(path).value_or(""), path)), "");
  }
  EXPECT_GE(templates, 2U);
}

}  // namespace
}  // namespace cppd::agent
