// SPDX-License-Identifier: GPL-3.0-or-later
// Compiling templates: cases N41 to N46 of the charts contract 8.2, and every mistake at its place.
#include <cppd/charttpl/decode.h>
#include <cppd/chartengine/program.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

#include <stdexcept>

namespace cppd::chartengine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

charttpl::Spec decoded(std::string_view yaml) {
  auto spec = charttpl::decode(yaml, "t.yaml");
  if (!spec) throw std::runtime_error(spec.error().text());
  return std::move(*spec);
}

/// One chart with `chart` among its keys.
Program compiled_chart(std::string_view chart, std::string_view dimensions = "[{selector: m, name: v}]") {
  auto program = Program::compile(decoded(
      fmt::format("groups:\n- family: F\n  metrics: [m]\n  charts:\n  - title: T\n    context: c.d\n    units: u\n"
                  "    dimensions: {}\n    {}\n",
                  dimensions, chart)));
  if (!program) throw std::runtime_error(program.error().text());
  return std::move(*program);
}

struct InferenceCase {
  std::string_view name, metric, selector;
  bool compiles;
  friend void PrintTo(const InferenceCase& row, std::ostream* out) { *out << row.name; }
};
class Inference : public testing::TestWithParam<InferenceCase> {};
TEST_P(Inference, OfANamelessDimension) {  // N41, C7
  const auto program = Program::compile(
      decoded(fmt::format("groups: [{{family: F, metrics: ['{}'], charts: [{{title: T, context: c, units: u,"
                          " dimensions: [{{selector: '{}'}}]}}]}}]",
                          GetParam().metric, GetParam().selector)));
  EXPECT_EQ(program.has_value(), GetParam().compiles);
  if (!program) EXPECT_THAT(program.error().text(), HasSubstr("name inference requires inferable selector"));
}
constexpr InferenceCase kInferences[] = {
    {"N41_plain", "windows_cpu_usage", "windows_cpu_usage", false},
    {"N41_status", "x_status", "x_status", true},
    {"N41_dotted_mode", "a.mode", "a.mode", true},
    {"N41_bucket_label", "m", "m{le=\"1\"}", true},
    {"quantile_label", "m", "m{quantile=\"0.5\"}", true},
    {"bucket", "m_bucket", "m_bucket", true},
    {"dotted_bucket", "m.bucket", "m.bucket", false},
    {"other_label", "m", "m{a=\"1\"}", false},
};
INSTANTIATE_TEST_SUITE_P(Table, Inference, testing::ValuesIn(kInferences),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(Program, N42TemplateIdsAreTheWayToTheChart) {
  const std::string chart = "{title: T, context: c, units: u, dimensions: [{selector: m, name: v}]}";
  const auto program =
      Program::compile(decoded(fmt::format("groups:\n- {{family: F, metrics: [m], charts: [{0}], groups: [{{family: "
                                           "G}}, {{family: H, charts: [{0}, {0}, {0}]}}]}}\n"
                                           "- {{family: I, metrics: [m], charts: [{0}]}}\n",
                                           chart)));
  ASSERT_TRUE(program) << program.error().text();
  std::vector<std::string> ids;
  for (const auto& each : program->charts()) ids.push_back(each.id);
  EXPECT_THAT(ids, ElementsAre("g0.c0", "g0.1.c0", "g0.1.c1", "g0.1.c2", "g1.c0"));
}

TEST(Program, N43KeysOfPromotionAndExclusions) {
  const auto program =
      compiled_chart("label_promotion: [b, a, ' a ']",
                     "[{selector: 'm{z=\"1\",y!=\"2\"}', name_from_label: x}, {selector: m, name: v}]");
  const auto& labels = program.charts()[0].labels;
  EXPECT_FALSE(labels.automatic);
  EXPECT_THAT(labels.keys, ElementsAre("a", "b"));
  EXPECT_THAT(labels.exclusions, ElementsAre("x", "y", "z"));
}

TEST(Program, N44ChartsExpireAfterFiveUnlessSaid) {
  EXPECT_EQ(compiled_chart("").charts()[0].lifecycle.expire_after, 5u);
  const auto capped = compiled_chart("lifecycle: {max_instances: 32}");
  EXPECT_EQ(capped.charts()[0].lifecycle.max_instances, 32u);
  EXPECT_EQ(capped.charts()[0].lifecycle.expire_after, 5u);
  EXPECT_EQ(compiled_chart("lifecycle: {expire_after_cycles: 0}").charts()[0].lifecycle.expire_after, 5u);  // T6
  EXPECT_EQ(compiled_chart("lifecycle: {expire_after_cycles: 7}").charts()[0].lifecycle.expire_after, 7u);
}

TEST(Program, N45APriorityIsPositive) {
  EXPECT_EQ(compiled_chart("priority: -1").charts()[0].meta.priority, 70000);
  EXPECT_EQ(compiled_chart("priority: 0").charts()[0].meta.priority, 70000);
  EXPECT_EQ(compiled_chart("priority: 1").charts()[0].meta.priority, 1);
}

TEST(Program, N46TokensOfInstances) {
  const auto program = compiled_chart("instances: {by_labels: [region, ' * ', '!zone', host, '!host']}");
  const auto& instances = program.charts()[0].instances;
  EXPECT_THAT(instances.required, ElementsAre("region"));
  EXPECT_THAT(instances.excluded, ElementsAre("host", "zone"));
  EXPECT_THAT(instances.optional, IsEmpty());
  EXPECT_TRUE(instances.include_all);
}

TEST(Program, BaseIdIsTheContextUnlessSaid) {  // C4
  EXPECT_EQ(compiled_chart("").charts()[0].base_id, "c_d");
  EXPECT_EQ(compiled_chart("id: ' a.b{x} '").charts()[0].base_id, "a.b{x}");
}

constexpr std::string_view kManyMistakes =
    "engine:\n"
    "  selector:\n"
    "    allow: [ok, 'm{']\n"
    "    deny:\n"
    "    - 'm{a=~\"(\"}'\n"
    "groups:\n"
    "- family: F\n"
    "  metrics: [m, n]\n"
    "  charts:\n"
    "  - title: T\n"
    "    context: c\n"
    "    units: u\n"
    "    dimensions:\n"
    "    - {selector: m}\n"
    "    - name: v\n"
    "      selector: 'm{a=\"x\",}'\n"
    "    variables:\n"
    "    - {selector: 'n{', name: w}\n"
    "  groups:\n"
    "  - family: G\n"
    "    charts:\n"
    "    - {title: T, context: d, units: u, dimensions: [{selector: 'm{__name__=\"other\"}', name: v}]}\n";

TEST(CompileErrors, AreAllToldEachAtItsSelector) {  // K25
  const auto program = Program::compile_all(decoded(kManyMistakes));
  ASSERT_FALSE(program);
  std::vector<std::string> got;
  for (const auto& error : program.error()) got.push_back(error.text());
  EXPECT_THAT(got, ElementsAre(HasSubstr("t.yaml:3:17: engine.selector.allow[1]: "),
                               HasSubstr("t.yaml:5:7: engine.selector.deny[0]: "),
                               HasSubstr("t.yaml:14:18: groups[0].charts[0].dimensions[0].selector: name inference"),
                               HasSubstr("t.yaml:16:17: groups[0].charts[0].dimensions[1].selector: invalid selector"),
                               HasSubstr("t.yaml:18:18: groups[0].charts[0].variables[0].selector: invalid selector"),
                               HasSubstr("t.yaml:22:64: groups[0].groups[0].charts[0].dimensions[0].selector: metric "
                                         "\"other\" is not visible")));
}

TEST(CompileErrors, FitIntoOne) {
  const auto program = Program::compile(decoded(kManyMistakes));
  ASSERT_FALSE(program);
  const auto text = program.error().text();
  EXPECT_THAT(text, testing::StartsWith("t.yaml:3:17: chartengine: compile: engine.selector.allow[1]: "));
  EXPECT_THAT(text, HasSubstr("; t.yaml:22:64: groups[0].groups[0].charts[0]"));
  EXPECT_EQ(text.find('\n'), std::string::npos);
}

TEST(CompileErrors, OfAProgramsSpecHaveNoPlace) {
  auto spec = decoded("groups: [{family: F, metrics: [m]}]");
  spec.groups[0].charts.push_back({.title = "T", .context = "c", .units = "u", .dimensions = {{.selector = "m"}}});
  const auto program = Program::compile_all(spec);
  ASSERT_FALSE(program);
  EXPECT_EQ(join_errors(program.error()),
            "groups[0].charts[0].dimensions[0].selector: name inference requires inferable selector");
}

}  // namespace
}  // namespace cppd::chartengine
