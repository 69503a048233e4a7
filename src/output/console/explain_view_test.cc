// SPDX-License-Identifier: GPL-3.0-or-later
// UPDATE_GOLDEN=1 rewrites want.txt and want.json; the difference is to be read before it is kept.
#include <cppd/base/file.h>
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/output/console/explain_view.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>

namespace cppd::output {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const std::string kFolder = std::string{CPPD_SOURCE_DIR} + "/src/output/console/testdata/explain/";

/// Two servers, one series without its identity, one with another code, one with a name of its own.
chartengine::Explanation explanation() {
  using metrix::Kind;
  Ledger ledger;
  metrix::Store store{{}, &ledger};
  chartengine::Engine engine{{.type_id = "web_local", .ledger = &ledger}};
  const auto spec = charttpl::decode_file(kFolder + "charts.yaml");
  if (!spec) throw std::runtime_error(spec.error().text());
  if (auto done = engine.load(*spec); !done) throw std::runtime_error(done.error().text());
  store.begin();
  const auto observe = [&](std::string_view name, Kind kind, std::vector<Label> labels, double value) {
    store.observe(store.series(*store.declare(name, {.kind = kind}, {}), labels), value);
  };
  observe("requests_total", Kind::counter, {{"code", "200"}, {"path", "/"}, {"server", "a"}}, 10);
  observe("requests_total", Kind::counter, {{"code", "200"}, {"path", "/x"}, {"server", "a"}}, 5);
  observe("requests_total", Kind::counter, {{"code", "500"}, {"path", "/"}, {"server", "a"}}, 1);
  observe("requests_total", Kind::counter, {{"code", "404"}, {"server", "a"}}, 3);
  observe("requests_total", Kind::counter, {{"code", "200"}}, 7);
  observe("load", Kind::gauge, {}, 0.5);
  observe("queue", Kind::gauge, {}, 2);
  observe("mising", Kind::gauge, {{"escape", "\x1b[31m\"\\"}}, 4);
  store.commit();
  auto attempt = engine.prepare(store);
  if (!attempt || !attempt->commit()) throw std::runtime_error("no plan");
  return explain(store, engine, ledger, "web_local");
}

ExplainOptions options() { return {.job = "web_local", .template_file = "charts.yaml"}; }

void expect_golden(const std::string& name, const std::string& text) {
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream{kFolder + name} << text;
  const auto want = read_file(kFolder + name);
  ASSERT_TRUE(want) << want.error().text();
  EXPECT_EQ(text, *want);
}

TEST(ExplainView, Text) { expect_golden("want.txt", explain_text(explanation(), options())); }
TEST(ExplainView, Json) { expect_golden("want.json", explain_json(explanation(), options())); }

TEST(ExplainView, LinesHaveAtMost100Columns) {
  const auto text = explain_text(explanation(), options());
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    EXPECT_LE(end - begin, 100u) << text.substr(begin, end - begin);
    begin = end + 1;
  }
}

struct Filter {
  std::string_view name;
  std::string_view series, chart;
  bool unplaced;
  std::vector<std::string> has, has_not;
  friend void PrintTo(const Filter& row, std::ostream* out) { *out << row.name; }
};
const Filter kFilters[] = {
    {"series_by_name", "load", "", false, {"web_local.shop_load  Load"}, {"requests", "ledger", "took nothing"}},
    {"series_by_labels", "*path=\"/x\"*", "", false, {"path=\"/x\""}, {"path=\"/\"", "failed", "mising"}},
    {"chart_by_id", "", "shop_requests_a", false, {"ok = 15", "failed = 1"}, {"shop_load", "mising"}},
    {"chart_by_type_and_id", "", "web_local.shop_r*", false, {"ok = 15"}, {"shop_load"}},
    {"chart_by_context", "", "shop.load_*", false, {"Load again", "left out"}, {"shop_requests"}},
    {"unplaced", "", "", true, {"mising", "On no chart: 4 series"}, {"ok = 15", "took nothing"}},
    {"unplaced_of_a_name", "requests*", "", true, {"code=\"404\""}, {"mising", "ok = 15"}},
};
class ExplainFilter : public testing::TestWithParam<Filter> {};
TEST_P(ExplainFilter, LeavesOutTheRest) {
  const auto& row = GetParam();
  auto view = options();
  if (!row.series.empty()) view.series = *matcher::Glob::parse(row.series);
  if (!row.chart.empty()) view.chart = *matcher::Glob::parse(row.chart);
  view.unplaced = row.unplaced;
  const auto text = explain_text(explanation(), view);
  for (const auto& wanted : row.has) EXPECT_THAT(text, HasSubstr(wanted));
  for (const auto& unwanted : row.has_not) EXPECT_THAT(text, Not(HasSubstr(unwanted)));
  EXPECT_THAT(text, HasSubstr("8 series: 4 on 2 charts, 4 on none"));
}
INSTANTIATE_TEST_SUITE_P(Table, ExplainFilter, testing::ValuesIn(kFilters),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(ExplainStrict, RefusesUnplacedSeriesAndWarnings) {
  chartengine::Explanation clean;
  clean.series.emplace_back();
  EXPECT_TRUE(explained_strictly(clean));
  auto warned = clean;
  warned.warnings.emplace_back();
  EXPECT_FALSE(explained_strictly(warned));
  clean.series.front().decision = chartengine::Decision::name_unmatched;
  EXPECT_FALSE(explained_strictly(clean));
}

}  // namespace
}  // namespace cppd::output
