// SPDX-License-Identifier: GPL-3.0-or-later
// Readers of the metric store: look-ups, scans, host scopes. Nothing is written between two readings.
#include "store_fixture.h"

namespace {

using namespace cppd;
using namespace cppd::bench;
using metrix::Reader;
using metrix::SnapshotMeter;
using metrix::Store;

/// Gauges of one metric, told apart by an id.
void fill(Store& store, const std::vector<std::string>& ids) {
  const SnapshotMeter meter{store};
  const auto by_id = meter.vec("metric", {"id"}).gauge();
  double value = 0;
  store.begin();
  for (const auto& id : ids) by_id(id).observe(value++);
  store.commit();
}

/// A value by name and labels, one series after the other. Mirrors BenchmarkReaderValueLookup.
void look_up_value(benchmark::State& state) {
  const auto ids = numbered("id", static_cast<std::size_t>(state.range(0)));
  Store store;
  fill(store, ids);
  const Reader reader{store};
  const auto sum = [&] {
    double total = 0;
    for (const auto& id : ids) {
      const Label label{"id", id};
      total += reader.value("metric", {&label, 1}).value_or(-1e9);
    }
    return total;
  };
  const auto n = static_cast<double>(ids.size());
  double got = sum();
  PerItem per_look_up{state, ids.size()};
  for (auto _ : state) benchmark::DoNotOptimize(got = sum());
  per_look_up.report();
  expect(state, got == n * (n - 1) / 2, "the sum of the values is wrong");
}
BENCHMARK(look_up_value)->Arg(1)->Arg(1000);

/// A part of a histogram by its flat name and labels, as many instances with three buckets each.
void look_up_flattened_part(benchmark::State& state) {
  const auto ids = numbered("id", static_cast<std::size_t>(state.range(0)));
  Store store;
  {
    const SnapshotMeter meter{store};
    const auto by_id = meter.vec("metric", {"id"}).histogram({.bounds = {1, 2, 5}});
    const metrix::HistogramBucket buckets[] = {{1, 1}, {2, 3}, {5, 6}};
    store.begin();
    for (const auto& id : ids) by_id(id).observe_point({.count = 6, .sum = 1, .buckets = buckets});
    store.commit();
  }
  const Reader reader{store, {.flatten = true}};
  const auto sum = [&] {
    double total = 0;
    for (const auto& id : ids) {
      const Label labels[] = {{"id", id}, {"le", "2"}};
      total += reader.value("metric_bucket", labels).value_or(-1e9);
    }
    return total;
  };
  double got = sum();
  PerItem per_look_up{state, ids.size()};
  for (auto _ : state) benchmark::DoNotOptimize(got = sum());
  per_look_up.report();
  expect(state, got == 2 * static_cast<double>(ids.size()), "the sum of the buckets is wrong");
}
BENCHMARK(look_up_flattened_part)->Arg(1)->Arg(1000);

/// A reader, then every series in order with name, labels and value. Mirrors BenchmarkReaderForEachSeriesIdentityRaw.
void scan_in_order(benchmark::State& state) {
  const auto ids = numbered("id", static_cast<std::size_t>(state.range(0)));
  Store store;
  fill(store, ids);
  std::vector<Label> labels;
  const auto scan = [&] {
    const Reader reader{store, {.raw = true}};
    std::size_t in_order = 0;
    std::string_view last;
    for (const auto id : reader.series()) {
      reader.labels(id, labels);
      in_order += labels[0].value > last && reader.value(id) >= 0 && reader.name(id) == "metric" ? 1 : 0;
      last = labels[0].value;
    }
    return in_order;
  };
  std::size_t got = scan();
  PerItem per_series{state, ids.size()};
  for (auto _ : state) benchmark::DoNotOptimize(got = scan());
  per_series.report();
  expect(state, got == ids.size(), "a series is missing or out of order");
}
BENCHMARK(scan_in_order)->Arg(100)->Arg(1000);

/// A flattened reader over one instance each of a gauge, a histogram (three buckets), a summary (two quantiles), a
/// state set (two) and a measure set (two), times as many ids. Mirrors BenchmarkCollectorStoreFlattenProjectionWarm.
void scan_flattened(benchmark::State& state) {
  const auto ids = numbered("id", static_cast<std::size_t>(state.range(0)));
  Store store;
  {
    const SnapshotMeter meter{store};
    const auto gauge = meter.vec("gauge", {"id"}).gauge();
    const auto histogram = meter.vec("histogram", {"id"}).histogram({.bounds = {1, 2, 5}});
    const auto summary = meter.vec("summary", {"id"}).summary({.quantiles = {.5, .9}});
    const auto states = meter.vec("states", {"id"}).state_set({.states = {"a", "b"}});
    const auto fields = meter.vec("fields", {"id"}).measure_gauge({.fields = {{"x"}, {"y"}}});
    const metrix::HistogramBucket buckets[] = {{1, 1}, {2, 3}, {5, 6}};
    const metrix::SummaryQuantile quantiles[] = {{.5, 1}, {.9, 2}};
    store.begin();
    for (const auto& id : ids) {
      gauge(id).observe(1);
      histogram(id).observe_point({.count = 6, .sum = 1, .buckets = buckets});
      summary(id).observe_point({.count = 1, .sum = 1, .quantiles = quantiles});
      states(id).enable({"a"});
      fields(id).observe_point({1, 2});
    }
    store.commit();
  }
  const auto scan = [&] {
    const Reader reader{store, {.flatten = true}};
    std::size_t count = 0;
    for (const auto id : reader.series()) count += reader.value(id) >= 0 ? 1 : 0;
    return count;
  };
  const auto want = ids.size() * (1 + 6 + 4 + 2 + 2);
  std::size_t got = scan();
  PerItem per_series{state, want};
  for (auto _ : state) benchmark::DoNotOptimize(got = scan());
  per_series.report();
  expect(state, got == want, "parts are missing");
}
BENCHMARK(scan_flattened)->Arg(32)->Arg(512);

/// Gauges spread evenly over host scopes; what a cycle of them writes. The first scope is the default one.
class Hosts {
 public:
  Hosts(Store& store, std::size_t scopes, std::size_t series) : scopes_{scopes} {
    const auto keys = numbered("host", scopes);
    const auto ids = numbered("id", series);
    store.begin();
    for (std::size_t scope = 0; scope < scopes; ++scope) {
      const SnapshotMeter plain{store};
      const auto& key = keys[scope];
      const auto meter = scope == 0 ? plain : plain.with_host_scope({.key = key, .guid = key, .hostname = key});
      const auto by_id = meter.vec("metric", {"id"}).gauge();
      for (std::size_t i = scope; i < series; i += scopes) by_id(ids[i]).observe(1);
    }
    store.commit();
  }
  [[nodiscard]] std::size_t scopes() const { return scopes_; }

 private:
  std::size_t scopes_;
};

/// 4096 series over as many scopes: which scopes there are, with their metadata. Mirrors
/// BenchmarkCollectorStoreHostScopes.
void list_host_scopes(benchmark::State& state) {
  Store store;
  const Hosts hosts{store, static_cast<std::size_t>(state.range(0)), 4096};
  const Reader reader{store};
  std::size_t got = reader.host_scopes().size();
  PerItem per_scope{state, hosts.scopes()};
  for (auto _ : state) benchmark::DoNotOptimize(got = reader.host_scopes().size());
  per_scope.report();
  expect(state, got == hosts.scopes() && store.series_count() == 4096, "scopes are missing");
}
BENCHMARK(list_host_scopes)->ArgName("scopes")->Arg(1)->Arg(8)->Arg(64)->Arg(512);

/// Finds the scopes, and reads each with two readers, of which the flattened one looks at every series. Mirrors
/// BenchmarkCollectorStoreFlattenFanoutWarm and ...FanoutBySeriesWarm.
void read_scope_by_scope(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(1));
  Store store;
  const Hosts hosts{store, static_cast<std::size_t>(state.range(0)), series};
  const auto scan = [&] {
    std::size_t count = 0;
    for (const auto& host : Reader{store}.visible_host_scopes()) {
      const Reader plain{store, {.scope = host.key}};
      const Reader flat{store, {.flatten = true, .scope = host.key}};
      if (plain.series().empty()) return std::size_t{0};
      for (const auto id : flat.series()) count += flat.value(id) == 1 ? 1 : 0;
    }
    return count;
  };
  std::size_t got = scan();
  PerItem per_series{state, series};
  for (auto _ : state) benchmark::DoNotOptimize(got = scan());
  per_series.report();
  expect(state, got == series, "series are missing");
}
BENCHMARK(read_scope_by_scope)
    ->ArgNames({"scopes", "series"})
    ->ArgsProduct({{1, 8, 64, 512}, {4096}})
    ->ArgsProduct({{32}, {32, 512, 8192}});

/// Sixteen series of one scope, beside as many of another one. Mirrors BenchmarkCollectorStoreScopedIteration.
void scan_scope_beside_others(benchmark::State& state) {
  const auto foreign = static_cast<std::size_t>(state.range(0));
  Store store;
  const SnapshotMeter meter{store};
  const auto write = [&](const std::string& key, std::size_t series) {
    const auto by_id = meter.with_host_scope({.key = key, .guid = key, .hostname = key}).vec("metric", {"id"}).gauge();
    for (const auto& id : numbered("id", series)) by_id(id).observe(1);
  };
  store.begin();
  write("target", 16);
  write("foreign", foreign);
  store.commit();
  const auto scan = [&] {
    const Reader reader{store, {.scope = "target"}};
    std::size_t count = 0;
    for (const auto id : reader.series()) count += reader.value(id) == 1 ? 1 : 0;
    return count;
  };
  std::size_t got = scan();
  PerItem per_series{state, 16};
  for (auto _ : state) benchmark::DoNotOptimize(got = scan());
  per_series.report();
  expect(state, got == 16 && store.series_count() == 16 + foreign, "series are missing");
}
BENCHMARK(scan_scope_beside_others)->ArgName("foreign")->Arg(0)->Arg(1024)->Arg(16384);

}  // namespace
