// SPDX-License-Identifier: GPL-3.0-or-later
// Cases N01 to N30 of the charts contract, 8.1, and the places of errors. Every vector of the reference runs in
// tests/conformance, area charttpl.
#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/marshal.h>
#include <cppd/charttpl/validate.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

namespace cppd::charttpl {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

/// The valid one-chart template with one part replaced.
std::string with(std::string_view part, std::string_view replacement) {
  std::string text =
      "version: v1\n"
      "groups:\n"
      "- family: F\n"
      "  metrics: [m]\n"
      "  charts:\n"
      "  - id: c\n"
      "    title: T\n"
      "    context: ctx\n"
      "    units: u\n"
      "    dimensions:\n"
      "    - {selector: m, name: v}\n";
  if (part.empty()) return text;
  const auto at = text.find(part);
  if (at == std::string::npos) throw std::logic_error("the template has no such part");
  return text.replace(at, part.size(), replacement);
}

Spec decoded(const std::string& yaml) {
  auto spec = decode(yaml, "t.yaml");
  if (!spec) throw std::runtime_error(spec.error().text());
  return std::move(*spec);
}

const ChartSpec& chart_of(const Spec& spec) { return spec.groups.at(0).charts.at(0); }

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

TEST(Decode, DefaultsAndScalars) {
  EXPECT_EQ(decoded(with("version: v1\n", "")).version, "v1");              // N01
  const auto spec = decoded(with("units: u", "units: 1\n    family: no"));  // N05
  EXPECT_EQ(chart_of(spec).units, "1");
  EXPECT_EQ(chart_of(spec).family, "no");
  EXPECT_EQ(chart_of(spec).type, "line");                                               // N11
  const auto scaled = decoded(with("name: v", "name: v, options: {multiplier: 1.9}"));  // N07
  EXPECT_EQ(chart_of(scaled).dimensions[0].options->multiplier, 1);
  EXPECT_TRUE(decode("groups: [{family: F}]"));  // N28
}

TEST(Variables, AreReadWrittenAndCopied) {  // D9
  const auto spec = decoded(with(
      "units: u", "units: u\n    variables: [{selector: m, name: max}, {name: ' total ', selector: 'm{a=\"b\"}'}]"));
  const auto& variables = chart_of(spec).variables;
  ASSERT_EQ(variables.size(), 2u);
  EXPECT_EQ(variables[0], (VariableSpec{.selector = "m", .name = "max", .mark = {}}));
  EXPECT_EQ(variables[1].name, " total ");
  EXPECT_EQ(variables[1].selector, "m{a=\"b\"}");
  EXPECT_EQ(variables[1].mark.line, 10u);
  EXPECT_EQ(variables[1].mark.column, 43u);
  const auto text = marshal(spec);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("      name: v\n    variables:\n    - selector: m\n      name: max\n"));
  EXPECT_EQ(decoded(*text), spec);
  auto copy = clone(spec.groups[0]);
  EXPECT_EQ(copy, spec.groups[0]);
  copy.charts[0].variables[0].name = "other";
  EXPECT_EQ(variables[0].name, "max");
}

TEST(Decode, MarksAreThePlacesOfTheText) {
  const auto spec = decoded(with("", ""));
  EXPECT_EQ(spec.groups[0].mark.line, 3u);
  EXPECT_EQ(chart_of(spec).mark.line, 6u);
  EXPECT_EQ(chart_of(spec).mark.column, 5u);
  EXPECT_EQ(chart_of(spec).dimensions[0].mark.line, 11u);
}

TEST(Decode, MarksSurviveAnchorsAndMerges) {
  const auto spec = decoded(
      "groups:\n- family: F\n  metrics: [m]\n  charts:\n  - &base\n    title: T\n    context: c\n    units: u\n"
      "    dimensions:\n    - &d\n      selector: m\n      name: v\n"
      "  - <<: *base\n    context: d\n  - <<: *base\n    context: e\n    dimensions:\n    - *d\n"
      "    - <<: *d\n      name: w\n    - <<: *d\n      selector: 'm{a=\"b\"}'\n      name: x\n");
  const auto place = [](Mark mark) { return std::pair{mark.line, mark.column}; };
  const auto& charts = spec.groups[0].charts;
  EXPECT_EQ(place(charts[0].mark), std::pair(5u, 5u));  // where its anchor begins
  EXPECT_EQ(place(charts[1].mark), std::pair(13u, 5u));
  EXPECT_EQ(place(charts[1].dimensions[0].mark), std::pair(10u, 7u));  // written once, with the first chart
  ASSERT_EQ(charts[2].dimensions.size(), 3u);
  EXPECT_EQ(place(charts[2].dimensions[0].mark), std::pair(10u, 7u));
  EXPECT_EQ(place(charts[2].dimensions[1].mark), std::pair(19u, 7u));
  EXPECT_EQ(place(charts[2].dimensions[1].selector_mark), std::pair(11u, 17u));  // the value came by the merge
  EXPECT_EQ(place(charts[2].dimensions[2].selector_mark), std::pair(22u, 17u));
  EXPECT_EQ(spec.file.name, "t.yaml");
}

TEST(Decode, MarksOfSelectorLists) {
  const auto spec = decoded("engine: {selector: {allow: [a,\n b], deny: null}}\ngroups: [{family: F}]");
  const auto& selector = *spec.engine->selector;
  EXPECT_EQ(selector.allow_marks.at(1).line, 2u);
  EXPECT_EQ(selector.allow_marks.at(1).column, 2u);
  EXPECT_EQ(selector.allow_marks.at(2).line, 0u);
  EXPECT_EQ(selector.deny_marks.at(0).line, 0u);
}

struct PromotionCase {
  std::string_view name, own;
  LabelPromotion want;
  friend void PrintTo(const PromotionCase& row, std::ostream* out) { *out << row.name; }
};

class Promotion : public testing::TestWithParam<PromotionCase> {};
TEST_P(Promotion, UnderAParentsDefault) {
  auto text = with("  charts:", "  chart_defaults: {label_promotion: [a]}\n  charts:");
  text.insert(text.find("    dimensions"), GetParam().own);
  EXPECT_EQ(chart_of(decoded(text)).label_promotion, GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(Table, Promotion,
                         testing::Values(PromotionCase{"N09_null_inherits", "    label_promotion: null\n", {{"a"}}},
                                         PromotionCase{"N10_empty_overrides", "    label_promotion: []\n", {{}}},
                                         PromotionCase{"own_overrides", "    label_promotion: [b]\n", {{"b"}}},
                                         PromotionCase{"absent_inherits", "", {{"a"}}}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Defaults, AreReplacedAsAWholeAndReachSubgroups) {
  const auto spec = decoded(
      "groups:\n- family: F\n  metrics: [m]\n  chart_defaults: {label_promotion: [a], instances: {by_labels: [x]}}\n"
      "  groups:\n  - family: G\n    chart_defaults: {instances: {by_labels: [y]}}\n    charts:\n"
      "    - {title: T, context: c, units: u, dimensions: [{selector: m}]}\n");
  const auto& chart = spec.groups[0].groups[0].charts[0];
  EXPECT_EQ(chart.label_promotion, LabelPromotion{{"a"}});
  EXPECT_EQ(chart.instances->by_labels, (std::vector<std::string>{"y"}));
}

TEST(Rules, AbsentNullAndEmptyAreNone) {  // N24
  for (const auto* rules : {"[]", "null", ""}) {
    const auto validated =
        decode_validated(fmt::format("engine: {{autogen: {{rules: {}}}}}\ngroups: [{{family: F}}]", rules));
    ASSERT_TRUE(validated);
    EXPECT_TRUE(validated->autogen_rules.empty());
  }
}

TEST(Rules, EveryRuleThatAppliesMustAccept) {  // S14
  const auto validated = decode_validated(
      "engine: {autogen: {enabled: true, rules: [{scope: 'svc_*', selector: {deny: ['svc_debug_*']}},"
      " {scope: 'svc_* !x', selector: {allow: ['svc_a*', 'svc_debug_*']}}]}}\ngroups: [{family: F}]");
  ASSERT_TRUE(validated) << validated.error().text();
  const auto accepted = [&](std::string_view family) { return accepted_by(validated->autogen_rules, family, {}); };
  EXPECT_TRUE(accepted("svc_a"));
  EXPECT_FALSE(accepted("svc_b"));
  EXPECT_FALSE(accepted("svc_debug_x"));
  EXPECT_TRUE(accepted("other"));
}

TEST(Validate, OfAProgramsSpecHasNoPlacesAndChangesNothing) {
  const Spec spec{.version = "v1", .context_namespace = "", .engine = {}, .groups = {GroupSpec{}}};
  const auto before = spec;
  EXPECT_EQ(join_errors(validate(spec)), "groups[0].family: must not be empty");
  EXPECT_EQ(spec, before);
}

TEST(Clone, SharesNothingAndDropsEmptyInstanceLists) {  // N29
  auto spec = decoded(
      with("units: u", "units: u\n    label_promotion: []\n    instances: {by_labels: [], optional_by_labels: [a]}"));
  const auto before = spec;
  auto copy = clone(spec.groups[0]);
  EXPECT_EQ(copy.charts[0].label_promotion, LabelPromotion{{}});
  EXPECT_FALSE(copy.charts[0].instances->by_labels);
  copy.metrics.emplace_back("n");
  copy.charts[0].dimensions[0].name = "w";
  copy.charts[0].instances->optional_by_labels->clear();
  EXPECT_EQ(spec, before);
}

TEST(Marshal, KeepsAnExplicitlyEmptyPromotion) {  // N30
  const auto spec = decoded(with("  charts:", "  chart_defaults: {label_promotion: []}\n  charts:"));
  const auto text = marshal(spec);
  ASSERT_TRUE(text);
  EXPECT_THAT(*text, HasSubstr("chart_defaults:\n    label_promotion: []\n"));
  EXPECT_EQ(decoded(*text), spec);
}

TEST(Marshal, LeavesOutATypeThatIsNotSet) {  // N11, M1 to M3
  auto spec = decoded(with("", ""));
  spec.groups[0].charts[0].type.clear();
  const auto text = marshal(spec);
  ASSERT_TRUE(text);
  EXPECT_EQ(
      *text,
      "version: v1\ngroups:\n- family: F\n  metrics:\n  - m\n  charts:\n  - id: c\n    title: T\n    context: ctx\n"
      "    units: u\n    dimensions:\n    - selector: m\n      name: v\n");
}

TEST(Marshal, RefusesASpecThatIsNotValid) {
  Spec spec = decoded(with("", ""));
  spec.version.clear();
  const auto text = marshal(spec);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().text(), "charttpl: semantic validation failed: version: expected \"v1\"");
}

TEST(DecodeFile, NamesTheFile) {
  const auto path = testing::TempDir() + "cppd_charttpl_test.yaml";
  std::ofstream{path} << with("title: T", "title: ''");
  const auto bad = decode_file(path);
  ASSERT_FALSE(bad);
  EXPECT_THAT(bad.error().text(), testing::StartsWith(path + ":7:12: "));
  std::remove(path.c_str());
  const auto absent = decode_file(path);
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().stage, Stage::decode);
  EXPECT_THAT(absent.error().text(), HasSubstr(path));
}

TEST(Example, OfEveryKeyIsValidAndKeepsItsMeaning) {
  const auto spec = decode_file(CPPD_SOURCE_DIR "/src/charttpl/testdata/example.yaml");
  ASSERT_TRUE(spec) << spec.error().text();
  const auto& group = spec->groups.at(0);
  ASSERT_EQ(group.charts.size(), 2u);
  EXPECT_EQ(group.charts[1].id, "shop_queries_by_kind");
  EXPECT_EQ(group.charts[1].title, "Queries");
  EXPECT_EQ(group.groups.at(0).charts.at(0).label_promotion, LabelPromotion{{"version"}});
  const auto text = marshal(*spec);
  ASSERT_TRUE(text) << text.error().text();
  EXPECT_EQ(decoded(*text), *spec);
}

TEST(Decode, DeepTemplatesEndInAnErrorNotInACrash) {
  std::string text = "groups: ";
  for (int i = 0; i < 5000; ++i) text += "[{family: F, groups: ";
  const auto spec = decode(text);
  ASSERT_FALSE(spec);
  EXPECT_EQ(spec.error().stage, Stage::decode);
}

}  // namespace
}  // namespace cppd::charttpl
