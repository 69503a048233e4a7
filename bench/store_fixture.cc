// SPDX-License-Identifier: GPL-3.0-or-later
#include "store_fixture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>

#include "allocation_count.h"

namespace cppd::bench {
namespace {
bool any_failed = false;
}

ThreeLabels::ThreeLabels(std::size_t series, std::size_t sharing, std::string_view prefix)
    : paths_{sharing ? sharing : series}, path_bytes_{prefix.size() + 7} {
  text_.reserve(paths_ * path_bytes_);
  for (std::size_t i = 0; i < paths_; ++i) fmt::format_to(std::back_inserter(text_), "{}{:07}", prefix, i);
}

std::array<Label, 3> ThreeLabels::operator[](std::size_t series) const {
  static constexpr std::string_view kInstances[] = {"node-0", "node-1", "node-2", "node-3", "node-4",
                                                    "node-5", "node-6", "node-7", "node-8", "node-9"};
  const auto path = series % paths_;
  return {Label{"instance", kInstances[path % 10]}, Label{"method", "GET"},
          Label{"path", std::string_view{text_}.substr(path * path_bytes_, path_bytes_)}};
}

std::vector<std::string> numbered(std::string_view stem, std::size_t count) {
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < count; ++i) texts.push_back(fmt::format("{}{:06}", stem, i));
  return texts;
}

void expect(benchmark::State& state, bool holds, const char* what) {
  if (holds) return;
  any_failed = true;
  state.SkipWithError(what);
}

bool failed() { return any_failed; }

PerItem::PerItem(benchmark::State& state, std::size_t items)
    : state_{state}, items_{items}, allocations_{allocations()} {}

void PerItem::report() {
  const auto made = static_cast<double>(allocations() - allocations_);
  const auto iterations = static_cast<double>(state_.iterations());
  state_.counters["per_item"] = benchmark::Counter(static_cast<double>(items_) * iterations,
                                                   benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state_.counters["allocations"] = made / iterations;
}

void Linear::check(benchmark::State& state, std::size_t items, const std::function<void()>& round) {
  constexpr int kRounds = 7;
  auto& best = best_ns_.try_emplace(items, 1e18).first->second;
  for (int i = 0; i < kRounds; ++i) {
    const auto before = cpu_ns();
    round();
    best = std::min(best, (cpu_ns() - before) / static_cast<double>(items));
  }
  const auto growth = best / best_ns_.begin()->second;
  state.counters["growth"] = growth;
  expect(state, growth <= 4, "an item costs more than four times what it costs at the smallest size");
}

double cpu_ns() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

std::size_t resident_bytes() {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return std::stoull(line.substr(6)) * 1024;
  }
  return 0;
}

}  // namespace cppd::bench
