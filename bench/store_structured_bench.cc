// SPDX-License-Identifier: GPL-3.0-or-later
// Structured series of the metric store: the points of summaries, and births of every kind.
#include "store_fixture.h"

#include <cmath>
#include <memory>

namespace {

using namespace cppd;
using namespace cppd::bench;
using metrix::SnapshotMeter;
using metrix::StatefulMeter;
using metrix::Store;

const std::vector<double> kQuantiles{.5, .9, .99};

std::optional<metrix::SummaryReading> read(const Store& store) { return metrix::Reader{store}.summary("metric", {}); }

/// A summary starts anew each cycle: as many samples, then the quantiles. Mirrors BenchmarkSummaryStatefulWindowCycle.
void summary_of_a_cycle(benchmark::State& state) {
  const auto samples = static_cast<std::size_t>(state.range(0));
  Store store;
  const StatefulMeter meter{store};
  const auto summary =
      meter.summary("metric", {.window = metrix::Window::cycle, .quantiles = kQuantiles, .reservoir = 1024});
  const auto cycle = [&] {
    store.begin();
    for (std::size_t i = 1; i <= samples; ++i) summary.observe(static_cast<double>(i));
    store.commit();
  };
  const auto good = [&] {
    const auto got = read(store);
    // The median of 1..n: exact while the sample holds all, near it else.
    return got && got->count == static_cast<double>(samples) &&
           std::abs(got->quantiles[0].value / static_cast<double>(samples) - .5) < .1;
  };
  for (int i = 0; i < 3; ++i) cycle();
  expect(state, good(), "the summary is not that of the samples");
  PerItem per_sample{state, samples};
  for (auto _ : state) cycle();
  per_sample.report();
  expect(state, good(), "the summary is not that of the samples");
}
BENCHMARK(summary_of_a_cycle)->Arg(100)->Arg(1000)->Arg(5000)->Unit(benchmark::kMicrosecond);

/// A hundred samples more each cycle in a summary that has seen many. Mirrors
/// BenchmarkSummaryStatefulCumulativeWithPreload.
void summary_that_goes_on(benchmark::State& state) {
  constexpr std::size_t kSamples = 100;
  const auto preload = static_cast<std::size_t>(state.range(0));
  Store store;
  const StatefulMeter meter{store};
  const auto summary = meter.summary("metric", {.quantiles = kQuantiles, .reservoir = 1024});
  double count = 0;
  const auto cycle = [&](std::size_t samples) {
    store.begin();
    for (std::size_t i = 0; i < samples; ++i, ++count) summary.observe(static_cast<double>(i % 1000));
    store.commit();
  };
  cycle(preload);
  expect(state, read(store) && read(store)->count == static_cast<double>(preload), "the preload is not there");
  PerItem per_sample{state, kSamples};
  for (auto _ : state) cycle(kSamples);
  per_sample.report();
  expect(state, read(store) && read(store)->count == count, "samples were lost");
}
BENCHMARK(summary_that_goes_on)->Arg(1000)->Arg(10000)->Unit(benchmark::kMicrosecond);

/// Points whose quantiles the source knows, with three of them or none. Mirrors BenchmarkSummarySnapshotObservePoint.
void summary_point(benchmark::State& state) {
  const bool with_quantiles = state.range(0) != 0;
  Store store;
  const SnapshotMeter meter{store};
  const auto summary = meter.summary("metric", {.quantiles = with_quantiles ? kQuantiles : std::vector<double>{}});
  const metrix::SummaryQuantile all[] = {{.5, 1}, {.9, 2}, {.99, 3}};
  const auto quantiles = with_quantiles ? std::span<const metrix::SummaryQuantile>{all} : std::span{all}.first(0);
  double sum = 0;
  store.begin();
  expect(state, summary.observe_point({.count = 1, .sum = sum, .quantiles = quantiles}), "the point was refused");
  PerItem per_point{state, 1};
  for (auto _ : state)
    benchmark::DoNotOptimize(summary.observe_point({.count = 1, .sum = ++sum, .quantiles = quantiles}));
  per_point.report();
  store.commit();
  const auto got = read(store);
  expect(state, got && got->sum == sum && got->quantiles.size() == quantiles.size(), "the last point is not there");
}
BENCHMARK(summary_point)->ArgName("quantiles")->Arg(0)->Arg(1);

// Births of structured series with one label or eight, of one metric with 32 or 512 instances: what a cold projection
// costs the reference, our parts pay when they are born. Mirror BenchmarkCollectorStore*FlattenProjectionCold.

enum class What : std::uint8_t { gauge, histogram, summary, bare_summary, state_set, measure_gauge, measure_counter };

/// Writes one point of an instrument; how many parts it has.
class Births {
 public:
  Births(Store& store, What what) : meter_{store}, what_{what} {
    switch (what) {
      case What::gauge: gauge_ = meter_.gauge("metric"); break;
      case What::histogram:
        for (int i = 0; i < 12; ++i) buckets_.push_back({std::ldexp(1, i), static_cast<double>(i)});
        for (const auto& bucket : buckets_) options_.bounds.push_back(bucket.upper_bound);
        histogram_ = meter_.histogram("metric", options_);
        break;
      case What::summary: options_.quantiles = kQuantiles; [[fallthrough]];
      case What::bare_summary: summary_ = meter_.summary("metric", options_); break;
      case What::state_set:
        options_.states = {"a", "b", "c", "d", "e", "f", "g", "h"};
        states_ = meter_.state_set("metric", options_);
        break;
      case What::measure_gauge:
        options_.fields = {{"a"}, {"b"}, {"c"}};
        measures_ = meter_.measure_gauge("metric", options_);
        break;
      case What::measure_counter:
        options_.fields = {{"a"}, {"b"}, {"c"}};
        totals_ = meter_.measure_counter("metric", options_);
        break;
    }
  }
  std::size_t write(Labels labels) {
    const metrix::SummaryQuantile quantiles[] = {{.5, 1}, {.9, 2}, {.99, 3}};
    switch (what_) {
      case What::gauge: return gauge_.with(labels).observe(1), 1;
      case What::histogram:
        return histogram_.with(labels).observe_point({.count = 12, .sum = 1, .buckets = buckets_}) ? 15 : 0;
      case What::summary:
        return summary_.with(labels).observe_point({.count = 1, .sum = 1, .quantiles = quantiles}) ? 5 : 0;
      case What::bare_summary: return summary_.with(labels).observe_point({.count = 1, .sum = 1}) ? 2 : 0;
      case What::state_set: return states_.with(labels).enable({"b"}) ? 8 : 0;
      case What::measure_gauge: return measures_.with(labels).observe_point({1, 2, 3}) ? 3 : 0;
      case What::measure_counter: return totals_.with(labels).observe_total_point({1, 2, 3}) ? 3 : 0;
    }
    return 0;
  }

 private:
  SnapshotMeter meter_;
  What what_;
  metrix::InstrumentOptions options_;
  std::vector<metrix::HistogramBucket> buckets_;
  metrix::Gauge gauge_;
  metrix::Histogram histogram_;
  metrix::Summary summary_;
  metrix::StateSet states_;
  metrix::MeasureSet measures_;
  metrix::MeasureCounter totals_;
};

void births(benchmark::State& state, What what) {
  const auto label_count = static_cast<std::size_t>(state.range(0));
  const auto instances = static_cast<std::size_t>(state.range(1));
  const auto keys = numbered("key", label_count);
  const auto values = numbered("value", instances);
  std::vector<Label> labels;
  for (const auto& key : keys) labels.push_back({key, "the same"});
  PerItem per_series{state, instances};
  for (auto _ : state) {
    state.PauseTiming();
    auto store = std::make_unique<Store>();
    {
      Births births{*store, what};
      store->begin();
      state.ResumeTiming();
      std::size_t parts = 0;
      for (const auto& value : values) {
        labels.back().value = value;
        parts += births.write(labels);
      }
      store->commit();
      state.PauseTiming();
      expect(state, parts > 0 && store->part_count() == parts && store->series_count() == instances,
             "not every part was born");
    }
    store.reset();
    state.ResumeTiming();
  }
  per_series.report();
}
#define CPPD_BIRTHS(kind) \
  BENCHMARK_CAPTURE(births, kind, What::kind)->ArgNames({"labels", "series"})->ArgsProduct({{1, 8}, {32, 512}})
CPPD_BIRTHS(gauge);
CPPD_BIRTHS(histogram);
CPPD_BIRTHS(summary);
CPPD_BIRTHS(bare_summary);
CPPD_BIRTHS(state_set);
CPPD_BIRTHS(measure_gauge);
CPPD_BIRTHS(measure_counter);

}  // namespace
