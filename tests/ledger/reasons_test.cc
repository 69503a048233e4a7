// SPDX-License-Identifier: GPL-3.0-or-later
// Each reason of the loss ledger that store, engine and emitter count is made to happen here. Those of jobs are in
// src/jobruntime/job_test.cc, those of the scraping collector beside it; the last test holds the three lists together.
#include <cppd/base/file.h>
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/engine.h>
#include <cppd/charttpl/decode.h>
#include <cppd/metrix/instrument.h>
#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <set>

namespace cppd {
namespace {

/// A job without a collector.
struct House {
  explicit House(std::string_view yaml = "groups: [{family: F}]", metrix::StoreOptions options = {})
      : store{options, &ledger} {
    const auto spec = charttpl::decode(yaml);
    if (!spec || !engine.load(*spec)) throw std::runtime_error{"template"};
  }
  template <class Write>
  void cycle(Write write) {
    store.begin();
    write();
    store.commit();
    auto attempt = engine.prepare(store);
    netdataapi::FramePool pool{64};
    netdataapi::Frame frame{pool};
    sink.write_to(frame);
    if (!sink.emit(engine, attempt->plan(), environment, {})) throw std::runtime_error{"emit"};
    (void)attempt->commit();
  }

  Ledger ledger;
  metrix::Store store;
  chartengine::Engine engine{{.type_id = "job", .ledger = &ledger}};
  chartemit::NetdataSink sink{ledger};
  chartemit::Environment environment{.type_id = "job", .plugin = "p", .module = "m", .job = "j"};
  metrix::SnapshotMeter meter{store};
  metrix::StatefulMeter stateful{store};
};

constexpr std::string_view kByLabel = R"(
groups:
- family: F
  metrics: [m, n]
  charts:
  - {id: c, title: T, context: c, units: u, instances: {by_labels: [id]}, lifecycle: {max_instances: 1},
     dimensions: [{selector: m, name: v}]}
  - {id: d, title: T, context: d, units: u, lifecycle: {dimensions: {max_dims: 1}}, dimensions: [{selector: n, name_from_label: id}]}
)";
constexpr std::string_view kAutogen = "engine: {autogen: {enabled: true}}\ngroups: [{family: F}]";
const double kNan = std::numeric_limits<double>::quiet_NaN();

struct Row {
  LossReason reason;
  std::function<Ledger()> make;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << loss_reason_name(row.reason); }
};

const Row kRows[] = {
    {LossReason::sample_not_finite,
     [] {
       House house;
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(kNan); });
       return house.ledger;
     }},
    {LossReason::sample_negative_delta,
     [] {
       House house;
       const auto counter = house.stateful.counter("m");
       house.cycle([&] { counter.add(-1); });
       return house.ledger;
     }},
    {LossReason::sample_invalid_labels,
     [] {
       House house;
       const auto gauge = house.meter.gauge("m");
       const Label label{"", "x"};
       house.cycle([&] { gauge.with({&label, 1}).observe(1); });
       return house.ledger;
     }},
    {LossReason::sample_outside_cycle,
     [] {
       House house;
       house.meter.gauge("m").observe(1);
       return house.ledger;
     }},
    {LossReason::sample_invalid_scope,
     [] {
       House house;
       (void)house.meter.with_host_scope({.key = "k"});  // neither GUID nor hostname
       return house.ledger;
     }},
    {LossReason::series_name_clash,
     [] {
       House house;
       const auto requests = house.meter.summary("requests");
       const auto count = house.meter.gauge("requests_count");
       house.cycle([&] { requests.observe_point({.count = 1}), count.observe(1); });
       return house.ledger;
     }},
    {LossReason::sample_kind_conflict,
     [] {
       House house;
       house.cycle([&] {
         house.meter.gauge("m").observe(1);
         house.meter.counter("m").observe_total(1);
       });
       return house.ledger;
     }},
    {LossReason::sample_invalid_point,
     [] {
       House house;
       const auto histogram = house.meter.histogram("m", {.bounds = {1, 2}});
       house.cycle([&] { histogram.observe_point({.count = -1}); });
       return house.ledger;
     }},
    {LossReason::sample_declaration_conflict,
     [] {
       House house;
       (void)house.meter.gauge("m", {.unit = "bytes"});
       (void)house.meter.gauge("m", {.unit = "seconds"});
       return house.ledger;
     }},
    {LossReason::stale_handle,
     [] {
       House house{"groups: [{family: F}]", {.expire_after_success_cycles = 1}};
       const auto id = house.store.declare("m", {}, {});
       metrix::SeriesRef ref;
       house.cycle([&] {
         ref = house.store.series(*id, Labels{});
         house.store.observe(ref, 1);
       });
       house.cycle([] {});
       house.cycle([&] { EXPECT_FALSE(house.store.observe(ref, 2)); });
       return house.ledger;
     }},
    {LossReason::series_capped,
     [] {
       House house{"groups: [{family: F}]", {.max_series = 1}};
       const auto vec = house.meter.vec("m", {"id"}).gauge();
       house.cycle([&] { vec("a").observe(1), vec("b").observe(1); });
       return house.ledger;
     }},
    {LossReason::series_expired,
     [] {
       House house{"groups: [{family: F}]", {.expire_after_success_cycles = 1}};
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(1); });
       house.cycle([] {});
       return house.ledger;
     }},
    {LossReason::series_unmatched,
     [] {
       House house;
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(1); });
       return house.ledger;
     }},
    {LossReason::series_filtered,
     [] {
       House house{"engine: {selector: {deny: [m]}}\ngroups: [{family: F}]"};
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(1); });
       return house.ledger;
     }},
    {LossReason::route_missing_label,
     [] {
       House house{kByLabel};
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(1); });
       return house.ledger;
     }},
    {LossReason::route_nameless_dimension,
     [] {
       House house{kByLabel};
       const auto gauge = house.meter.gauge("n");
       house.cycle([&] { gauge.observe(1); });
       return house.ledger;
     }},
    {LossReason::chart_id_collision,
     [] {
       House house{
           "groups: [{family: F, metrics: [m, n], charts: [{id: c, title: T, context: c, units: u, dimensions: "
           "[{selector: m, name: v}]}, {id: c, title: T, context: c, units: u, dimensions: [{selector: n, name: "
           "v}]}]}]"};
       const auto first = house.meter.gauge("m");
       const auto second = house.meter.gauge("n");
       house.cycle([&] { first.observe(1), second.observe(2); });
       return house.ledger;
     }},
    {LossReason::chart_id_too_long,
     [] {
       House house{kAutogen};
       const auto gauge = house.meter.gauge(std::string(1300, 'x'));
       house.cycle([&] { gauge.observe(1); });
       return house.ledger;
     }},
    {LossReason::chart_capped,
     [] {
       House house{kByLabel};
       const auto vec = house.meter.vec("m", {"id"}).gauge();
       house.cycle([&] { vec("a").observe(1), vec("b").observe(1); });
       return house.ledger;
     }},
    {LossReason::dimension_capped,
     [] {
       House house{kByLabel};
       const auto vec = house.meter.vec("n", {"id"}).gauge();
       house.cycle([&] { vec("a").observe(1), vec("b").observe(1); });
       return house.ledger;
     }},
    {LossReason::dimension_kind_conflict,
     [] {
       House house{
           "groups: [{family: F, metrics: [m, n], charts: [{title: T, context: c, units: u, dimensions: "
           "[{selector: m, name_from_label: id}, {selector: n, name_from_label: id}]}]}]"};
       const auto gauges = house.meter.vec("m", {"id"}).gauge();
       const auto counters = house.meter.vec("n", {"id"}).counter();
       house.cycle([&] { gauges("a").observe(1), counters("a").observe_total(1); });
       return house.ledger;
     }},
    {LossReason::variable_without_chart,
     [] {
       House house{
           "groups: [{family: F, metrics: [m, n], charts: [{title: T, context: c, units: u, dimensions: "
           "[{selector: n, name: v}], variables: [{selector: m, name: v}]}]}]"};
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(1); });
       return house.ledger;
     }},
    {LossReason::value_truncated,
     [] {
       House house{kAutogen};
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(0.5); });
       return house.ledger;
     }},
    {LossReason::value_out_of_range,
     [] {
       House house{kAutogen};
       const auto gauge = house.meter.gauge("m");
       house.cycle([&] { gauge.observe(1e300); });
       return house.ledger;
     }},
    {LossReason::wire_text_refused,
     [] {
       House house{kByLabel};
       const auto vec = house.meter.vec("n", {"id"}).gauge();
       house.cycle([&] { vec("''").observe(1); });
       return house.ledger;
     }},
    {LossReason::host_scope_refused,
     [] {
       House house;
       chartemit::NetdataSink old{house.ledger, false};
       EXPECT_FALSE(
           old.select_host({.key = "k", .guid = "8a795b0c-2311-11e6-8563-000c295076a6", .hostname = "h"}, true));
       return house.ledger;
     }},
};

class LedgerReason : public testing::TestWithParam<Row> {};
TEST_P(LedgerReason, IsCounted) { EXPECT_GE(GetParam().make().counted(GetParam().reason), 1u); }
INSTANTIATE_TEST_SUITE_P(Table, LedgerReason, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string{loss_reason_name(row.param.reason)}; });

TEST(LedgerReasons, EachIsMadeToHappenBySomeTest) {
  std::set<LossReason> covered;
  for (const auto& row : kRows) covered.insert(row.reason);
  for (const auto* path : {"/src/jobruntime/job_test.cc", "/src/collectors/prometheus/collector_test.cc",
                           "/src/collectors/prometheus/page_writer_test.cc"}) {
    const auto text = read_file(std::string{CPPD_SOURCE_DIR} + path);
    ASSERT_TRUE(text) << path;
    for (std::size_t i = 0; i < kLossReasons; ++i) {
      const auto reason = static_cast<LossReason>(i);
      if (text->find("LossReason::" + std::string{loss_reason_name(reason)}) != std::string::npos)
        covered.insert(reason);
    }
  }
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    const auto reason = static_cast<LossReason>(i);
    EXPECT_TRUE(covered.contains(reason)) << loss_reason_name(reason);
  }
}

}  // namespace
}  // namespace cppd
