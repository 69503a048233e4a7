// SPDX-License-Identifier: GPL-3.0-or-later
// The metric store: cycles, births, deaths. Its conflicts, structured series and readers are in the other
// store_*_bench.cc, which are of the same program; memory and scale are in store_scale_bench.cc.
#include "store_fixture.h"

#include <fmt/format.h>

#include <memory>

namespace {

using namespace cppd;
using namespace cppd::bench;
using metrix::SnapshotMeter;
using metrix::Store;

// Whole cycles of a small collector, every value written once. Mirrors BenchmarkCollectStyleSnapshot.

template <class Write>
void snapshot_cycle(benchmark::State& state, Store& store, Write write) {
  const auto metrics = static_cast<std::size_t>(state.range(0));
  double value = 0;
  const auto cycle = [&] {
    store.begin();
    write(value += 1);
    store.commit();
  };
  for (int i = 0; i < 3; ++i) cycle();
  expect(state, store.series_count() == metrics, "not every metric has a series");
  PerItem per_metric{state, metrics};
  for (auto _ : state) cycle();
  per_metric.report();
  expect(state, store.series_count() == metrics && store.ledger().summary().empty(), "series were lost");
  expect(state, store.committed()[1].value == value, "the last value is not the committed one");
}

void snapshot_cached_handles(benchmark::State& state) {
  Store store;
  const SnapshotMeter meter{store};
  std::vector<metrix::Gauge> gauges;
  for (const auto& name : numbered("metric_", static_cast<std::size_t>(state.range(0))))
    gauges.push_back(meter.gauge(name));
  snapshot_cycle(state, store, [&](double value) {
    for (const auto& gauge : gauges) gauge.observe(value);
  });
}
BENCHMARK(snapshot_cached_handles)->Arg(3)->Arg(20);

void snapshot_declared_each_time(benchmark::State& state) {
  Store store;
  const SnapshotMeter meter{store};
  const auto names = numbered("metric_", static_cast<std::size_t>(state.range(0)));
  snapshot_cycle(state, store, [&](double value) {
    for (const auto& name : names) meter.gauge(name).observe(value);
  });
}
BENCHMARK(snapshot_declared_each_time)->Arg(3)->Arg(20);

void snapshot_prefixed_and_labelled_each_time(benchmark::State& state) {
  Store store;
  const SnapshotMeter meter{store};
  const auto names = numbered("metric_", static_cast<std::size_t>(state.range(0)));
  snapshot_cycle(state, store, [&](double value) {
    const Label label{"zone", "a"};
    const auto derived = meter.prefixed("app").with_labels({&label, 1});
    for (const auto& name : names) derived.gauge(name).observe(value);
  });
}
BENCHMARK(snapshot_prefixed_and_labelled_each_time)->Arg(3)->Arg(20);

// One gauge with an id label. Mirrors BenchmarkVecVsWithLabelsSnapshotGauge.

void vec_cycle(benchmark::State& state) {
  Store store;
  const SnapshotMeter meter{store};
  const auto by_id = meter.vec("metric", {"id"}).gauge();
  const auto ids = numbered("id", static_cast<std::size_t>(state.range(0)));
  snapshot_cycle(state, store, [&](double value) {
    for (const auto& id : ids) by_id(id).observe(value);
  });
}
BENCHMARK(vec_cycle)->Arg(10)->Arg(100);

void derived_meters_cycle(benchmark::State& state) {
  Store store;
  const SnapshotMeter meter{store};
  const auto ids = numbered("id", static_cast<std::size_t>(state.range(0)));
  snapshot_cycle(state, store, [&](double value) {
    for (const auto& id : ids) {
      const Label label{"id", id};
      meter.with_labels({&label, 1}).gauge("metric").observe(value);
    }
  });
}
BENCHMARK(derived_meters_cycle)->Arg(10)->Arg(100);

// Births and deaths. Each series has three labels, the path being its own (`distinct`) or that of as many series as
// there are metrics (`shared`: 100 label sets, as when many metrics are told of the same 100 things).

/// series() with texts of labels, observe, commit, in a store that knows only the metrics.
void birth(benchmark::State& state, bool shared) {
  const auto series = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t kSets = 100;
  const ThreeLabels labels{series, shared ? kSets : 0};
  const auto names = numbered("metric_", shared ? series / kSets : 1);
  PerItem per_birth{state, series};
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<Store>(metrix::StoreOptions{.expire_after_success_cycles = 1});
    std::vector<metrix::DescriptorId> metrics;
    store->begin();  // an open cycle, so that metrics without series do not become idle
    for (const auto& name : names) metrics.push_back(*store->declare(name, {}, {}));
    state.ResumeTiming();
    for (std::size_t i = 0; i < series; ++i)
      store->observe(store->series(metrics[shared ? i / kSets : 0], labels[i]), static_cast<double>(i));
    store->commit();
    state.PauseTiming();
    expect(state, store->series_count() == series && store->labels().set_count() == (shared ? kSets : series),
           "not every series was born");
    store.reset();
    state.ResumeTiming();
  }
  per_birth.report();
}
void birth_distinct_labels(benchmark::State& state) { birth(state, false); }
void birth_shared_labels(benchmark::State& state) { birth(state, true); }
BENCHMARK(birth_distinct_labels)->Arg(10000)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);
BENCHMARK(birth_shared_labels)->Arg(10000)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

/// The part of birth_distinct_labels that is spent on texts and sets of labels.
void intern_distinct_labels(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const ThreeLabels labels{series};
  PerItem per_set{state, series};
  for (auto _ : state) {
    state.PauseTiming();
    auto table = std::make_unique<metrix::LabelTable>();
    state.ResumeTiming();
    for (std::size_t i = 0; i < series; ++i) benchmark::DoNotOptimize(table->acquire(labels[i]));
    state.PauseTiming();
    expect(state, table->set_count() == series, "sets are missing");
    table.reset();
    state.ResumeTiming();
  }
  per_set.report();
}
BENCHMARK(intern_distinct_labels)->Arg(10000)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

/// The commit in which all series reach their retention at once.
void death(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const ThreeLabels labels{series};
  PerItem per_death{state, series};
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<Store>(metrix::StoreOptions{.expire_after_success_cycles = 1});
    store->begin();
    const auto metric = *store->declare("metric", {}, {});
    for (std::size_t i = 0; i < series; ++i) store->observe(store->series(metric, labels[i]), 1);
    store->commit();
    expect(state, store->series_count() == series, "not every series was born");
    store->begin();
    state.ResumeTiming();
    store->commit();
    state.PauseTiming();
    expect(state, store->series_count() == 0 && store->labels().set_count() == 0, "not every series died");
    store.reset();
    state.ResumeTiming();
  }
  per_death.report();
}
BENCHMARK(death)->Arg(10000)->Arg(100000)->Arg(1000000)->Unit(benchmark::kMillisecond);

/// A hundred of ten thousand series die each cycle and a hundred others are born, through a vector.
void turnover(benchmark::State& state) {
  constexpr std::size_t kBorn = 100;
  Store store{{.expire_after_success_cycles = 100}};
  const SnapshotMeter meter{store};
  const auto by_path = meter.vec("metric", {"instance", "method", "path"}).gauge();
  std::size_t next = 0;
  const auto cycle = [&] {
    store.begin();
    for (std::size_t i = 0; i < kBorn; ++i, ++next) {
      char path[32];
      const auto end = fmt::format_to(path, "/api/item/{:07}", next);
      by_path("node-1", "GET", std::string_view{path, end}).observe(1);
    }
    store.commit();
  };
  for (int i = 0; i < 300; ++i) cycle();
  expect(state, store.series_count() == 100 * kBorn, "not as many series as were born in a hundred cycles");
  PerItem per_series{state, kBorn};
  for (auto _ : state) cycle();
  per_series.report();
  expect(state, store.series_count() == 100 * kBorn, "not as many series as were born in a hundred cycles");
}
BENCHMARK(turnover);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  return failed() ? 1 : 0;
}
