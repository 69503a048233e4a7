// SPDX-License-Identifier: GPL-3.0-or-later
// The store of the program's own metrics: what a write costs whoever makes it, alone and in a crowd, and what a look
// costs. Source: metrix contract 10.5, the benchmarks of the runtime store.
#include <benchmark/benchmark.h>
#include <cppd/metrix/reader.h>
#include <cppd/metrix/runtime_instrument.h>
#include <fmt/format.h>

#include <vector>

#include "allocation_count.h"

namespace {

using namespace cppd;
using metrix::RuntimeMeter;
using metrix::RuntimeStore;
using metrix::Store;

double value_of(RuntimeStore& store, std::string_view name, Labels labels = {}) {
  return store.read(
      [&](const Store& s) { return metrix::Reader{s, {.flatten = true}}.value(name, labels).value_or(-1); });
}

/// A store with `count` gauges of one name; the first is kept.
struct Filled {
  explicit Filled(std::int64_t count) {
    const auto vec = meter.vec("g", {"id"}).gauge();
    for (std::int64_t i = 0; i < count; ++i) (void)vec(fmt::format("{}", i)).set(1);
    hot = vec("0");
    (void)hot.set(1);
  }
  RuntimeStore store;
  RuntimeMeter meter{store};
  metrix::RuntimeGauge hot;
};

void report_allocations(benchmark::State& state, std::uint64_t before) {
  state.counters["allocations"] =
      benchmark::Counter(static_cast<double>(cppd::bench::allocations() - before), benchmark::Counter::kAvgIterations);
}

void single_write(benchmark::State& state) {
  Filled filled{state.range(0)};
  double value = 0;
  const auto before = cppd::bench::allocations();
  for (auto _ : state) (void)filled.hot.set(++value);
  report_allocations(state, before);
  const Label id[] = {{"id", "0"}};
  if (value_of(filled.store, "g", id) != value) state.SkipWithError("the last write is not there");
}
BENCHMARK(single_write)->Arg(1)->Arg(10)->Arg(100)->Arg(1000);

/// One store for all threads of a benchmark; the first makes it and looks at what is left.
template <class Write>
void contended(benchmark::State& state, Write write) {
  static std::unique_ptr<Filled> shared;
  if (state.thread_index() == 0) shared = std::make_unique<Filled>(1);
  static metrix::RuntimeCounter counter;
  if (state.thread_index() == 0) counter = shared->meter.counter("c");
  std::int64_t writes = 0;
  for (auto _ : state) write(counter, shared->hot, ++writes);
  state.SetItemsProcessed(writes);
  if (state.thread_index() != 0) return;
  counter = {};
  if (shared->store.read([](const Store& s) { return s.series_count(); }) == 0) state.SkipWithError("nothing is left");
  shared.reset();
}

void parallel_counter_add(benchmark::State& state) {
  contended(state, [](const auto& counter, const auto&, std::int64_t) { (void)counter.add(1); });
}
BENCHMARK(parallel_counter_add)->Threads(1)->Threads(4)->Threads(16)->UseRealTime();

void parallel_gauge_set(benchmark::State& state) {
  contended(state, [](const auto&, const auto& gauge, std::int64_t n) { (void)gauge.set(static_cast<double>(n)); });
}
BENCHMARK(parallel_gauge_set)->Threads(1)->Threads(4)->Threads(16)->UseRealTime();

void structured_write(benchmark::State& state) {
  RuntimeStore store;
  const RuntimeMeter meter{store};
  const auto histogram = meter.histogram("h", {.bounds = {.01, .05, .1, .5, 1, 5}});
  const auto summary = meter.summary("s", {.quantiles = {.5, .9, .99}});
  double value = 0;
  for (int i = 0; i < 2000; ++i) (void)summary.observe(i);  // the reservoir is full
  const auto before = cppd::bench::allocations();
  for (auto _ : state) {
    value += .001;
    if (state.range(0) == 0)
      (void)histogram.observe(value);
    else
      (void)summary.observe(value);
  }
  report_allocations(state, before);
  if (state.range(0) == 0 && value_of(store, "h_count") != static_cast<double>(state.iterations()))
    state.SkipWithError("observations were lost");
}
BENCHMARK(structured_write)->ArgName("summary")->Arg(0)->Arg(1);

/// One write of each kind, then a pass over everything that is flattened out of them.
void mixed_typed_write_and_read(benchmark::State& state) {
  RuntimeStore store;
  const RuntimeMeter meter{store};
  const auto gauge = meter.gauge("g");
  const auto counter = meter.counter("c");
  const auto histogram = meter.histogram("h", {.bounds = {1, 2}});
  const auto summary = meter.summary("s", {.quantiles = {.5, .9}, .reservoir = 64});
  const auto states = meter.state_set("mode", {.states = {"on", "off"}, .state_mode = metrix::StateMode::one});
  const auto fields = meter.measure_gauge("io", {.fields = {{.name = "in"}, {.name = "out"}}});
  std::size_t outputs = 0;
  double sum = 0;
  double value = 0;
  for (auto _ : state) {
    ++value;
    (void)gauge.set(value), (void)counter.add(1), (void)histogram.observe(1.5), (void)summary.observe(value);
    (void)states.enable({"on"}), (void)fields.set_point({value, 1});
    outputs = store.read([&](const Store& s) {
      const metrix::Reader reader{s, {.flatten = true}};
      std::size_t count = 0;
      for (const auto id : reader.series()) {
        sum += reader.value(id);
        ++count;
      }
      return count;
    });
  }
  benchmark::DoNotOptimize(sum);
  if (outputs != 15) state.SkipWithError("not the 15 series that it should read");
}
BENCHMARK(mixed_typed_write_and_read);

void lookup(benchmark::State& state) {
  Filled filled{state.range(0)};
  const Label id[] = {{"id", "0"}};
  double found = 0;
  for (auto _ : state) found += value_of(filled.store, "g", id);
  if (found != static_cast<double>(state.iterations())) state.SkipWithError("it was not found");
}
BENCHMARK(lookup)->Arg(1)->Arg(1000);

/// What the reader that plans every second pays for the lock, when nothing was born or died.
void take_of_many_writes(benchmark::State& state) {
  Filled filled{state.range(0)};
  const auto take = [&] {
    return filled.store.take([](const Store& s) { return s.changes().born.size() + s.changes().died.size(); });
  };
  if (take() != static_cast<std::size_t>(state.range(0))) state.SkipWithError("the births are not told");
  std::size_t changes = 0;
  const auto before = cppd::bench::allocations();
  for (auto _ : state) {
    (void)filled.hot.set(1);
    changes += take();
  }
  report_allocations(state, before);
  if (changes != 0) state.SkipWithError("nothing was born or died");
}
BENCHMARK(take_of_many_writes)->Arg(1)->Arg(1000);

}  // namespace
