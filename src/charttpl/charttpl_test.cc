// SPDX-License-Identifier: GPL-3.0-or-later
// Cases N01 to N30 of the charts contract, 8.1, as far as they are accepted; mistakes_test.cc has the others. Every
// vector of the reference runs in tests/conformance, area charttpl.
#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/marshal.h>
#include <cppd/charttpl/validate.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test_template.h"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>

namespace cppd::charttpl {
namespace {

using testing::HasSubstr;

Spec decoded(const std::string& yaml) {
  auto spec = decode(yaml, "t.yaml");
  if (!spec) throw std::runtime_error(spec.error().text());
  return std::move(*spec);
}

const ChartSpec& chart_of(const Spec& spec) { return spec.groups.at(0).charts.at(0); }

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
