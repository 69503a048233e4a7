// SPDX-License-Identifier: GPL-3.0-or-later
// What writers who contradict each other cost the metric store. Each cycle is all contradiction; the cost must be
// linear in what was written, and the run fails when it is not.
#include "store_fixture.h"

namespace {

using namespace cppd;
using namespace cppd::bench;
using metrix::HistogramBucket;
using metrix::SnapshotMeter;
using metrix::Store;

/// Times cycles of `write`, and judges their growth.
template <class Write>
void judged_cycles(benchmark::State& state, Linear& linear, Store& store, Write write) {
  const auto items = static_cast<std::size_t>(state.range(0));
  const auto cycle = [&] {
    store.begin();
    write();
    store.commit();
  };
  for (int i = 0; i < 3; ++i) cycle();
  PerItem per_item{state, items};
  for (auto _ : state) cycle();
  per_item.report();
  linear.check(state, items, cycle);
}

/// Every metric changes its kind each cycle. Mirrors BenchmarkCollectorCommitManySuperseded.
void every_metric_superseded(benchmark::State& state) {
  static Linear linear;
  Store store;
  const SnapshotMeter meter{store};
  const auto names = numbered("metric_", static_cast<std::size_t>(state.range(0)));
  bool flip = false;
  judged_cycles(state, linear, store, [&] {
    flip = !flip;
    for (const auto& name : names) {
      if (flip)
        meter.gauge(name).observe(1);
      else
        meter.counter(name).observe_total(1);
    }
  });
  const auto want = flip ? metrix::Kind::gauge : metrix::Kind::counter;
  const metrix::Reader reader{store};
  std::size_t found = 0;
  for (const auto id : reader.series()) found += reader.meta(id).kind == want ? 1 : 0;
  expect(state, found == names.size() && store.series_count() == found, "not every metric has its new kind alone");
  expect(state, store.ledger().summary().empty() && store.meta().dropped_names == 0, "something was lost");
}
BENCHMARK(every_metric_superseded)->Arg(100)->Arg(1000)->Arg(5000)->Unit(benchmark::kMicrosecond);

/// Every name is observed as two kinds, neither of them established. Mirrors BenchmarkCollectorCommitManyDropped.
void every_metric_dropped(benchmark::State& state) {
  static Linear linear;
  Store store;
  const SnapshotMeter meter{store};
  const auto names = numbered("metric_", static_cast<std::size_t>(state.range(0)));
  judged_cycles(state, linear, store, [&] {
    for (const auto& name : names) {
      meter.gauge(name).observe(1);
      meter.counter(name).observe_total(1);
    }
  });
  expect(state, store.series_count() == 0, "a dropped name has a series");
  expect(state, store.meta().dropped_names == names.size() * store.success_clock(), "not every name was dropped");
}
BENCHMARK(every_metric_dropped)->Arg(100)->Arg(1000)->Arg(5000)->Unit(benchmark::kMicrosecond);

/// One series is written with one bucket list, and then many times with another one. Mirrors
/// BenchmarkCollectorSameKeyRepeatedWrites.
void one_key_conflicting_buckets(benchmark::State& state) {
  static Linear linear;
  Store store;
  const SnapshotMeter meter{store};
  const auto histogram = meter.histogram("metric");
  const HistogramBucket first[] = {{1, 1}, {2, 2}};
  const HistogramBucket other[] = {{1, 1}, {5, 2}};
  bool all = true;
  judged_cycles(state, linear, store, [&] {
    all = histogram.observe_point({.count = 2, .sum = 1, .buckets = first}) && all;
    for (std::int64_t i = 0; i < state.range(0); ++i)
      all = histogram.observe_point({.count = 2, .sum = 1, .buckets = other}) && all;
  });
  expect(state, all && store.series_count() == 0 && store.meta().dropped_names == store.success_clock(),
         "the name was not dropped each cycle");
}
BENCHMARK(one_key_conflicting_buckets)->Arg(100)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

/// One histogram whose series each have a bucket list of their own. Mirrors BenchmarkCollectorCommitManySchemasPerName.
void one_name_many_bucket_lists(benchmark::State& state) {
  static Linear linear;
  Store store;
  const SnapshotMeter meter{store};
  const auto by_id = meter.vec("metric", {"id"}).histogram();
  const auto ids = numbered("id", static_cast<std::size_t>(state.range(0)));
  bool all = true;
  judged_cycles(state, linear, store, [&] {
    double bound = 1;
    for (const auto& id : ids) {
      const HistogramBucket buckets[] = {{bound += 1, 1}};
      all = by_id(id).observe_point({.count = 2, .sum = 1, .buckets = buckets}) && all;
    }
  });
  expect(state, all && store.series_count() == 0 && store.meta().dropped_names == store.success_clock(),
         "the name was not dropped each cycle");
}
BENCHMARK(one_name_many_bucket_lists)->Arg(100)->Arg(500)->Arg(1000)->Arg(5000)->Unit(benchmark::kMicrosecond);

/// Histograms, and for each a counter that has the name and labels of its count: the counter is there first and stays.
/// A store of its own for each round, for the work is in the declarations.
void every_histogram_clashes(benchmark::State& state) {
  static Linear linear;
  const auto metrics = static_cast<std::size_t>(state.range(0));
  const auto names = numbered("metric_", metrics);
  const auto counters = [&] {
    auto all = names;
    for (auto& name : all) name += "_count";
    return all;
  }();
  const metrix::HistogramBucket buckets[] = {{1, 1}, {2, 2}};
  bool good = true;
  const auto round = [&] {
    Store store;
    const SnapshotMeter meter{store};
    store.begin();
    for (std::size_t i = 0; i < metrics; ++i) {
      meter.counter(counters[i]).observe_total(1);
      good = meter.histogram(names[i], {.bounds = {1, 2}}).observe_point({.count = 2, .sum = 1, .buckets = buckets}) &&
             good;
    }
    store.commit();
    good = good && store.series_count() == metrics && store.ledger().counted(LossReason::series_name_clash) == metrics;
  };
  PerItem per_metric{state, metrics};
  for (auto _ : state) round();
  per_metric.report();
  linear.check(state, metrics, round);
  expect(state, good, "not every counter stayed alone");
}
BENCHMARK(every_histogram_clashes)->Arg(100)->Arg(1000)->Arg(5000)->Unit(benchmark::kMicrosecond);

/// Handles of one series that each were declared with a unit of their own, in cycles that came to nothing. Mirrors
/// BenchmarkCollectorSameKeyManyDeclarations.
void one_key_many_units_of_stale_handles(benchmark::State& state) {
  static Linear linear;
  Store store;
  const SnapshotMeter meter{store};
  std::vector<metrix::Gauge> gauges;
  for (const auto& unit : numbered("unit", static_cast<std::size_t>(state.range(0)))) {
    store.begin();
    gauges.push_back(meter.gauge("metric", {.unit = unit}));
    store.abort();
  }
  judged_cycles(state, linear, store, [&] {
    double value = 0;
    for (const auto& gauge : gauges) gauge.observe(value += 1);
  });
  expect(state, store.series_count() == 1 && store.committed()[1].value == static_cast<double>(gauges.size()),
         "the last write is not the committed one");
  expect(state, store.ledger().counted(LossReason::sample_declaration_conflict) == gauges.size() - 1,
         "not every other unit was counted");
}
BENCHMARK(one_key_many_units_of_stale_handles)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

/// One name is declared with many units in one cycle: the first one stays.
void one_name_many_units(benchmark::State& state) {
  static Linear linear;
  Store store;
  const SnapshotMeter meter{store};
  const auto units = numbered("unit", static_cast<std::size_t>(state.range(0)));
  judged_cycles(state, linear, store, [&] {
    for (const auto& unit : units) meter.gauge("metric", {.unit = unit}).observe(1);
  });
  expect(state, store.series_count() == 1 && store.descriptor_of(metrix::SeriesId{1}).meta.unit == units[0],
         "the first unit did not stay");
  const auto refused = 2 * (units.size() - 1) * store.success_clock();  // each declaration, and the use of its handle
  expect(state, store.ledger().counted(LossReason::sample_declaration_conflict) == refused,
         "not every other unit was refused");
}
BENCHMARK(one_name_many_units)->Arg(100)->Arg(1000)->Unit(benchmark::kMicrosecond);

}  // namespace
