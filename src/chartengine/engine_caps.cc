// SPDX-License-Identifier: GPL-3.0-or-later
// Caps on instances and dimensions. Source: charts contract 4.10 (L5 to L7).
#include <cppd/chartengine/engine.h>

#include <algorithm>

namespace cppd::chartengine {

/// max_instances: charts that are not observed go first, then new ones with the highest ids are left out (L5).
void Engine::enforce_instance_caps() {
  for (const auto chart_template : table_->capped_templates) {
    auto& charts = capped_charts_[chart_template];
    if (charts.empty()) continue;
    std::vector<std::uint32_t> idle;
    std::vector<std::uint32_t> fresh;
    std::size_t existing = 0;
    std::size_t observed_count = 0;
    for (const auto index : charts) {
      auto& chart = charts_[index];
      chart.capped = false;
      const bool observed = std::ranges::any_of(chart.contributors, [&](const auto& c) { return visible(c.series); });
      observed_count += observed ? 1 : 0;
      existing += chart.materialized ? 1 : 0;
      if (chart.materialized && !observed) idle.push_back(index);
      if (!chart.materialized && observed) fresh.push_back(index);
    }
    if (observed_count == 0) continue;
    const std::size_t max = table_->program->charts()[chart_template].lifecycle.max_instances;
    if (existing + fresh.size() <= max) continue;
    auto overflow = existing + fresh.size() - max;
    std::ranges::sort(idle, [&](std::uint32_t a, std::uint32_t b) {
      if (charts_[a].last_seen != charts_[b].last_seen) return charts_[a].last_seen < charts_[b].last_seen;
      return charts_[a].id < charts_[b].id;
    });
    for (const auto index : idle) {
      if (overflow == 0) break;
      --overflow;
      save(index);
      plan_.removed_charts.push_back(index);
      charts_[index].materialized = false;
      for (auto& dimension : charts_[index].dimensions) dimension.materialized = false;
    }
    std::ranges::sort(fresh, [&](std::uint32_t a, std::uint32_t b) { return charts_[a].id > charts_[b].id; });
    for (const auto index : fresh) {
      if (overflow == 0) break;
      --overflow;
      charts_[index].capped = true;
      ledger_->count(LossReason::chart_capped, charts_[index].id);
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
    return names_.text(left.name) < names_.text(right.name);
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
    if (!dimension.observed || dimension.materialized) continue;
    --overflow;
    dimension.observed = false;
    ledger_->count(LossReason::dimension_capped, names_.text(dimension.name));
  }
}

}  // namespace cppd::chartengine
