// SPDX-License-Identifier: GPL-3.0-or-later
// Caps on instances and dimensions. Source: charts contract 4.10 (L5 to L7).
#include <cppd/chartengine/engine.h>

#include <algorithm>

namespace cppd::chartengine {

/// max_instances: charts that are not observed go first, then new ones with the highest ids are left out (L5).
void Engine::enforce_instance_caps() {
  for (const auto chart_template : table_->capped_templates) {
    auto& [charts, over] = capped_charts_[chart_template];
    const std::size_t max = table_->program->charts()[chart_template].lifecycle.max_instances;
    if (charts.size() <= max && !over) continue;
    over = false;
    idle_.clear();
    scratch_.clear();
    std::size_t existing = 0;
    std::size_t observed_count = 0;
    for (const auto index : charts) {
      auto& chart = charts_[index];
      chart.capped = false;
      const bool observed = first_visible(chart) != kNone && (!chart.careful || owner_of_id(index) == index);
      observed_count += observed ? 1 : 0;
      existing += chart.materialized ? 1 : 0;
      if (chart.materialized && !observed) idle_.push_back(index);
      if (!chart.materialized && observed) scratch_.push_back(index);
    }
    if (observed_count == 0) continue;
    if (existing + scratch_.size() <= max) continue;
    auto overflow = existing + scratch_.size() - max;
    std::ranges::sort(idle_, [&](std::uint32_t a, std::uint32_t b) {
      if (charts_[a].last_seen != charts_[b].last_seen) return charts_[a].last_seen < charts_[b].last_seen;
      return chart_id(a) < chart_id(b);
    });
    for (const auto index : idle_) {
      if (overflow == 0) break;
      --overflow;
      save(index);
      remove(index);
    }
    std::ranges::sort(scratch_, [&](std::uint32_t a, std::uint32_t b) { return chart_id(a) > chart_id(b); });
    for (const auto index : scratch_) {
      if (overflow == 0) break;
      --overflow;
      charts_[index].capped = over = true;
      ledger_->count(LossReason::chart_capped, chart_id(index));
    }
  }
}

/// max_dims: dimensions that are not observed go first, then new ones from the end of the order are left out (L6).
void Engine::enforce_dimension_cap(std::uint32_t index) {
  auto& chart = charts_[index];
  const std::size_t max = lifecycle(chart).max_dimensions;
  if (max == 0) return;
  std::size_t existing = 0;
  std::size_t fresh = 0;
  scratch_.clear();
  for (std::uint32_t i = 0; i < chart.dimensions.size(); ++i) {
    const auto& dimension = chart.dimensions[i];
    if (dimension.variable) continue;
    existing += dimension.materialized ? 1 : 0;
    fresh += dimension.observed && !dimension.materialized ? 1 : 0;
    if (dimension.materialized && !dimension.observed) scratch_.push_back(i);
  }
  if (existing + fresh <= max) return;
  auto overflow = existing + fresh - max;
  std::ranges::sort(scratch_, [&](std::uint32_t a, std::uint32_t b) {
    const auto& left = chart.dimensions[a];
    const auto& right = chart.dimensions[b];
    if (left.last_seen != right.last_seen) return left.last_seen < right.last_seen;
    return dimension_name(left.name) < dimension_name(right.name);
  });
  for (const auto i : scratch_) {
    if (overflow == 0) return;
    --overflow;
    auto& dimension = chart.dimensions[i];
    dimension.materialized = false;
    plan_.removed_dimensions.insert(
        plan_.removed_dimensions.begin() + static_cast<std::ptrdiff_t>(plan_.capped_dimensions),
        {index, dimension.name, dimension.attributes});
    ++plan_.capped_dimensions;
  }
  for (auto i = chart.dimensions.size(); i-- > 0 && overflow > 0;) {
    auto& dimension = chart.dimensions[i];
    if (!dimension.observed || dimension.materialized || dimension.variable) continue;
    --overflow;
    dimension.observed = false;
    ledger_->count(LossReason::dimension_capped, dimension_name(dimension.name));
  }
}

}  // namespace cppd::chartengine
