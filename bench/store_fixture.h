// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the benchmarks of the metric store share: label texts made beforehand, checks, and the judge of growth.
#pragma once

#include <benchmark/benchmark.h>
#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::bench {

/// Three labels for each of many series: instance (ten values), method (one) and path.
///
/// Shape     without `sharing` every series has a path of its own; else series `sharing` apart have the same set.
/// Cost      one block of text, made when this is.
class ThreeLabels {
 public:
  explicit ThreeLabels(std::size_t series, std::size_t sharing = 0, std::string_view prefix = "/api/item/");
  [[nodiscard]] std::array<Label, 3> operator[](std::size_t series) const;

 private:
  std::size_t paths_;
  std::size_t path_bytes_;
  std::string text_;
};

/// Names or values with a number each: `metric_000017`.
[[nodiscard]] std::vector<std::string> numbered(std::string_view stem, std::size_t count);

/// Ends the benchmark, and the whole run with a failure, unless `holds`.
void expect(benchmark::State& state, bool holds, const char* what);
/// Has any expectation of this run failed?
[[nodiscard]] bool failed();

/// Reports `ns` of CPU for each of the `items` of one iteration, and how often one iteration allocated.
class PerItem {
 public:
  PerItem(benchmark::State& state, std::size_t items);
  /// To be called after the timed loop.
  void report();

 private:
  benchmark::State& state_;
  std::size_t items_;
  std::uint64_t allocations_;
};

/// Judges that the cost of an item does not grow with their number: the best of some rounds at one size may cost at
/// most four times what the smallest size of the same benchmark did.
class Linear {
 public:
  void check(benchmark::State& state, std::size_t items, const std::function<void()>& round);

 private:
  std::map<std::size_t, double> best_ns_;  // by size
};

/// CPU time of this thread.
[[nodiscard]] double cpu_ns();
/// Resident memory of this process, from /proc/self/status.
[[nodiscard]] std::size_t resident_bytes();

}  // namespace cppd::bench
