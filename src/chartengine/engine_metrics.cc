// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/engine_metrics.h>

#include <algorithm>
#include <string>
#include <utility>

namespace cppd::chartengine {
namespace {

using metrix::InstrumentOptions;
using metrix::RuntimeCounter;

constexpr std::string_view kPrefix = "netdata.go.plugin.framework.chartengine";

InstrumentOptions options(std::string_view family, std::string_view unit) {
  return {.chart_family = "ChartEngine/" + std::string{family}, .unit = std::string{unit}};
}

InstrumentOptions durations() {
  auto with = options("Build", "seconds");
  with.quantiles = {0.5, 0.9, 0.99};
  with.is_float = true;
  return with;
}

void add(const RuntimeCounter& counter, std::uint64_t times) {
  if (times > 0) counter.add(static_cast<double>(times));
}

template <class Vec, class... Values>
void add_to(const Vec& vec, std::uint64_t times, const Values&... values) {
  if (times > 0) vec(values...).add(static_cast<double>(times));
}

}  // namespace

EngineMetrics::EngineMetrics(const metrix::RuntimeMeter& meter) {
  const auto engine = meter.prefixed(kPrefix);
  const auto counter = [&](std::string_view name, std::string_view family, std::string_view unit) {
    return engine.seeded_counter(name, options(family, unit));
  };
  const auto gauge = [&](std::string_view name, std::string_view family, std::string_view unit) {
    return engine.seeded_gauge(name, options(family, unit));
  };
  success_ = counter("build_success_total", "Build", "builds");
  error_ = counter("build_error_total", "Build", "builds");
  skipped_ = counter("build_skipped_failed_collect_total", "Build", "builds");
  duration_ = engine.summary("build_duration_seconds", durations());
  phase_duration_ = engine.vec("build_phase_duration_seconds", {"phase"}).summary(durations());
  transitions_ = engine.vec("build_seq_transitions_total", {"transition"}).counter(options("Build", "transitions"));
  violation_active_ = gauge("build_seq_violation_active", "Build", "state");
  hits_ = counter("route_cache_hits_total", "Route Cache", "hits");
  misses_ = counter("route_cache_misses_total", "Route Cache", "misses");
  entries_ = gauge("route_cache_entries", "Route Cache", "entries");
  retained_ = counter("route_cache_retained_total", "Route Cache", "entries");
  pruned_ = counter("route_cache_pruned_total", "Route Cache", "entries");
  full_drops_ = counter("route_cache_full_drops_total", "Route Cache", "events");
  scanned_ = counter("series_scanned_total", "Series", "series");
  matched_ = counter("series_matched_total", "Series", "series");
  unmatched_ = counter("series_unmatched_total", "Series", "series");
  autogen_matched_ = counter("series_autogen_matched_total", "Series", "series");
  filtered_ = engine.vec("series_filtered_total", {"reason"}).counter(options("Series", "series"));
  charts_ = gauge("plan_chart_instances", "Plan", "charts");
  inferred_dimensions_ = gauge("plan_inferred_dimensions", "Plan", "dimensions");
  actions_ = engine.vec("planner_actions_total", {"kind"}).counter(options("Actions", "actions"));
  removed_ = engine.vec("lifecycle_removed_total", {"scope", "reason"}).counter(options("Lifecycle", "removals"));
}

void EngineMetrics::built(const BuildSample& sample) {
  ++sums_.outcomes[static_cast<std::size_t>(sample.outcome)];
  sums_.broken += sample.sequence_broken ? 1 : 0;
  sums_.recovered += sample.sequence_recovered ? 1 : 0;
  sums_.violations += sample.sequence_violation ? 1 : 0;
  sums_.seconds.push_back(sample.seconds);
  for (std::size_t phase = 0; phase < kBuildPhases; ++phase) {
    if (sample.phase_seconds[phase] > 0) sums_.phase_seconds[phase].push_back(sample.phase_seconds[phase]);
  }
  if (sample.outcome != BuildOutcome::success) return;
  sums_.last[sample.engine] = {sample.scanned, sample.charts, sample.inferred_dimensions};
  const auto seen = sample.matched + sample.unmatched;
  sums_.hits += seen - std::min(seen, sample.routed);
  sums_.misses += sample.routed;
  sums_.retained += sample.scanned - std::min(sample.scanned, sample.routed);
  sums_.pruned += sample.unrouted;
  sums_.full_drops += seen == 0 && sample.unrouted > 0 ? 1 : 0;
  sums_.scanned += sample.scanned;
  sums_.matched += sample.matched;
  sums_.unmatched += sample.unmatched;
  sums_.autogen_matched += sample.autogen_matched;
  sums_.by_sequence += sample.filtered_by_sequence;
  sums_.by_selector += sample.filtered_by_selector;
  for (std::size_t action = 0; action < kPlanActions; ++action) sums_.actions[action] += sample.actions[action];
  sums_.charts_capped += sample.charts_capped;
  sums_.charts_expired += sample.charts_expired;
  sums_.dimensions_capped += sample.dimensions_capped;
  sums_.dimensions_expired += sample.dimensions_expired;
}

void EngineMetrics::flush() {
  const auto sums = std::exchange(sums_, {});
  add(success_, sums.outcomes[static_cast<std::size_t>(BuildOutcome::success)]);
  add(error_, sums.outcomes[static_cast<std::size_t>(BuildOutcome::error)]);
  add(skipped_, sums.outcomes[static_cast<std::size_t>(BuildOutcome::skipped_failed_collect)]);
  for (const auto seconds : sums.seconds) duration_.observe(seconds);
  for (std::size_t phase = 0; phase < kBuildPhases; ++phase) {
    if (sums.phase_seconds[phase].empty()) continue;
    const auto summary = phase_duration_(build_phase_name(static_cast<BuildPhase>(phase)));
    for (const auto seconds : sums.phase_seconds[phase]) summary.observe(seconds);
  }
  add_to(transitions_, sums.broken, "broken");
  add_to(transitions_, sums.recovered, "recovered");
  violation_active_.set(sums.violations > 0 ? 1 : 0);
  Sums::Gauges total;
  for (const auto& [engine, gauges] : sums.last) {
    total.entries += gauges.entries;
    total.charts += gauges.charts;
    total.inferred_dimensions += gauges.inferred_dimensions;
  }
  if (!sums.last.empty()) {
    entries_.set(static_cast<double>(total.entries));
    charts_.set(static_cast<double>(total.charts));
    inferred_dimensions_.set(static_cast<double>(total.inferred_dimensions));
  }
  add(hits_, sums.hits);
  add(misses_, sums.misses);
  add(retained_, sums.retained);
  add(pruned_, sums.pruned);
  add(full_drops_, sums.full_drops);
  add(scanned_, sums.scanned);
  add(matched_, sums.matched);
  add(unmatched_, sums.unmatched);
  add(autogen_matched_, sums.autogen_matched);
  add_to(filtered_, sums.by_sequence, "by_seq");
  add_to(filtered_, sums.by_selector, "by_selector");
  for (std::size_t action = 0; action < kPlanActions; ++action) {
    add_to(actions_, sums.actions[action], plan_action_name(static_cast<PlanAction>(action)));
  }
  add_to(removed_, sums.charts_capped, "chart", "cap");
  add_to(removed_, sums.charts_expired, "chart", "expiry");
  add_to(removed_, sums.dimensions_capped, "dimension", "cap");
  add_to(removed_, sums.dimensions_expired, "dimension", "expiry");
}

}  // namespace cppd::chartengine
