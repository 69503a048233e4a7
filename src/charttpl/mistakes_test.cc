// SPDX-License-Identifier: GPL-3.0-or-later
// What is refused, with its place and in its order: cases N01 to N27 of the charts contract, 8.1, and the rules for
// variables.
#include <cppd/charttpl/decode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_template.h"

namespace cppd::charttpl {
namespace {

using testing::ElementsAre;

struct BadCase {
  std::string_view name, part, replacement;
  std::vector<std::string> want;  // starts of the lines of the report
  friend void PrintTo(const BadCase& row, std::ostream* out) { *out << row.name; }
};

constexpr std::string_view kSemantic = "charttpl: semantic validation failed: ";
constexpr std::string_view kDecode = "charttpl: decode failed: ";

class BadTemplate : public testing::TestWithParam<BadCase> {};
TEST_P(BadTemplate, IsRefusedAtItsPlaces) {
  const auto spec = decode(with(GetParam().part, GetParam().replacement), "t.yaml");
  ASSERT_FALSE(spec);
  const auto prefix = spec.error().stage == Stage::decode ? kDecode : kSemantic;
  std::vector<std::string> got;
  for (const auto& error : spec.error().errors) {
    auto text = error.text();
    const auto at = text.find(prefix);
    ASSERT_NE(at, std::string::npos) << text;
    got.push_back(text.erase(at, prefix.size()));
  }
  ASSERT_EQ(got.size(), GetParam().want.size()) << spec.error().text();
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_THAT(got[i], testing::StartsWith(GetParam().want[i]));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadTemplate,
    testing::Values(
        BadCase{"N02_version", "v1", "v2", {"t.yaml:1:10: version: expected \"v1\""}},
        BadCase{
            "N03_unknown_key",
            "units: u",
            "units: u\n    demensions: []",
            {"t.yaml:10:5: groups[0].charts[0]: unknown key \"demensions\" in chart; did you mean \"dimensions\"?"}},
        BadCase{"N04_key_twice",
                "units: u",
                "units: u\n    title: X",
                {"t.yaml:10:5: groups[0].charts[0]: key \"title\" is written twice"}},
        BadCase{"N06_quoted_number",
                "units: u",
                "units: u\n    priority: \"5\"",
                {"t.yaml:10:15: groups[0].charts[0].priority: expected an integer, found text `5`"}},
        BadCase{"N08_scalar_for_list", "[m]", "m", {"t.yaml:4:12: groups[0].metrics: expected a list, found text `m`"}},
        BadCase{"N12_blank_title", "title: T", "title: '  '", {"t.yaml:7:12: groups[0].charts[0].title: must not"}},
        BadCase{"absent_title_is_told_at_the_chart",
                "title: T",
                "family: T",
                {"t.yaml:6:5: groups[0].charts[0].title: must not be empty"}},
        BadCase{"N13_three_words",
                "units: u",
                "units: u\n    algorithm: delta\n    aggregation: median\n    type: bars",
                {"t.yaml:10:16: groups[0].charts[0].algorithm: must be one of [absolute incremental]",
                 "t.yaml:11:18: groups[0].charts[0].aggregation: must be one of [sum min max avg]",
                 "t.yaml:12:11: groups[0].charts[0].type: must be one of [line area stacked heatmap]"}},
        BadCase{"N14_duplicate_metric", "[m]", "[m, \" m \"]", {"t.yaml:4:16: groups[0].metrics[1]: duplicate metric"}},
        BadCase{"N15_no_metric_name",
                "selector: m",
                "selector: '{a=\"b\"}'",
                {"t.yaml:11:18: groups[0].charts[0].dimensions[0].selector: selector must include explicit metric"}},
        BadCase{"N16_not_visible",
                "selector: m",
                "selector: n",
                {"t.yaml:11:18: groups[0].charts[0].dimensions[0].selector: metric \"n\" is not visible"}},
        BadCase{"N17_two_names",
                "name: v",
                "name: v, name_from_label: k",
                {"t.yaml:11:7: groups[0].charts[0].dimensions[0]: use either name or name_from_label, not both"}},
        BadCase{"N18_one_name_twice",
                "name: v}",
                "name: total}\n    - {selector: m, name: ' total '}",
                {"t.yaml:12:27: groups[0].charts[0].dimensions[1].name: duplicate dimension name \"total\""}},
        BadCase{"N19_instances_empty",
                "units: u",
                "units: u\n    instances: {}",
                {"t.yaml:10:16: groups[0].charts[0].instances: must contain"}},
        BadCase{"N20_only_exclusions",
                "units: u",
                "units: u\n    instances: {by_labels: [\"!host\"]}",
                {"t.yaml:10:28: groups[0].charts[0].instances.by_labels: must include at least one positive"}},
        BadCase{"N21_told_again_for_the_chart_that_inherits",
                "  charts:",
                "  chart_defaults: {instances: {by_labels: [\"*\", \"! host\"]}}\n  charts:",
                {"t.yaml:5:49: groups[0].chart_defaults.instances.by_labels[1]: exclude token must use",
                 "t.yaml:7:5: groups[0].charts[0].instances.by_labels[1]: exclude token must use"}},
        BadCase{"N22_conflict",
                "units: u",
                "units: u\n    instances: {by_labels: [pid], optional_by_labels: [pid]}",
                {"t.yaml:10:56: groups[0].charts[0].instances.optional_by_labels[0]: label key \"pid\" conflicts"}},
        BadCase{"N23_length",
                "groups:",
                "engine: {autogen: {max_type_id_len: 3}}\ngroups:",
                {"t.yaml:2:37: engine.autogen.max_type_id_len: must be >= 4 when set"}},
        BadCase{"N25_rule",
                "groups:",
                "engine: {autogen: {rules: [{scope: \"[\", selector: {}}, {scope: a, selector: {deny: [\" "
                "\"]}}]}}\ngroups:",
                {"t.yaml:2:36: engine.autogen.rules[0].scope: ", "t.yaml:2:51: engine.autogen.rules[0].selector: must",
                 "t.yaml:2:85: engine.autogen.rules[1].selector.deny[0]: must not be empty"}},
        BadCase{"N26_negative",
                "units: u",
                "units: u\n    lifecycle: {expire_after_cycles: -1}",
                {"t.yaml:10:38: groups[0].charts[0].lifecycle.expire_after_cycles: must be >= 0"}},
        BadCase{"N26_negative_unsigned",
                "groups:",
                "engine: {autogen: {expire_after_success_cycles: -1}}\ngroups:",
                {"t.yaml:2:49: engine.autogen.expire_after_success_cycles: `-1` is out of range"}},
        BadCase{"N16_metric_of_a_sibling_group",
                "  charts:",
                "  charts: []\n- family: G\n  metrics: [other]\n  charts:",
                {"t.yaml:14:18: groups[1].charts[0].dimensions[0].selector: metric \"m\" is not visible"}},
        BadCase{"N19_by_labels_empty",
                "units: u",
                "units: u\n    instances: {by_labels: []}",
                {"t.yaml:10:28: groups[0].charts[0].instances.by_labels: must contain"}},
        BadCase{"N19_optional_by_labels_empty",
                "units: u",
                "units: u\n    instances: {optional_by_labels: []}",
                {"t.yaml:10:37: groups[0].charts[0].instances.optional_by_labels: must contain"}},
        BadCase{"N22_conflict_with_an_exclusion",
                "units: u",
                "units: u\n    instances: {by_labels: [a, \"!pid\"], optional_by_labels: [pid]}",
                {"t.yaml:10:62: groups[0].charts[0].instances.optional_by_labels[0]: label key \"pid\" conflicts"}},
        BadCase{"N22_conflict_with_all",
                "units: u",
                "units: u\n    instances: {by_labels: [\"*\"], optional_by_labels: [pid]}",
                {"t.yaml:10:56: groups[0].charts[0].instances.optional_by_labels[0]: cannot be combined"}},
        BadCase{"N23_negative_length",
                "groups:",
                "engine: {autogen: {max_type_id_len: -1}}\ngroups:",
                {"t.yaml:2:37: engine.autogen.max_type_id_len: must be >= 0"}},
        BadCase{"T3_all_mistakes_of_the_first_stage",
                "units: u",
                "units: u\n    title: again\n    unit: u\n    priority: high\n    lifecycle: [1]\n    metrics: [x]",
                {"t.yaml:10:5: groups[0].charts[0]: key \"title\" is written twice",
                 "t.yaml:11:5: groups[0].charts[0]: unknown key \"unit\" in chart; did you mean \"units\"?",
                 "t.yaml:12:15: groups[0].charts[0].priority: expected an integer, found text `high`",
                 "t.yaml:13:16: groups[0].charts[0].lifecycle: expected a mapping (lifecycle), found a list",
                 "t.yaml:14:5: groups[0].charts[0]: unknown key \"metrics\" in chart"}},
        BadCase{"T1_all_mistakes_of_the_second_stage",
                "  charts:",
                "  chart_defaults: {label_promotion: ['']}\n  charts:\n  - {title: ' ', context: c, units: u}",
                {"t.yaml:5:38: groups[0].chart_defaults.label_promotion[0]: must not be empty",
                 "t.yaml:7:13: groups[0].charts[0].title: must not be empty",
                 "t.yaml:7:5: groups[0].charts[0].label_promotion[0]: must not be empty",
                 "t.yaml:7:5: groups[0].charts[0].dimensions: at least one dimension is required",
                 "t.yaml:8:5: groups[0].charts[1].label_promotion[0]: must not be empty"}},
        BadCase{"mistakes_behind_an_alias_are_told_where_they_stand",
                "    dimensions:",
                "    lifecycle: &l {max_instances: -1}\n  - {title: U, context: d, units: u, lifecycle: *l,"
                " dimensions: [{selector: m}]}\n  - title: V\n    context: e\n    units: u\n    dimensions:",
                {"t.yaml:10:35: groups[0].charts[0].lifecycle.max_instances: must be >= 0",
                 "t.yaml:6:5: groups[0].charts[0].dimensions: at least one",
                 "t.yaml:10:35: groups[0].charts[1].lifecycle.max_instances: must be >= 0"}},
        BadCase{"D9_variable_without_anything",
                "units: u",
                "units: u\n    variables: [{}]",
                {"t.yaml:10:17: groups[0].charts[0].variables[0].selector: must not be empty",
                 "t.yaml:10:17: groups[0].charts[0].variables[0].name: must not be empty"}},
        BadCase{"D9_selectors_of_variables_obey_the_scope",
                "units: u",
                "units: u\n    variables: [{selector: n, name: a}, {selector: '{a=\"b\"}', name: b}]",
                {"t.yaml:10:28: groups[0].charts[0].variables[0].selector: metric \"n\" is not visible",
                 "t.yaml:10:52: groups[0].charts[0].variables[1].selector: selector must include explicit metric"}},
        BadCase{
            "D9_names_of_variables",
            "units: u",
            "units: u\n    variables:\n    - {selector: m, name: limit}\n    - {selector: m, name: ' limit '}\n"
            "    - {selector: m, name: ' '}\n    - {selector: m, name: \"it's\"}\n    - {selector: m, name: 'a\\b'}\n"
            "    - {selector: m, name: \"a\\u00a0b\"}\n    - {selector: m, name: \"a\\x01b\"}",
            {"t.yaml:12:27: groups[0].charts[0].variables[1].name: duplicate variable name \"limit\"",
             "t.yaml:13:27: groups[0].charts[0].variables[2].name: must not be empty",
             "t.yaml:14:27: groups[0].charts[0].variables[3].name: must not contain",
             "t.yaml:15:27: groups[0].charts[0].variables[4].name: must not contain",
             "t.yaml:16:27: groups[0].charts[0].variables[5].name: must not contain",
             "t.yaml:17:27: groups[0].charts[0].variables[6].name: must not contain"}},
        BadCase{"D9_variables_have_no_options",
                "units: u",
                "units: u\n    variables: [{selector: m, name: a, options: {divisor: 2}}]",
                {"t.yaml:10:40: groups[0].charts[0].variables[0]: unknown key \"options\" in variable"}}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Order, VersionThenGroupsThenEngine) {  // N27
  const auto spec =
      decode("version: v2\nengine: {autogen: {rules: [{scope: ' ', selector: {allow: [a]}}]}}\ngroups: []\n");
  ASSERT_FALSE(spec);
  std::vector<std::string> paths;
  for (const auto& error : spec.error().errors) paths.push_back(error.context.front());
  EXPECT_THAT(paths, ElementsAre("version", "groups", "engine.autogen.rules[0].scope"));
}

}  // namespace
}  // namespace cppd::charttpl
