// SPDX-License-Identifier: GPL-3.0-or-later
// One cycle of a job whose series are known: observe all, commit, plan, emit. Every value changes every cycle, and a
// tenth of the series is missing in turn. Each series has three labels and a chart of its own, as autogen makes them.
// Series belong to one host, or are spread over many in equal parts.
#include <benchmark/benchmark.h>
#include <cppd/charttpl/decode.h>
#include <cppd/chartemit/netdata_sink.h>
#include <cppd/chartengine/host_engines.h>
#include <cppd/metrix/instrument.h>
#include <fmt/format.h>

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "allocation_count.h"

namespace {

using namespace cppd;

constexpr std::string_view kTemplate =
    "version: v1\ncontext_namespace: bench\nengine: {autogen: {enabled: true, expire_after_success_cycles: 60}}\n"
    "groups: [{family: bench}]\n";

struct Job {
  explicit Job(std::size_t series_count, std::size_t host_count = 1) {
    const auto spec = charttpl::decode(kTemplate);
    if (!spec || !hosts.load(*spec)) std::abort();
    for (std::size_t i = 0; i < host_count; ++i) sinks.push_back(std::make_unique<chartemit::NetdataSink>(ledger));
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < series_count; ++i) {
      const auto family = i / 100;
      const auto member = i % 100;
      const bool counter = family % 5 < 3;
      const auto name =
          counter ? fmt::format("app_requests_{:04}_total", family) : fmt::format("app_queue_{:04}_length", family);
      const auto id =
          store.declare(name, {.kind = counter ? metrix::Kind::counter : metrix::Kind::gauge}, {.is_float = true});
      const auto instance = fmt::format("node-{}", member % 10);
      const auto path = fmt::format("/api/v1/item/{:03}", member);
      const Label labels[] = {{"instance", instance}, {"method", "GET"}, {"path", path}};
      refs.push_back(store.series(*id, labels, claim_of(i % host_count)));
    }
    environment = {.type_id = "prometheus_bench", .plugin = "cpp.d", .module = "prometheus", .job = "bench"};
  }

  /// Observes all series but one in ten.
  void observe() {
    ++round;
    for (std::size_t i = 0; i < refs.size(); ++i) {
      if (round > 1 && i % 10 == round % 10) continue;  // the first cycle sees all, so that every slot is kept
      store.observe(refs[i], static_cast<double>(1000 * i + 7 * round));
    }
  }
  void cycle(std::size_t& bytes, std::size_t& updates) {
    store.begin();
    observe();
    store.commit();
    publish(bytes, updates);
  }
  void publish(std::size_t& bytes, std::size_t& updates) {
    bytes = updates = 0;
    netdataapi::Frame frame{pool};
    for (auto* host : *hosts.synchronize(store)) {
      auto attempt = host->engine->prepare(store);
      auto& sink = *sinks[host->slot];
      sink.write_to(frame);
      (void)sink.emit(*host->engine, attempt->plan(), environment, {.elapsed_us = 1000000});
      updates += attempt->plan().updates.size();
      created += attempt->plan().created.size();
      (void)attempt->commit();
    }
    bytes = frame.bytes();
  }
  metrix::ClaimId claim_of(std::size_t host) {
    if (host == 0) return metrix::ClaimId::none;
    return store.claim({.key = fmt::format("{:04}", host), .guid = "g", .hostname = "h"});
  }

  Ledger ledger;
  metrix::Store store{{}, &ledger};
  chartengine::HostEngines hosts{{.type_id = "prometheus_bench", .ledger = &ledger}};
  netdataapi::FramePool pool{16384};
  std::vector<std::unique_ptr<chartemit::NetdataSink>> sinks;  // by slot of the host
  chartemit::Environment environment;
  std::vector<metrix::SeriesRef> refs;
  std::size_t round = 0;
  std::size_t created = 0;
};

void steady_cycle(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  const auto before = cppd::bench::allocated_bytes();
  Job job{series, static_cast<std::size_t>(state.range(1))};
  std::size_t bytes = 0;
  std::size_t updates = 0;
  for (int i = 0; i < 24; ++i)
    job.cycle(bytes, updates);  // every series was seen, and everything has grown to its size
  job.pool.trim();
  job.cycle(bytes, updates);
  job.pool.trim();  // the definitions of the first cycle made a frame several times as long
  const auto resident = cppd::bench::allocated_bytes() - before;
  if (updates != series - series / 10) state.SkipWithError("not every observed series has an update");
  const auto allocations = cppd::bench::allocations();
  for (auto _ : state) job.cycle(bytes, updates);
  const auto made = cppd::bench::allocations() - allocations;
  if (updates != series - series / 10 || job.store.series_count() != series) state.SkipWithError("series were lost");
  if (job.ledger.summary() != "") state.SkipWithError(job.ledger.summary().c_str());
  const auto observed = static_cast<double>(series - series / 10);
  state.counters["ns_per_series"] = benchmark::Counter(observed * static_cast<double>(state.iterations()) * 1e-9,
                                                       benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["allocations_per_cycle"] = static_cast<double>(made) / static_cast<double>(state.iterations());
  state.counters["bytes_per_series"] = static_cast<double>(resident) / static_cast<double>(series);
  state.counters["store_bytes"] = static_cast<double>(job.store.bytes()) / static_cast<double>(series);
  state.counters["engine_bytes"] = static_cast<double>(job.hosts.bytes()) / static_cast<double>(series);
  state.counters["frame_bytes"] = static_cast<double>(bytes);
}
BENCHMARK(steady_cycle)
    ->ArgNames({"series", "hosts"})
    ->ArgsProduct({{1000, 10000, 100000, 1000000}, {1}})
    ->ArgsProduct({{5120}, {1, 8, 64, 512}})
    ->Unit(benchmark::kMicrosecond);

void first_cycle(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    std::size_t bytes = 0;
    std::size_t updates = 0;
    Job job{series};
    job.round = 10;  // nobody is missing
    job.store.begin();
    for (std::size_t i = 0; i < job.refs.size(); ++i) job.store.observe(job.refs[i], 1);
    job.store.commit();
    job.publish(bytes, updates);
    if (job.created != series || bytes == 0) state.SkipWithError("not every series has a chart");
  }
  state.counters["ns_per_series"] =
      benchmark::Counter(static_cast<double>(series) * static_cast<double>(state.iterations()) * 1e-9,
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}
BENCHMARK(first_cycle)->Arg(1000)->Arg(100000)->Unit(benchmark::kMillisecond);

void observe_through_a_handle(benchmark::State& state) {
  Job job{1000};
  std::vector<metrix::Gauge> handles;
  for (const auto ref : job.refs) handles.emplace_back(job.store, ref);
  job.store.begin();
  double value = 0;
  for (auto _ : state) {
    for (const auto& handle : handles) handle.observe(value);
    value += 1;
  }
  job.store.commit();
  if (job.store.series_count() != 1000) state.SkipWithError("series were lost");
  state.SetItemsProcessed(static_cast<std::int64_t>(1000 * state.iterations()));
}
BENCHMARK(observe_through_a_handle);

/// 20 series of 100,000 are touched, nothing expires: the cost must not depend on the others.
void sparse_commit(benchmark::State& state) {
  const auto series = static_cast<std::size_t>(state.range(0));
  metrix::Store store{{.expire_after_success_cycles = 0}};
  std::vector<metrix::SeriesRef> refs;
  const auto id = store.declare("m", {}, {});
  for (std::size_t i = 0; i < series; ++i) {
    const auto text = fmt::format("{}", i);
    const Label label{"id", text};
    refs.push_back(store.series(*id, Labels{&label, 1}));
  }
  store.begin();
  for (const auto ref : refs) store.observe(ref, 1);
  store.commit();
  for (auto _ : state) {
    store.begin();
    for (std::size_t i = 0; i < 20; ++i) store.observe(refs[i * (series / 20)], 2);
    store.commit();
  }
  if (store.series_count() != series) state.SkipWithError("series were lost");
}
BENCHMARK(sparse_commit)->Arg(1000)->Arg(100000);

}  // namespace
