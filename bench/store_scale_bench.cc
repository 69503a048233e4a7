// SPDX-License-Identifier: GPL-3.0-or-later
// What a series costs when there are ten thousand, a hundred thousand and a million of them, with engine and wire: one
// table. Each line is measured in a process of its own, so that the memory of one is not that of another.
//
// Each series has three labels and a chart of its own. `distinct`: 100 metrics, no two series have the same labels.
// `shared`: 100 label sets, each on every metric. Values change each cycle; nothing is missing.
#include <fmt/format.h>
#include <malloc.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string_view>

#include "allocation_count.h"
#include "job_fixture.h"
#include "store_fixture.h"

namespace {

using namespace cppd;
using namespace cppd::bench;

struct Line {
  std::size_t series = 0;
  bool shared = false;
  bool good = false;
  double birth_ns = 0;   // series(), observe, commit
  double first_ns = 0;   // plan and definitions
  double steady_ns = 0;  // observe, commit, plan, emit: the best cycle
  double median_ns = 0;  // of the same
  double store_bytes = 0, engine_bytes = 0, heap_bytes = 0, resident_bytes = 0, frame_bytes = 0;  // per series
};

std::vector<metrix::SeriesRef> give_birth(Job& job, const ThreeLabels& labels, const Line& line) {
  const std::size_t metrics = line.shared ? line.series / 100 : 100;
  const auto names = numbered("app_queue_", metrics);
  std::vector<metrix::SeriesRef> refs;
  refs.reserve(line.series);
  for (std::size_t metric = 0; metric < metrics; ++metric) {
    const auto id = *job.store.declare(names[metric], {}, {.is_float = true});
    for (std::size_t i = 0; i < line.series / metrics; ++i)
      refs.push_back(job.store.series(id, labels[line.shared ? i : refs.size()]));
  }
  return refs;
}

void measure(Line& line) {
  const ThreeLabels labels{line.series, line.shared ? std::size_t{100} : 0, "/item/"};
  const auto per_series = [&](double all) { return all / static_cast<double>(line.series); };
  const auto heap_before = allocated_bytes();
  const auto resident_before = resident_bytes();
  Job job;
  auto started = cpu_ns();
  job.store.begin();
  const auto refs = give_birth(job, labels, line);
  for (const auto ref : refs) job.store.observe(ref, 1);
  job.store.commit();
  line.birth_ns = per_series(cpu_ns() - started);
  started = cpu_ns();
  job.show();
  line.first_ns = per_series(cpu_ns() - started);
  line.good = job.created == line.series && job.store.series_count() == line.series;

  std::vector<double> cycles;
  for (int cycle = 0; cycle < 15; ++cycle) {
    started = cpu_ns();
    job.store.begin();
    for (std::size_t i = 0; i < refs.size(); ++i) job.store.observe(refs[i], static_cast<double>(1000 * i) + cycle);
    job.store.commit();
    job.show();
    cycles.push_back(per_series(cpu_ns() - started));
    job.pool.trim();  // the definitions of the first cycle made a frame several times as long
    line.good = line.good && job.updated == line.series;
  }
  std::ranges::sort(cycles);
  line.steady_ns = cycles.front();
  line.median_ns = cycles[cycles.size() / 2];
  ::malloc_trim(0);
  const auto references = refs.capacity() * sizeof refs[0];
  line.heap_bytes = per_series(static_cast<double>(allocated_bytes() - heap_before - references));
  line.resident_bytes = per_series(static_cast<double>(resident_bytes() - resident_before - references));
  line.store_bytes = per_series(static_cast<double>(job.store.bytes()));
  line.engine_bytes = per_series(static_cast<double>(job.engine.bytes()));
  line.frame_bytes = per_series(static_cast<double>(job.frame_bytes));
  line.good = line.good && job.store.series_count() == line.series && job.ledger.summary().empty();
}

/// Measures in a process that ends with it.
bool measure_apart(Line& line) {
  int ends[2];
  if (::pipe(ends) != 0) return false;
  const auto child = ::fork();
  if (child == 0) {
    measure(line);
    const bool sent = ::write(ends[1], &line, sizeof line) == sizeof line;
    ::_exit(sent ? 0 : 1);
  }
  ::close(ends[1]);
  const bool got = child > 0 && ::read(ends[0], &line, sizeof line) == sizeof line;
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return got && line.good;
}

void print(const Line& line) {
  fmt::print("{:>9} {:>9} {:>6.0f} {:>6.0f} {:>7.0f} {:>7.0f} {:>6.0f} {:>6.0f} {:>6.0f} {:>9.0f} {:>6.0f} {:>8.1f}\n",
             line.series, line.shared ? "shared" : "distinct", line.birth_ns, line.first_ns, line.steady_ns,
             line.median_ns, line.store_bytes, line.engine_bytes, line.heap_bytes, line.resident_bytes,
             line.frame_bytes, line.resident_bytes * static_cast<double>(line.series) / 1048576);
  std::fflush(stdout);
}

/// Memory per series must not grow with their number; time is reported, for the caches of the machine decide it.
bool judge(const Line& small, const Line& large) {
  const auto bytes = large.heap_bytes / small.heap_bytes;
  fmt::print("{} against {} {}: heap x{:.2f}, steady cycle x{:.2f}, birth x{:.2f}\n", large.series, small.series,
             small.shared ? "shared" : "distinct", bytes, large.steady_ns / small.steady_ns,
             large.birth_ns / small.birth_ns);
  return bytes <= 2;
}

}  // namespace

int main(int argc, char** argv) {
  const bool tiny = argc > 1 && std::string_view{argv[1]}.starts_with("--benchmark_min_time");  // as ctest runs it
  fmt::print(
      "Times in ns and memory in bytes, by series. resident: with the frame pool, without the caller's handles.\n"
      "   series    labels  birth  first  steady  median  store engine   heap  resident  frame RSS, MiB\n");
  bool good = true;
  for (const bool shared : {false, true}) {
    std::vector<Line> lines;
    for (const std::size_t series : {10'000, 100'000, 1'000'000}) {
      if (tiny && series > 100'000) continue;
      lines.push_back({.series = series, .shared = shared});
      if (!measure_apart(lines.back())) {
        fmt::print("ERROR OCCURRED: series or charts were lost\n");
        return 1;
      }
      print(lines.back());
    }
    good = judge(lines.front(), lines.back()) && good;
  }
  if (!good) fmt::print("ERROR OCCURRED: memory per series grows with their number\n");
  return good ? 0 : 1;
}
