// SPDX-License-Identifier: GPL-3.0-or-later
// What a build did, counted for whoever observes the engine. Without an observer nothing of this costs anything.
#include "build_clock.h"

#include <cppd/chartengine/engine.h>

#include <algorithm>
#include <utility>

namespace cppd::chartengine {

std::string_view build_phase_name(BuildPhase phase) {
  constexpr std::string_view kNames[] = {"prepare", "scan", "lifecycle_caps", "materialize"};
  return kNames[static_cast<std::size_t>(phase)];
}

std::string_view plan_action_name(PlanAction action) {
  constexpr std::string_view kNames[] = {"create_chart", "create_dimension", "update_chart_labels",
                                         "update_chart", "remove_dimension", "remove_chart"};
  return kNames[static_cast<std::size_t>(action)];
}

void Engine::observe_build(BuildSample& sample, const BuildClock& clock) {
  sample.engine = this;
  sample.seconds = clock.total();
  sample.phase_seconds = clock.phases();
  if (built_) {
    count_series(sample);
    count_plan(sample);
  }
  sample.charts = stats_.charts + plan_.created.size() - plan_.removed_charts.size();
  options_.observer->built(sample);
}

/// A series may be on several charts; it counts on the first.
void Engine::count_series(BuildSample& sample) {
  std::uint64_t known = 0;
  for (const auto index : order_) {
    const auto& chart = charts_[index];
    scratch_.clear();
    for (const auto& contributor : chart.contributors) {
      const auto& route = table_->routes[contributor.route];
      if (route.inferred && route.chart_template != kAutogen) scratch_.push_back(contributor.dimension);
      if (table_->first_chart[contributor.series] != index) continue;
      ++known;
      if (!visible(contributor.series)) continue;
      ++sample.matched;
      if (chart.chart_template == kAutogen) ++sample.autogen_matched;
    }
    if (!chart.materialized) continue;
    std::ranges::sort(scratch_);
    sample.inferred_dimensions += static_cast<std::uint64_t>(std::ranges::unique(scratch_).begin() - scratch_.begin());
  }
  for (const auto& loss : losses_) {
    if (table_->first_chart[loss.series] != kNone) continue;
    ++known;
    if (!visible(loss.series)) continue;
    ++(loss.reason == LossReason::series_filtered ? sample.filtered_by_selector : sample.unmatched);
  }
  sample.scanned = known;
  sample.filtered_by_sequence = known - sample.matched - sample.unmatched - sample.filtered_by_selector;
  sample.routed = std::exchange(routed_, 0);
  sample.unrouted = std::exchange(unrouted_, 0);
}

void Engine::count_plan(BuildSample& sample) const {
  const auto count = [&](PlanAction action, std::size_t times) {
    sample.actions[static_cast<std::size_t>(action)] = times;
  };
  count(PlanAction::create_chart, plan_.created.size());
  count(PlanAction::create_dimension, plan_.new_dimensions.size());
  count(PlanAction::update_chart_labels, plan_.relabelled.size());
  count(PlanAction::update_chart, plan_.updates.size());
  count(PlanAction::remove_dimension, plan_.removed_dimensions.size());
  count(PlanAction::remove_chart, plan_.removed_charts.size());
  sample.charts_capped = plan_.capped_charts;
  sample.charts_expired = plan_.removed_charts.size() - plan_.capped_charts;
  sample.dimensions_capped = plan_.capped_dimensions;
  sample.dimensions_expired = plan_.removed_dimensions.size() - plan_.capped_dimensions;
}

}  // namespace cppd::chartengine
