// SPDX-License-Identifier: GPL-3.0-or-later
// Ids of charts and what autogen calls things. Rows are named after charts contract 8.3.
#include <cppd/chartengine/autogen.h>
#include <cppd/chartengine/routing.h>
#include <cppd/charttpl/decode.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cppd::chartengine {
namespace {

using metrix::Kind;
using metrix::Role;
using Pairs = std::vector<Label>;

/// A chart of `m` with these instances, and the labels of a series.
struct IdRow {
  std::string_view name, instances;
  Pairs labels;
  std::string_view want;  ///< empty: not routed
  std::string_view base{"n"};
  friend void PrintTo(const IdRow& row, std::ostream* out) { *out << row.name; }
};

const IdRow kIds[] = {
    {"N48_dots", "{by_labels: [nic]}", {{"nic", "eth0.100"}}, "n_eth0_100"},
    {"N49_apostrophe", "{by_labels: [nic]}", {{"nic", "a'b"}}, "n_ab"},
    {"N49_space", "{by_labels: [nic]}", {{"nic", "a b"}}, "n_a_b"},
    {"N49_backslash", "{by_labels: [nic]}", {{"nic", "a\\b"}}, "n_a_b"},
    {"N50_optional_by_key_and_value",
     "{by_labels: [deployment], optional_by_labels: [worker, pid]}",
     {{"deployment", "api"}, {"pid", "1234"}, {"worker", "blue"}},
     "n_api_worker_blue_pid_1234"},
    {"N51_only_one_optional", "{optional_by_labels: [worker, pid]}", {{"pid", "blue"}}, "n_pid_blue"},
    {"N52_required_missing", "{by_labels: [nic]}", {{"pid", "1"}}, ""},
    {"N54_every_label_but_one",
     "{by_labels: ['*', '!le']}",
     {{"le", "1"}, {"service", "api"}, {"zone", "a"}},
     "n_api_a"},
    {"N88_one_blank_part", "{by_labels: [a, b]}", {{"a", ""}, {"b", "x"}}, "n_empty_x"},
    {"N88_all_parts_blank", "{by_labels: [a, b]}", {{"a", ""}, {"b", ""}}, "n"},
    {"P26_one_space_is_not_blank", "{by_labels: [a]}", {{"a", " "}}, "n__"},
    {"P25_others_stay", "{by_labels: [a]}", {{"a", "x/y:z=\t\xC3\xA9"}}, "n_x/y:z=\t\xC3\xA9"},
    {"P25_the_base_keeps_its_text", "{by_labels: [a]}", {{"a", "1"}}, "my id._1", "my id."},
};

Program program_of(const std::string& yaml) { return *Program::compile(*charttpl::decode(yaml)); }

class ChartId : public testing::TestWithParam<IdRow> {};
TEST_P(ChartId, IsRendered) {
  const auto& row = GetParam();
  const auto program = program_of(fmt::format(
      "groups: [{{family: F, metrics: [m], charts: [{{id: '{}', title: T, context: c, units: u, instances: {}, "
      "dimensions: [{{selector: m, name: v}}]}}]}}]",
      row.base, row.instances));
  Router router{std::make_shared<const Program>(program), "job"};
  const metrix::MetricMeta meta;
  const auto routes = router.templates({"m", row.labels, Kind::gauge, Kind::gauge, Role::none, meta});
  ASSERT_EQ(routes.size(), 1u);
  EXPECT_EQ(routes[0].verdict, row.want.empty() ? TemplateVerdict::missing_label : TemplateVerdict::accepted);
  EXPECT_EQ(routes[0].chart_id, row.want);
}
INSTANTIATE_TEST_SUITE_P(Table, ChartId, testing::ValuesIn(kIds),
                         [](const auto& row) { return std::string(row.param.name); });

/// A series without a template: `id|dimension|units|family`, or the verdict.
struct AutogenRow {
  std::string_view name, metric;
  Kind kind;
  Pairs labels;
  std::string_view id, dimension, units, family;
  Role role = Role::none;
  std::string_view unit{};  ///< of the metadata
  friend void PrintTo(const AutogenRow& row, std::ostream* out) { *out << row.name; }
};

constexpr auto kAny = std::string_view{"*"};

const AutogenRow kAutogen[] = {
    {"N55_unicode_escape", "x", Kind::gauge, {{"k", "\\u00e9"}}, "x-k=\xC3\xA9", "x", kAny, kAny},
    {"N55_control_stays_as_written", "x", Kind::gauge, {{"k", "a\\tb"}}, "x-k=a_tb", "x", kAny, kAny},
    {"N55_as_recorded_in_auto_id_escapes", "x", Kind::gauge, {{"k", "a\\\\b"}}, "x-k=a_b", "x", kAny, kAny},
    {"A3_no_escape", "x", Kind::gauge, {{"k", "a\\q"}}, "x-k=a_q", "x", kAny, kAny},
    {"A3_empty_value", "x", Kind::gauge, {{"k", ""}}, "x", "x", kAny, kAny},
    {"N56_seconds_total", "x_seconds_total", Kind::counter, {}, kAny, kAny, "seconds", kAny},
    {"N56_hertz", "x_hertz", Kind::gauge, {}, kAny, kAny, "Hz", kAny},
    {"N56_no_underscore", "x", Kind::gauge, {}, kAny, kAny, "events", kAny},
    {"N56_ratio", "x_ratio", Kind::gauge, {}, kAny, kAny, "events", kAny},
    {"N56_bytes_sum", "x_bytes_sum", Kind::counter, {}, kAny, kAny, "bytes/s", kAny},
    {"K23_nothing_after_the_underscore", "foo_", Kind::gauge, {}, kAny, kAny, "", kAny},
    {"N57_three_parts", "a_b_c", Kind::gauge, {}, kAny, kAny, kAny, "a_b"},
    {"N57_two_parts", "a_b", Kind::gauge, {}, kAny, kAny, kAny, "a_b"},
    {"N57_go", "go_x", Kind::gauge, {}, kAny, kAny, kAny, "go"},
    {"N57_process", "process_y", Kind::gauge, {}, kAny, kAny, kAny, "process"},
    {"N57_digits", "disk12_io_x9", Kind::gauge, {}, kAny, kAny, kAny, "disk12_io"},
    {"N57_one_letter", "a1", Kind::gauge, {}, kAny, kAny, kAny, "a1"},
    {"N58_after_the_dot", "svc.req", Kind::gauge, {}, kAny, "req", kAny, kAny},
    {"N58_dot_last", "svc.", Kind::gauge, {}, kAny, "svc.", kAny, kAny},
    {"N58_no_dot", "req", Kind::gauge, {}, kAny, "req", kAny, kAny},
    {"N61_bytes", "x", Kind::counter, {}, kAny, kAny, "bytes/s", kAny, Role::none, "bytes"},
    {"N61_per_second", "x", Kind::counter, {}, kAny, kAny, "req/s", kAny, Role::none, "req/s"},
    {"N61_seconds", "x", Kind::counter, {}, kAny, kAny, "seconds", kAny, Role::none, "seconds"},
    {"A9_not_for_a_count", "x_count", Kind::counter, {}, kAny, kAny, "events/s", kAny, Role::histogram_count, "bytes"},
    {"A3_quantile", "rt", Kind::gauge, {{"quantile", "0.5"}}, "rt", "quantile_0.5", kAny, kAny, Role::summary_quantile},
};

class AutogenName : public testing::TestWithParam<AutogenRow> {};
TEST_P(AutogenName, FollowsTheMetric) {
  const auto& row = GetParam();
  const auto program = program_of("engine: {autogen: {enabled: true}}\ngroups: [{family: F}]");
  Router router{std::make_shared<const Program>(program), "job"};
  const metrix::MetricMeta meta{.unit = std::string{row.unit}};
  const RoutedSeries series{row.metric, row.labels, row.kind, row.kind, row.role, meta};
  const auto& route = router.autogen(series);
  ASSERT_EQ(route.verdict, AutogenVerdict::accepted);
  const auto said = autogen_meta(series, route.family, "");
  if (row.id != kAny) EXPECT_EQ(route.chart_id, row.id);
  if (row.dimension != kAny) EXPECT_EQ(route.dimension, row.dimension);
  if (row.units != kAny) EXPECT_EQ(said.units, row.units);
  if (row.family != kAny) EXPECT_EQ(said.family, row.family);
}
INSTANTIATE_TEST_SUITE_P(Table, AutogenName, testing::ValuesIn(kAutogen),
                         [](const auto& row) { return std::string(row.param.name); });

struct RefusedRow {
  std::string_view name, autogen, metric;
  Role role;
  Pairs labels;
  AutogenVerdict want;
  friend void PrintTo(const RefusedRow& row, std::ostream* out) { *out << row.name; }
};

const RefusedRow kRefused[] = {
    {"N59_over_the_budget", "max_type_id_len: 16", "abc", Role::none, {}, AutogenVerdict::id_too_long},
    {"N59_within_the_budget", "max_type_id_len: 17", "abc", Role::none, {}, AutogenVerdict::accepted},
    {"N60_no_field", "", "usage_used", Role::measureset_field, {}, AutogenVerdict::unsupported_source},
    {"N60_no_suffix",
     "",
     "usage_used",
     Role::measureset_field,
     {{"measure_field", "free"}},
     AutogenVerdict::unsupported_source},
    {"N60_suffix", "", "usage_used", Role::measureset_field, {{"measure_field", "used"}}, AutogenVerdict::accepted},
    {"A7_no_quantile", "", "rt", Role::summary_quantile, {}, AutogenVerdict::unsupported_source},
};

class AutogenVerdictOf : public testing::TestWithParam<RefusedRow> {};
TEST_P(AutogenVerdictOf, ASeries) {
  const auto& row = GetParam();
  const auto program = program_of(fmt::format("engine: {{autogen: {{enabled: true{}{}}}}}\ngroups: [{{family: F}}]",
                                              row.autogen.empty() ? "" : ", ", row.autogen));
  Router router{std::make_shared<const Program>(program), "collector.job"};
  const metrix::MetricMeta meta;
  EXPECT_EQ(router.autogen({row.metric, row.labels, Kind::gauge, Kind::gauge, row.role, meta}).verdict, row.want);
}
INSTANTIATE_TEST_SUITE_P(Table, AutogenVerdictOf, testing::ValuesIn(kRefused),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::chartengine
