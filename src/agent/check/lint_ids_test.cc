// SPDX-License-Identifier: GPL-3.0-or-later
// The rule same-id: what it says, and that the engine does so.
#include <cppd/agent/check/lint.h>

#include <cppd/base/label.h>
#include <cppd/chartengine/routing.h>
#include <cppd/charttpl/decode.h>
#include <gtest/gtest.h>

#include "lint_testing.h"

#include <chrono>
#include <map>
#include <set>

namespace cppd::agent {
namespace {

/// Two charts: `first` and `second` are the parts that make their ids and selectors.
struct IdRow {
  std::string_view name, first, second;
  bool found;
  friend void PrintTo(const IdRow& row, std::ostream* out) { *out << row.name; }
};
/// The ids that series with every combination of a few labels give each chart, as the engine routes them.
std::map<std::uint32_t, std::set<std::string>> routed_ids(const charttpl::Spec& spec) {
  constexpr std::string_view kValues[] = {"", "1", "2", "3", "a", "a1", "b1", "a.b"};  // "": no such label
  auto program = chartengine::Program::compile(spec);
  if (!program) return {};
  chartengine::Router router{std::make_shared<const chartengine::Program>(std::move(*program)), "t"};
  std::map<std::uint32_t, std::set<std::string>> ids;
  for (const auto x : kValues) {
    for (const auto y : kValues) {
      std::vector<Label> labels;
      if (!x.empty()) labels.push_back({"x", x});
      if (!y.empty()) labels.push_back({"y", y});
      const metrix::MetricMeta meta;
      for (const auto& route : router.templates({"m", labels, {}, {}, {}, meta})) {
        if (route.verdict == chartengine::TemplateVerdict::accepted) ids[route.candidate.chart].insert(route.chart_id);
      }
    }
  }
  return ids;
}

class LintIds : public testing::TestWithParam<IdRow> {};
TEST_P(LintIds, AreToldAndTrue) {
  std::string text = "version: v1\ngroups:\n  - family: f\n    metrics: [m]\n    charts:\n";
  for (const auto chart : {GetParam().first, GetParam().second}) {
    text += fmt::format("      - {{title: T, context: k, units: u, algorithm: absolute, {}}}\n", chart);
    const auto at = text.rfind('#');
    if (at != std::string::npos) text.replace(at, 1, "dimensions: [{selector: ");
  }
  const auto spec = charttpl::decode(text, "t");
  ASSERT_TRUE(spec) << spec.error().text() << text;
  const std::vector<std::string> allowed{"unbounded-instances"};
  const auto errors = lint_template(*spec, allowed);
  EXPECT_EQ(rules_of(errors), GetParam().found ? "same-id" : "") << join_errors(errors);
  for (const auto& error : errors) EXPECT_EQ(error.location, (Location{"t", 7, 9}));
  auto ids = routed_ids(*spec);
  const auto is_shared = [&](const std::string& id) { return ids[1].contains(id); };
  EXPECT_EQ(std::ranges::any_of(ids[0], is_shared), GetParam().found);
}
constexpr IdRow kIds[] = {
    {"static", "id: c, #m, name: d}]", "id: c, #m, name: d}]", true},
    {"static_told_by_selectors_is_no_matter", "id: c, #'m{x=\"1\"}', name: d}]", "id: c, #'m{x=\"2\"}', name: d}]",
     true},
    {"other_ids", "id: c, #m, name: d}]", "id: e, #m, name: d}]", false},
    {"id_from_the_context", "#m, name: d}]", "id: k, #m, name: d}]", true},
    {"one_with_a_label", "id: c, #m, name: d}]", "id: c, instances: {by_labels: [x]}, #m, name: d}]", false},
    {"one_label", "id: c, instances: {by_labels: [x]}, #m, name: d}]",
     "id: c, instances: {by_labels: [x]}, #m, name: d}]", true},
    {"one_label_of_other_values", "id: c, instances: {by_labels: [x]}, #'m{x=\"1\"}', name: d}]",
     "id: c, instances: {by_labels: [x]}, #'m{x=*\"2 3\"}', name: d}]", false},
    {"one_label_of_a_shared_value", "id: c, instances: {by_labels: [x]}, #'m{x=\"2\"}', name: d}]",
     "id: c, instances: {by_labels: [x]}, #'m{x=*\"2 3\"}', name: d}]", true},
    {"one_label_of_other_patterns", "id: c, instances: {by_labels: [x]}, #'m{x=*\"a*\"}', name: d}]",
     "id: c, instances: {by_labels: [x]}, #'m{x=*\"b*\"}', name: d}]", false},
    {"one_label_and_its_negation", "id: c, instances: {by_labels: [x]}, #'m{x=~\"^a\"}', name: d}]",
     "id: c, instances: {by_labels: [x]}, #'m{x!~\"^a\"}', name: d}]", false},
    {"another_label_tells_nothing", "id: c, instances: {by_labels: [x]}, #'m{y=\"1\"}', name: d}]",
     "id: c, instances: {by_labels: [x]}, #'m{y=\"2\"}', name: d}]", true},
    {"two_labels", "id: c, instances: {by_labels: [x]}, #m, name: d}]",
     "id: c, instances: {by_labels: [y]}, #m, name: d}]", true},
    {"two_labels_of_other_values", "id: c, instances: {by_labels: [x]}, #'m{x=\"1\"}', name: d}]",
     "id: c, instances: {by_labels: [y]}, #'m{y=\"2\"}', name: d}]", false},
    {"labels_in_other_order", "id: c, instances: {by_labels: [x, y]}, #m, name: d}]",
     "id: c, instances: {by_labels: [y, x]}, #m, name: d}]", true},
    {"one_label_more", "id: c, instances: {by_labels: [x]}, #m, name: d}]",
     "id: c, instances: {by_labels: [x, y]}, #m, name: d}]", false},
    {"all_labels", "id: c, instances: {by_labels: ['*']}, #m, name: d}]",
     "id: c, instances: {by_labels: ['*']}, #m, name: d}]", true},
    {"all_labels_of_other_values", "id: c, instances: {by_labels: ['*']}, #'m{x=\"1\"}', name: d}]",
     "id: c, instances: {by_labels: ['*']}, #'m{x=\"2\"}', name: d}]", false},
    {"all_labels_but_the_one_that_tells", "id: c, instances: {by_labels: ['*', '!x']}, #'m{x=\"1\"}', name: d}]",
     "id: c, instances: {by_labels: ['*', '!x']}, #'m{x=\"2\"}', name: d}]", true},
    {"static_and_all_labels", "id: c, #m, name: d}]", "id: c, instances: {by_labels: ['*']}, #m, name: d}]", true},
    {"static_and_all_labels_with_one", "id: c, #m, name: d}]",
     "id: c, instances: {by_labels: ['*']}, #'m{x=\"1\"}', name: d}]", false},
    {"static_and_optional", "id: c, #m, name: d}]", "id: c, instances: {optional_by_labels: [x]}, #m, name: d}]", true},
    {"static_and_optional_that_is_there", "id: c, #m, name: d}]",
     "id: c, instances: {optional_by_labels: [x]}, #'m{x=\"1\"}', name: d}]", false},
    {"label_extends_to_the_other", "id: c_1, #m, name: d}]",
     "id: c, instances: {by_labels: [x]}, #'m{x=\"1\"}', name: d}]", true},
    {"label_extends_after_cleaning", "id: c_a_b, #m, name: d}]",
     "id: c, instances: {by_labels: [x]}, #'m{x=\"a.b\"}', name: d}]", true},
    {"label_could_extend_to_the_other", "id: disk_io, #m, name: d}]",
     "id: disk, instances: {by_labels: [device]}, #m, name: d}]", false},
};
INSTANTIATE_TEST_SUITE_P(Table, LintIds, testing::ValuesIn(kIds),
                         [](const auto& row) { return std::string{row.param.name}; });

/// Many charts, none like the other, must not take the square of their number.
TEST(LintCost, StaysSmallForManyCharts) {
  const std::string head = "version: v1\ngroups:\n  - family: f\n    metrics: [m]\n    charts:\n";
  auto one_base = head;
  auto many_bases = head;
  for (int i = 0; i < 1000; ++i) {
    constexpr auto kChart =
        "      - {{id: {}, title: T, context: k, units: u, algorithm: absolute, instances: {{by_labels: [x]}}, "
        "dimensions: [{{selector: 'm{{x=\"v{}\",y=~\"^{}.*\"}}', name: d}}]}}\n";
    one_base += fmt::format(kChart, "c", i, i);
    many_bases += fmt::format(kChart, fmt::format("c{}", i), i, i);
  }
  std::string patterns = head;
  for (int i = 0; i < 1000; ++i) {
    patterns += fmt::format(
        "      - {{id: c, title: T, context: k, units: u, algorithm: absolute, instances: {{by_labels: [x]}}, "
        "dimensions: [{{selector: 'm{{x=*\"*{}e\"}}', name: d}}]}}\n",
        100000 + i);
  }
  for (const auto& text : {one_base, many_bases, patterns}) {
    const auto spec = charttpl::decode(text, "t");
    ASSERT_TRUE(spec);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(join_errors(lint_template(*spec)), "");
    const auto took = std::chrono::steady_clock::now() - start;

    EXPECT_LT(took, std::chrono::seconds{5});  // one second where nothing instruments and nobody else runs
  }
}

TEST(LintIdsOfTheReader, ThoseThatAreOneToItAreOne) {
  const auto spec = charttpl::decode(R"(
groups:
- family: F
  metrics: [a, b]
  charts:
  - {id: "o'", title: T, context: c, units: u, algorithm: absolute, dimensions: [{selector: a, name: v}]}
  - {id: o, title: T, context: d, units: u, algorithm: absolute, dimensions: [{selector: b, name: v}]}
)");
  ASSERT_TRUE(spec);
  const auto findings = lint_template(*spec);
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_TRUE(findings[0].what.contains("the chart at line 6")) << findings[0].what;
}

}  // namespace
}  // namespace cppd::agent
