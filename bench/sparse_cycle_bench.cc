// SPDX-License-Identifier: GPL-3.0-or-later
// A cycle that touches few of many series. Mirrors BenchmarkCollectorCommitSparseAtCardinality, and plans the cycle as
// well. Series have three labels each and belong to one metric.
#include "job_fixture.h"
#include "store_fixture.h"

#include <memory>

namespace {

using namespace cppd;
using namespace cppd::bench;

/// Cycles that touch the next few of the series, in turn; so with expiry no series is ever too old.
class SparseJob {
 public:
  SparseJob(std::size_t series, std::size_t touched, bool expiry)
      : touched_{touched},
        job_{{.expire_after_success_cycles = expiry ? static_cast<std::uint32_t>(series / touched * 6 / 5 + 10) : 0u}} {
    const ThreeLabels labels{series};
    const auto id = *job_.store.declare("metric", {}, {.is_float = true});
    job_.store.begin();
    for (std::size_t i = 0; i < series; ++i) {
      refs_.push_back(job_.store.series(id, labels[i]));
      job_.store.observe(refs_.back(), 1);
    }
    job_.store.commit();
  }
  void write() {
    for (std::size_t i = 0; i < touched_; ++i) {
      job_.store.observe(refs_[next_], 2);
      if (++next_ == refs_.size()) next_ = 0;
    }
  }
  void commit() {
    job_.store.begin();
    write();
    job_.store.commit();
  }
  /// Past the first expiry, so that every series was looked at by it.
  void settle() {
    for (std::size_t i = 0; i < refs_.size() / touched_ * 3 / 2; ++i) commit();
  }
  [[nodiscard]] Job& job() { return job_; }
  [[nodiscard]] std::size_t size() const { return refs_.size(); }

 private:
  std::size_t touched_;
  Job job_;
  std::vector<metrix::SeriesRef> refs_;
  std::size_t next_ = 0;
};

void sparse_commit(benchmark::State& state) {
  const auto touched = static_cast<std::size_t>(state.range(1));
  SparseJob sparse{static_cast<std::size_t>(state.range(0)), touched, state.range(2) != 0};
  sparse.settle();
  PerItem per_touched{state, touched};
  for (auto _ : state) sparse.commit();
  per_touched.report();
  expect(state, sparse.job().store.series_count() == sparse.size(), "series were lost");
}
BENCHMARK(sparse_commit)
    ->ArgNames({"series", "touched", "expiry"})
    ->ArgsProduct({{100}, {5}, {0, 1}})
    ->ArgsProduct({{1000}, {10}, {0, 1}})
    ->ArgsProduct({{10000, 100000}, {20}, {0, 1}});

/// The whole cycle, with commit and plan told apart. Every series has a chart, of which all but twenty show nothing.
void sparse_cycle(benchmark::State& state) {
  const auto touched = static_cast<std::size_t>(state.range(1));
  SparseJob sparse{static_cast<std::size_t>(state.range(0)), touched, state.range(2) != 0};
  auto& job = sparse.job();
  job.show();
  expect(state, job.created == sparse.size(), "not every series has a chart");
  double commit_ns = 0;
  double plan_ns = 0;
  for (auto _ : state) {
    const auto start = cpu_ns();
    sparse.commit();
    const auto committed = cpu_ns();
    job.show();
    plan_ns += cpu_ns() - committed;
    commit_ns += committed - start;
  }
  expect(state, job.updated == touched && job.store.series_count() == sparse.size(), "series were lost");
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["commit_us"] = commit_ns / iterations / 1000;
  state.counters["plan_us"] = plan_ns / iterations / 1000;
}
BENCHMARK(sparse_cycle)
    ->ArgNames({"series", "touched", "expiry"})
    ->ArgsProduct({{1000, 100000}, {20}, {0, 1}})
    ->Unit(benchmark::kMicrosecond);

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  return failed() ? 1 : 0;
}
