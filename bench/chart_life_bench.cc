// SPDX-License-Identifier: GPL-3.0-or-later
// Charts that come and go: births, expiry, churn, autogen rules. Each series has three labels and a chart of its own,
// as autogen makes them, unless a line says otherwise. Times are CPU, by series.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "allocation_count.h"
#include "job_fixture.h"
#include "store_fixture.h"

namespace {

using namespace cppd;
using namespace cppd::bench;

std::vector<metrix::SeriesRef> give_birth(Job& job, const ThreeLabels& labels, std::size_t count) {
  const auto names = numbered("app_queue_", 100);
  std::vector<metrix::SeriesRef> refs;
  refs.reserve(count);
  for (const auto& name : names) {
    const auto id = *job.store.declare(name, {}, {.is_float = true});
    while (refs.size() < count / names.size() * (static_cast<std::size_t>(&name - names.data()) + 1))
      refs.push_back(job.store.series(id, labels[refs.size()]));
  }
  return refs;
}

template <class Write>
void cycle(Job& job, Write write) {
  job.store.begin();
  write();
  job.store.commit();
  job.show();
}

/// The first cycle of a job: series, store, charts, definitions and frame.
void first_cycle(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const ThreeLabels labels{count};
  for (auto _ : state) {
    state.PauseTiming();
    std::optional<Job> job{std::in_place};
    state.ResumeTiming();
    cycle(*job, [&] {
      for (const auto ref : give_birth(*job, labels, count)) job->store.observe(ref, 1);
    });
    state.PauseTiming();
    expect(state, job->created == count && job->updated == count, "every series has a chart");
    job.reset();
    state.ResumeTiming();
  }
  state.counters["ns_per_series"] = benchmark::Counter(
      static_cast<double>(count) * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(first_cycle)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

/// All charts of a job expire in one cycle, while the store still knows their series.
void all_charts_expire(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const ThreeLabels labels{count};
  Job job{{.expire_after_success_cycles = 1000}, "engine: {autogen: {enabled: true, expire_after_success_cycles: 1}}"};
  const auto refs = give_birth(job, labels, count);
  const auto everyone = [&] {
    for (const auto ref : refs) job.store.observe(ref, 1);
  };
  for (auto _ : state) {
    state.PauseTiming();
    cycle(job, everyone);
    expect(state, job.updated == count && job.engine.stats().charts == count, "every series has a chart");
    state.ResumeTiming();
    cycle(job, [] {});
    expect(state, job.removed == count && job.engine.stats().charts == 0, "every chart is removed");
  }
  state.counters["ns_per_chart"] = benchmark::Counter(
      static_cast<double>(count) * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(all_charts_expire)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// Each cycle `range(1)` of the series are new and as many are gone for good; all others change their values.
void series_come_and_go(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  const auto turnover = static_cast<std::size_t>(state.range(1));
  Job job{{.expire_after_success_cycles = 1}, "engine: {autogen: {enabled: true, expire_after_success_cycles: 1}}"};
  const auto id = *job.store.declare("app_queue_depth", {}, {.is_float = true});
  std::vector<metrix::SeriesRef> refs(count);
  std::size_t serial = 0;
  const auto bear = [&](std::size_t slot) {
    const auto text = fmt::format("/api/item/{}", serial++);
    const Label labels[] = {{"instance", "node-1"}, {"method", "GET"}, {"path", text}};
    refs[slot] = job.store.series(id, labels);
  };
  std::size_t next = 0;
  const auto one = [&] {
    cycle(job, [&] {
      for (std::size_t i = 0; i < turnover; ++i) bear(next++ % count);
      for (const auto ref : refs) job.store.observe(ref, static_cast<double>(serial));
    });
  };
  for (std::size_t i = 0; i < count; ++i) bear(i);
  for (int i = 0; i < 5; ++i) one();
  for (auto _ : state) one();
  expect(state, job.updated == count && job.created == turnover && job.removed == turnover, "the turnover is as asked");
  state.counters["ns_per_series"] = benchmark::Counter(
      static_cast<double>(count) * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(series_come_and_go)
    ->ArgNames({"series", "turnover"})
    ->Args({10'000, 0})
    ->Args({10'000, 100})
    ->Args({100'000, 0})
    ->Args({100'000, 1'000})
    ->Unit(benchmark::kMicrosecond);

/// Rules look at a series when it is born; the steady cycle is the same with 32 of them.
void autogen_rules(benchmark::State& state) {
  const auto count = std::size_t{10'000};
  std::string rules;
  for (int i = 0; i < state.range(0); ++i) {
    rules +=
        fmt::format("{{scope: 'app_*', selector: {{deny: ['app_debug_{}_*', '{{path=~\"^/private/{}/\"}}']}}}},", i, i);
  }
  Job job{{}, fmt::format("engine: {{autogen: {{enabled: true, rules: [{}]}}}}", rules)};
  const ThreeLabels labels{count};
  const auto refs = give_birth(job, labels, count);
  double value = 0;
  const auto one = [&] {
    cycle(job, [&] {
      ++value;
      for (const auto ref : refs) job.store.observe(ref, value);
    });
  };
  const auto started = cpu_ns();
  one();
  state.counters["first_ns_per_series"] = (cpu_ns() - started) / static_cast<double>(count);
  expect(state, job.created == count, "no rule refuses a series");
  for (int i = 0; i < 3; ++i) one();
  PerItem per_series{state, count};
  for (auto _ : state) one();
  per_series.report();
  expect(state, job.updated == count, "every series has a value");
}
BENCHMARK(autogen_rules)->Arg(0)->Arg(32)->Unit(benchmark::kMicrosecond);

/// Two charts with the same dimensions, one for each series: all series are born in one cycle and die in another. The
/// cost of a series may not grow with their number.
void wide_charts(benchmark::State& state) {
  const auto count = static_cast<std::size_t>(state.range(0));
  Job job{
      {.expire_after_success_cycles = 1},
      "groups: [{family: F, metrics: [m], charts: [{id: c, title: T, context: c, units: u, dimensions: [{selector: m, "
      "name_from_label: mode}]}, {id: d, title: T, context: d, units: u, dimensions: [{selector: m, "
      "name_from_label: mode}]}]}]"};
  const auto modes = numbered("mode-", count);
  for (auto _ : state) {
    cycle(job, [&] {
      const auto id = *job.store.declare("m", {}, {});
      for (const auto& mode : modes) {
        const Label label{"mode", mode};
        job.store.observe(job.store.series(id, Labels{&label, 1}), 1);
      }
    });
    expect(state, job.updated == 2, "both charts are there");
    cycle(job, [] {});
  }
  state.counters["ns_per_series"] = benchmark::Counter(
      static_cast<double>(count) * 1e-9, benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}
BENCHMARK(wide_charts)->Arg(1'000)->Arg(10'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

/// A template's chart by label with caps and expiring dimensions: one that changes nothing costs what others cost.
void charts_with_limits(benchmark::State& state) {
  const auto charts = std::size_t{1'000};
  const auto lifecycle = state.range(0) == 0
                             ? ""
                             : "lifecycle: {max_instances: 2000, dimensions: {max_dims: 50, expire_after_cycles: 3}},";
  Job job{
      {},
      fmt::format("groups: [{{family: F, metrics: [m], charts: [{{id: c, title: T, context: c, units: u, {} "
                  "instances: {{by_labels: [instance]}}, dimensions: [{{selector: m, name_from_label: mode}}]}}]}}]",
                  lifecycle)};
  const auto vec = metrix::SnapshotMeter{job.store}.vec("m", {"instance", "mode"}).gauge();
  std::vector<metrix::Gauge> gauges;
  for (const auto& instance : numbered("node-", charts)) {
    for (const auto& mode : numbered("mode-", 10)) gauges.push_back(vec(instance, mode));
  }
  double value = 0;
  const auto one = [&] {
    cycle(job, [&] {
      ++value;
      for (const auto& gauge : gauges) gauge.observe(value);
    });
  };
  for (int i = 0; i < 4; ++i) one();
  PerItem per_series{state, gauges.size()};
  for (auto _ : state) one();
  per_series.report();
  expect(state, job.updated == charts && job.engine.stats().dimensions == gauges.size(), "every dimension is there");
}
BENCHMARK(charts_with_limits)->ArgName("limits")->Arg(0)->Arg(1)->Unit(benchmark::kMicrosecond);

}  // namespace
