// SPDX-License-Identifier: GPL-3.0-or-later
// Each decision of charts contract 4.12 has a row, with the sentence that a reader gets. Two cannot be reached through
// a store: autogen_unsupported (its parts always have their structural labels) and id_blank (an id is never blank).
#include <cppd/chartengine/explain.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace cppd::chartengine {
namespace {

using metrix::Kind;
using testing::ElementsAre;
using Kinds = ExplainedWarning::Kind;

struct Sample {
  std::string_view name;
  std::vector<Label> labels{};
  double value = 1;
  Kind kind = Kind::gauge;
};
using Cycle = std::vector<Sample>;

std::string text_of(const ExplainedSeries& series) {
  std::string out = series.name;
  for (const auto& [key, value] : series.labels) out += fmt::format("{{{}={}}}", key, value);
  return out;
}

/// A store and its engine, some cycles later.
struct Explained {
  Explained(std::string_view yaml, const std::vector<Cycle>& cycles, bool plan = true, std::string type_id = "job")
      : engine{{.type_id = type_id, .ledger = &ledger}} {
    const auto spec = charttpl::decode(yaml, "t.yaml");
    if (!spec) throw std::runtime_error(spec.error().text());
    if (auto done = engine.load(*spec); !done) throw std::runtime_error(done.error().text());
    for (const auto& cycle : cycles) {
      store.begin();
      for (const auto& sample : cycle) {
        const auto descriptor = store.declare(sample.name, {.kind = sample.kind}, {});
        if (!descriptor) throw std::runtime_error(descriptor.error().text());
        store.observe(store.series(*descriptor, sample.labels), sample.value);
      }
      store.commit();
      if (!plan) continue;
      auto attempt = engine.prepare(store);
      if (!attempt || !attempt->commit()) throw std::runtime_error("no plan");
    }
    out = explain(store, engine, ledger, type_id);
  }
  const ExplainedSeries& find(std::string_view text) const {
    for (const auto& series : out.series) {
      if (text_of(series) == text) return series;
    }
    throw std::runtime_error("no such series");
  }

  Ledger ledger;
  metrix::Store store{{}, &ledger};
  Engine engine;
  Explanation out;
};

/// A template of one group with these charts; line 5 is the first chart.
std::string charts(std::string_view list, std::string_view engine = "") {
  return fmt::format(R"(version: v1
{}
groups:
- {{family: F, metrics: [m, n, k, b_bucket], charts: [
{}
]}}
)",
                     engine.empty() ? "# no engine" : engine, list);
}
constexpr std::string_view kByZone =
    R"(  {title: T, context: c, units: u, instances: {by_labels: [zone]}, dimensions: [{selector: m, name: v}]})";
constexpr std::string_view kMode =
    R"(  {title: T, context: c, units: u, dimensions: [{selector: 'm{mode="user"}', name: v}]})";
constexpr std::string_view kPlain = R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name: v}]})";
constexpr std::string_view kTwice = R"(  {title: A, id: x, context: a, units: u, dimensions: [{selector: m, name: v}]},
  {title: B, id: x, context: b, units: u, dimensions: [{selector: n, name: v}]})";

struct Row {
  std::string_view name;
  std::string yaml;
  std::vector<Cycle> cycles;
  std::string_view subject;
  Decision decision;
  std::string_view why;
  std::string_view nearest = {};  // `line: why`
  bool plan = true;
  std::string type_id = "job";
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

const std::string kLong(1200, 'x');

const Row kRows[] = {
    {"route_accepted", charts(kPlain), {{{"m"}}}, "m", Decision::shown, ""},
    {"series_filtered_by_selector_deny",
     charts(kPlain, R"(engine: {selector: {deny: ["n", '{env="dev"}']}})"),
     {{{"m", {{"env", "dev"}}}}},
     "m{env=dev}",
     Decision::filtered,
     "the template's own selector refuses it: deny entry `{env=\"dev\"}`"},
    {"series_filtered_by_selector_allow",
     charts(kPlain, R"(engine: {selector: {allow: ["n", "k*"]}})"),
     {{{"m"}}},
     "m",
     Decision::filtered,
     "the template's own selector refuses it: no allow entry takes it (`n`, `k*`)"},
    {"series_filtered_by_sequence",
     charts(
         R"(  {title: T, context: c, units: u, lifecycle: {expire_after_cycles: 1}, dimensions: [{selector: m, name: v}]})"),
     {{{"m"}}, {{"n"}}},
     "m",
     Decision::not_seen,
     "the last cycle did not bring it"},
    {"waits_for_a_plan", charts(kPlain), {{{"m"}}}, "m", Decision::waiting, "it has not been planned yet", {}, false},
    {"candidate_selector_rejected",
     charts(kMode),
     {{{"m", {{"mode", "idle"}}}}},
     "m{mode=idle}",
     Decision::selector_rejected,
     "no selector of its name takes its labels, and autogen is off",
     "5: it wants mode=\"user\", and the series has mode=\"idle\""},
    {"candidate_selector_rejected_without_the_label",
     charts(kMode),
     {{{"m"}}},
     "m",
     Decision::selector_rejected,
     "no selector of its name takes its labels, and autogen is off",
     "5: it wants mode=\"user\", and the series has no label mode"},
    {"nearest_is_the_one_with_fewest_failed_terms",
     charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: 'm{a="1",b="1"}', name: v},
    {selector: 'm{a="2",b="1"}', name: w}]})"),
     {{{"m", {{"a", "2"}, {"b", "2"}}}}},
     "m{a=2}{b=2}",
     Decision::selector_rejected,
     "no selector of its name takes its labels, and autogen is off",
     "6: it wants b=\"1\", and the series has b=\"2\""},
    {"chart_identity_rejected",
     charts(kByZone),
     {{{"m", {{"zon", "eu"}}}}},
     "m{zon=eu}",
     Decision::label_missing,
     "the chart's identity needs the label zone, which the series lacks"},
    {"dimension_rejected_without_the_label",
     charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name_from_label: mode}]})"),
     {{{"m"}}},
     "m",
     Decision::nameless,
     "the label mode names the dimension, and it is missing from the series"},
    {"dimension_rejected_with_a_blank_label",
     charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name_from_label: mode}]})"),
     {{{"m", {{"mode", " "}}}}},
     "m{mode= }",
     Decision::nameless,
     "the label mode names the dimension, and it is blank on the series"},
    {"dimension_rejected_without_any_name",
     charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: b_bucket}]})"),
     {{{"b_bucket"}}},
     "b_bucket",
     Decision::nameless,
     "the dimension has neither name nor name_from_label, and a gauge gives it none"},
    {"id_too_long",
     charts(kByZone),
     {{{"m", {{"zone", kLong}}}}},
     "",
     Decision::id_too_long,
     "the chart's type.id takes 1206 bytes, more than 1200"},
    {"series_unmatched_autogen_disabled",
     charts(kPlain),
     {{{"load"}}},
     "load",
     Decision::name_unmatched,
     "no dimension selects its name, and autogen is off"},
    {"series_unmatched_with_a_name_nearby",
     charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: k, name: v}]})"),
     {{{"kk"}}},
     "kk",
     Decision::name_unmatched,
     "no dimension selects its name, and autogen is off",
     "5: its name is nearly the same"},
    {"series_unmatched_autogen_rule_rejected",
     charts(kPlain, R"(engine: {autogen: {enabled: true, rules: [{scope: "zz*", selector: {allow: [k]}},
  {scope: "lo*", selector: {deny: ['{env="dev"}']}}]}})"),
     {{{"load", {{"env", "dev"}}}}},
     "load{env=dev}",
     Decision::autogen_rejected,
     "autogen rule 1 (scope `lo*`) refuses it: deny entry `{env=\"dev\"}`"},
    {"series_unmatched_autogen_build_rejected",
     charts(kPlain, "engine: {autogen: {enabled: true, max_type_id_len: 8}}"),
     {{{"longname"}}},
     "longname",
     Decision::autogen_over_budget,
     "autogen's id takes 12 bytes, more than max_type_id_len 8"},
    {"chart_id_collision_rejected",
     charts(kTwice),
     {{{"m"}, {"n"}}},
     "n",
     Decision::id_taken,
     "the chart at line 5 has the id; this is the chart at line 6"},
    {"autogen_displaced",
     charts(R"(  {title: A, id: load, context: a, units: u, dimensions: [{selector: m, name: v}]})",
            "engine: {autogen: {enabled: true}}"),
     {{{"m"}, {"load"}}},
     "load",
     Decision::autogen_displaced,
     "the chart at line 5 has the id that autogen gives"},
    {"lifecycle_rejected_chart_instance_cap",
     charts(R"(  {title: T, context: c, units: u, instances: {by_labels: [zone]}, lifecycle: {max_instances: 1},
   dimensions: [{selector: m, name: v}]})"),
     {{{"m", {{"zone", "a"}}}, {"m", {{"zone", "b"}}}}},
     "m{zone=b}",
     Decision::chart_capped,
     "max_instances of the chart at line 5 is 1"},
    {"lifecycle_rejected_dimension_cap",
     charts(R"(  {title: T, context: c, units: u, lifecycle: {dimensions: {max_dims: 1}},
   dimensions: [{selector: m, name_from_label: zone}]})"),
     {{{"m", {{"zone", "a"}}}, {"m", {{"zone", "b"}}}}},
     "m{zone=b}",
     Decision::dimension_capped,
     "max_dims of the chart at line 5 is 1"},
};

class Explain : public testing::TestWithParam<Row> {};
TEST_P(Explain, Says) {
  const auto& row = GetParam();
  const Explained got{row.yaml, row.cycles, row.plan, row.type_id};
  const auto& series = row.subject.empty() ? got.out.series.front() : got.find(row.subject);
  EXPECT_EQ(decision_name(series.decision), decision_name(row.decision));
  EXPECT_EQ(series.why, row.why);
  std::string nearest;
  if (series.nearest)
    nearest = fmt::format("{}: {}", got.out.rules[series.nearest->rule].mark.line, series.nearest->why);
  EXPECT_EQ(nearest, row.nearest);
  // What is lost for good is in the ledger under the same reason.
  if (const auto reason = loss_reason(row.decision)) EXPECT_GT(got.ledger.counted(*reason), 0u);
  EXPECT_EQ(got.out.totals().placed,
            static_cast<std::size_t>(std::ranges::count(got.out.series, Decision::shown, &ExplainedSeries::decision)));
}
INSTANTIATE_TEST_SUITE_P(Table, Explain, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

struct WarningRow {
  std::string_view name;
  std::string yaml;
  Cycle cycle;
  std::vector<std::string> warnings;  // `kind line: text`
  friend void PrintTo(const WarningRow& row, std::ostream* out) { *out << row.name; }
};
const WarningRow kWarnings[] = {
    {"counter_on_an_absolute_chart",
     charts(R"(  {title: T, context: c, units: u, algorithm: absolute, dimensions: [{selector: m, name: v}]})"),
     {{"m", {}, 1, Kind::counter}},
     {"counter_as_absolute 5: the chart is absolute, but m is a counter: its total is shown, not its rate"}},
    {"gauge_on_an_incremental_chart",
     charts(R"(  {title: T, context: c, units: u, algorithm: incremental, dimensions: [{selector: m, name: v}]})"),
     {{"m"}},
     {"gauge_as_incremental 5: the chart is incremental, but m is a gauge: its change is shown, not its value"}},
    {"K9_fraction",
     charts(kPlain),
     {{"m", {}, 0.75}},
     {"fraction_cut 5: the dimension v is 0.75, and its fraction is cut: give it options: {float: true}"}},
    {"K9_no_fraction", charts(kPlain), {{"m", {}, 75}}, {}},
    {"K9_float",
     charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name: v, options: {float: true}}]})"),
     {{"m", {}, 0.75}},
     {}},
    {"K11_kinds",
     charts(
         R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name: v}, {selector: n, name_from_label: z}]})"),
     {{"m", {}, 1, Kind::counter}, {"n", {{"z", "v"}}}},
     {"mixed_kinds 5: the dimension v mixes a counter (m) and a gauge (n); m comes first and makes it incremental"}},
    {"K12_twice",
     charts(
         R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name: v}, {selector: 'm{y="1"}', name_from_label: z}]})"),
     {{"m", {{"y", "1"}, {"z", "v"}}}},
     {"counted_twice 5: m{y=\"1\",z=\"v\"} reaches the dimension v through two lines and is counted twice"}},
    {"label_to_promote_differs",
     charts(R"(  {title: T, context: c, units: u, label_promotion: [z], dimensions: [{selector: m, name: v}]})"),
     {{"m", {{"z", "1"}}}, {"m", {{"z", "2"}}}},
     {"label_differs 0: the label z is to be promoted, but the series of the chart disagree about it"}},
    {"K2_refused_and_on_autogen",
     charts(kByZone, "engine: {autogen: {enabled: true}}"),
     {{"m"}},
     {"fell_to_autogen 5: m is on a chart of autogen, because the template refuses it: the chart's identity needs the "
      "label zone, which the series lacks"}},
};
class ExplainWarning : public testing::TestWithParam<WarningRow> {};
TEST_P(ExplainWarning, Says) {
  const Explained got{GetParam().yaml, {GetParam().cycle}};
  std::vector<std::string> warnings;
  for (const auto& warning : got.out.warnings) {
    const auto line = warning.rule == kNotExplained ? 0 : got.out.rules[warning.rule].mark.line;
    warnings.push_back(fmt::format("{} {}: {}", warning_name(warning.kind), line, warning.text));
  }
  EXPECT_EQ(warnings, GetParam().warnings);
}
INSTANTIATE_TEST_SUITE_P(Table, ExplainWarning, testing::ValuesIn(kWarnings),
                         [](const auto& row) { return std::string(row.param.name); });

struct IdleRow {
  std::string_view name;
  std::string yaml;
  Cycle cycle;
  std::string_view why;
  friend void PrintTo(const IdleRow& row, std::ostream* out) { *out << row.name; }
};
const IdleRow kIdle[] = {
    {"took_something", charts(kPlain), {{"m"}}, ""},
    {"no_such_name", charts(kPlain), {{"totally_different"}}, "there is no series m"},
    {"misspelled_name",
     "groups:\n- {family: F, metrics: [requests], charts: [{title: T, context: c, units: u, "
     "dimensions: [{selector: requests, name: v}]}]}\n",
     {{"request"}},
     "there is no series requests; the nearest is request"},
    {"labels_differ",
     charts(kMode),
     {{"m", {{"mode", "a"}}}, {"m", {{"mode", "b"}}}},
     "none of the 2 series of m has the labels: it wants mode=\"user\", and the series has mode=\"a\""},
    {"all_refused",
     charts(kByZone),
     {{"m"}},
     "it refused all 1 series that it selects: the chart's identity needs the label zone, which the series lacks"},
    {"filtered",
     charts(kPlain, "engine: {selector: {deny: [m]}}"),
     {{"m"}},
     "m is filtered: the template's own selector refuses it: deny entry `m`"},
};
class ExplainIdle : public testing::TestWithParam<IdleRow> {};
TEST_P(ExplainIdle, Says) {
  const Explained got{GetParam().yaml, {GetParam().cycle}};
  EXPECT_EQ(got.out.rules.front().idle, GetParam().why);
}
INSTANTIATE_TEST_SUITE_P(Table, ExplainIdle, testing::ValuesIn(kIdle),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ExplainChart, SaysWhatFeedsIt) {
  const Explained got{charts(R"(  {title: T, context: c, units: u, aggregation: max, instances: {by_labels: [zone]},
   dimensions: [{selector: m, name: v, options: {multiplier: 2, divisor: 3}}]})"),
                      {{{"m", {{"host", "x"}, {"rack", "1"}, {"zone", "a"}}, 4},
                        {"m", {{"host", "x"}, {"rack", "2"}, {"zone", "a"}}, 9}}}};
  ASSERT_EQ(got.out.charts.size(), 1u);
  const auto& chart = got.out.charts.front();
  EXPECT_EQ(chart.id, "c_a");
  EXPECT_EQ(chart.mark.line, 5u);
  ASSERT_EQ(chart.labels.size(), 2u);
  EXPECT_EQ(chart.labels[0].key + (chart.labels[0].identity ? " identity" : " shared"), "host shared");
  EXPECT_EQ(chart.labels[1].key + (chart.labels[1].identity ? " identity" : " shared"), "zone identity");
  EXPECT_THAT(chart.differing, ElementsAre("rack"));
  ASSERT_EQ(chart.dimensions.size(), 1u);
  const auto& dimension = chart.dimensions.front();
  EXPECT_THAT(dimension.series, ElementsAre(0u, 1u));
  EXPECT_EQ(dimension.value, 9);
  EXPECT_EQ(dimension.attributes, (DimensionAttributes{.multiplier = 2, .divisor = 3}));
  EXPECT_EQ(dimension.rule, 0u);
  EXPECT_EQ(dimension.decided_by, 0u);
}

struct LeftOut {
  std::string_view name;
  std::string yaml;
  std::string_view series, context;
  friend void PrintTo(const LeftOut& row, std::ostream* out) { *out << row.name; }
};
const LeftOut kLeftOut[] = {
    {"of_the_template", charts(kTwice), "n", "b"},
    {"of_autogen",
     charts(R"(  {title: A, id: load, context: a, units: u, dimensions: [{selector: m, name: v}]})",
            "engine: {autogen: {enabled: true}}"),
     "load", "load"},
};
class ExplainLeftOut : public testing::TestWithParam<LeftOut> {};
TEST_P(ExplainLeftOut, ChartHasItsOwnDefinition) {
  const Explained got{GetParam().yaml, {{{"m"}, {GetParam().series}}}};
  const auto& placements = got.find(GetParam().series).placements;
  ASSERT_EQ(placements.size(), 1u);
  EXPECT_EQ(got.out.charts[placements.front().chart].meta.context, GetParam().context);
}
INSTANTIATE_TEST_SUITE_P(Table, ExplainLeftOut, testing::ValuesIn(kLeftOut),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ExplainChart, K26SaysWhereEveryBucketIsAChart) {
  Ledger ledger;
  metrix::Store store{{}, &ledger};
  Engine engine{{.type_id = "job", .ledger = &ledger}};
  const auto spec = charttpl::decode(R"(groups:
- {family: F, metrics: [h_bucket], charts: [{title: T, context: c, units: u, instances: {by_labels: ["*"]},
   dimensions: [{selector: h_bucket}]}]}
)");
  ASSERT_TRUE(spec && engine.load(*spec));
  store.begin();
  const auto histogram = metrix::SnapshotMeter{store}.histogram("h", {.bounds = {1}});
  const metrix::HistogramBucket buckets[] = {{1, 1}};
  histogram.observe_point({.count = 2, .sum = 3, .buckets = buckets});
  store.commit();
  auto attempt = engine.prepare(store);
  ASSERT_TRUE(attempt && attempt->commit());
  const auto out = explain(store, engine, ledger, "job");
  ASSERT_EQ(out.warnings.size(), 1u);
  EXPECT_EQ(out.warnings[0].text,
            "every bucket of h_bucket becomes a chart of its own: by_labels should leave out le (\"!le\")");
}

TEST(ExplainHosts, ScopesComeOneAfterTheOther) {
  Ledger ledger;
  metrix::Store store{{}, &ledger};
  HostEngines engines{{.type_id = "job", .ledger = &ledger}};
  const auto spec = charttpl::decode(charts(kPlain));
  ASSERT_TRUE(spec && engines.load(*spec));
  store.begin();
  const auto claim = store.claim({.key = "k", .guid = "g", .hostname = "h", .labels = {}});
  const auto descriptor = store.declare("m", {}, {});
  ASSERT_TRUE(descriptor);
  store.observe(store.series(*descriptor, Labels{}, claim), 1);
  store.observe(store.series(*descriptor, Labels{}), 2);
  store.commit();
  const auto hosts = engines.synchronize(store);
  ASSERT_TRUE(hosts);
  for (auto* host : *hosts) {
    auto attempt = host->engine->prepare(store);
    ASSERT_TRUE(attempt && attempt->commit());
  }
  const auto out = explain(store, engines, ledger, "job");
  std::vector<std::string> lines;
  for (const auto& series : out.series)
    lines.push_back(fmt::format("{}={} on chart {} of {}", series.host, series.value, series.placements.at(0).chart,
                                out.charts[series.placements.at(0).chart].host));
  EXPECT_THAT(lines, ElementsAre("=2 on chart 0 of ", "k=1 on chart 1 of k"));
}

// One chart with very many dimensions, and many names that no line has: both are places for quadratic work.
TEST(ExplainCost, ManySeriesAreExplainedQuickly) {
  std::string names, dimensions;
  for (int i = 0; i < 2000; ++i) {
    names += fmt::format("{}requests_of_kind_{}", i == 0 ? "" : ", ", i);
    dimensions += fmt::format(", {{selector: requests_of_kind_{0}, name: d{0}}}", i);
  }
  const auto yaml = fmt::format(
      "groups:\n- {{family: F, metrics: [m, {}], charts: [{{title: T, context: c, units: u,\n"
      "  dimensions: [{{selector: m, name_from_label: id}}{}]}}]}}\n",
      names, dimensions);
  std::vector<std::string> texts;
  for (int i = 0; i < 20000; ++i) texts.push_back(fmt::format("requests_of_kin_{}", i));
  Cycle cycle;
  for (const auto& text : texts) cycle.push_back({text});
  for (const auto& text : texts) cycle.push_back({"m", {{"id", text}}});
  const Explained got{yaml, {cycle}};
  EXPECT_EQ(got.out.totals().placed, texts.size());
  const auto started = std::chrono::steady_clock::now();
  const auto again = explain(got.store, got.engine, got.ledger, "job");
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds{10});
  EXPECT_EQ(again.series.size(), cycle.size());
}

TEST(ExplainNames, AVariableIsNoDimensionOfItsName) {
  const Explained got{charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name: lim}],
   variables: [{selector: n, name: lim}]})"),
                      {{{"m", {{"z", "1"}}, 1}, {"n", {}, 9}}}};
  ASSERT_EQ(got.out.charts.size(), 1u);
  const auto& chart = got.out.charts[0];
  ASSERT_EQ(chart.dimensions.size(), 2u);
  EXPECT_EQ(chart.dimensions[0].value, 1);
  EXPECT_EQ(chart.dimensions[1].value, 9);
  EXPECT_TRUE(chart.dimensions[1].attributes.variable);
  ASSERT_EQ(chart.labels.size(), 1u) << "series of variables have no say about labels";
  EXPECT_EQ(chart.labels[0].key, "z");
}

TEST(ExplainNames, ThoseThatAreOneToTheReaderAreOneDimension) {
  const Explained got{charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name: x},
   {selector: n, name: "x'"}]})"),
                      {{{"m", {}, 1}, {"n", {}, 2}}}};
  for (const auto& series : got.out.series) EXPECT_EQ(series.decision, Decision::shown) << series.name;
  EXPECT_EQ(got.out.charts.at(0).dimensions.at(0).value, 3);
}

TEST(ExplainNames, NothingIsLeftOfOneOnTheWire) {
  const Explained got{charts(R"(  {title: T, context: c, units: u, dimensions: [{selector: m, name_from_label: z}]})"),
                      {{{"m", {{"z", "'"}}, 1}}}};
  ASSERT_EQ(got.out.series.size(), 1u);
  EXPECT_EQ(got.out.series[0].decision, Decision::nameless);
  EXPECT_EQ(got.out.series[0].why, "nothing is left of the name \"'\" on the wire");
}

}  // namespace
}  // namespace cppd::chartengine
