// SPDX-License-Identifier: GPL-3.0-or-later
// The order of charts, contributors and dimensions, brought up to date when series were born or died. Source: charts
// contract 4.7 (P30).
#include <cppd/chartengine/engine.h>

#include <algorithm>

namespace cppd::chartengine {

using metrix::SeriesId;

void Engine::drop_departed(Chart& chart) {
  auto& list = chart.contributors;
  list.erase(std::remove_if(list.begin(), list.end(), [](const Contributor& c) { return c.series == kNone; }),
             list.end());
}

/// Brings contributors into series order and dimensions into the order of P30, and drops what nobody needs any more.
void Engine::lay_out(std::uint32_t index) {
  auto& chart = charts_[index];
  chart.layout_dirty = false;
  chart.recheck = true;
  drop_departed(chart);
  // Of a chart whose only dimension is the chart itself, the steady cycle notes when the chart was seen.
  if (!chart.careful && chart.dimensions.size() == 1) {
    auto& only = chart.dimensions.front();
    only.last_seen = std::max(only.last_seen, chart.last_seen);
  }
  const auto before = [&](const Contributor& a, const Contributor& b) {
    if (a.series != b.series) {
      if (store_->before(SeriesId{a.series}, SeriesId{b.series})) return true;
      if (store_->before(SeriesId{b.series}, SeriesId{a.series})) return false;
      return a.series < b.series;
    }
    const auto& left = table_->routes[a.route];
    const auto& right = table_->routes[b.route];
    if (left.rule != right.rule) return left.rule < right.rule;
    return names_.text(chart.dimensions[a.dimension].name) < names_.text(chart.dimensions[b.dimension].name);
  };
  if (!std::ranges::is_sorted(chart.contributors, before)) std::ranges::sort(chart.contributors, before);

  const auto count = chart.dimensions.size();
  std::vector<std::uint32_t> uses(count, 0);
  for (const auto& contributor : chart.contributors) ++uses[contributor.dimension];
  std::vector<std::uint32_t> kept;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (uses[i] > 0 || chart.dimensions[i].materialized)
      kept.push_back(i);
    else
      names_.release(chart.dimensions[i].name);
  }
  std::ranges::sort(kept, [&](std::uint32_t a, std::uint32_t b) {
    const auto& left = chart.dimensions[a];
    const auto& right = chart.dimensions[b];
    if (left.dynamic != right.dynamic) return !left.dynamic;
    if (!left.dynamic && left.order != right.order) return left.order < right.order;
    if (left.dynamic && left.bucket != right.bucket) return !left.bucket;
    if (left.bucket && left.dynamic && left.bound != right.bound) return left.bound < right.bound;
    return names_.text(left.name) < names_.text(right.name);
  });
  std::vector<std::uint32_t> place(count, 0);
  boost::container::small_vector<Dimension, 1> laid_out;
  laid_out.reserve(kept.size());
  for (const auto from : kept) {
    place[from] = static_cast<std::uint32_t>(laid_out.size());
    laid_out.push_back(chart.dimensions[from]);
  }
  chart.one_to_one = chart.contributors.size() == laid_out.size() &&
                     std::ranges::all_of(kept, [&](std::uint32_t from) { return uses[from] == 1; });
  chart.dimensions = std::move(laid_out);
  for (auto& contributor : chart.contributors) contributor.dimension = place[contributor.dimension];
  const auto& policy = lifecycle(chart);
  chart.careful =
      chart.next_same_id != kNone || *by_id_.find(std::string_view{chart.id}) != index || policy.max_dimensions > 0 ||
      (policy.dimensions_expire_after > 0 && (chart.chart_template != kAutogen || chart.dimensions.size() > 1)) ||
      policy.max_instances > 0;
}

void Engine::free_chart(std::uint32_t index) {
  auto& chart = charts_[index];
  for (const auto& dimension : chart.dimensions) names_.release(dimension.name);
  const auto head = *by_id_.find(std::string_view{chart.id});
  if (head == index) {
    by_id_.erase(index);
    if (chart.next_same_id != kNone) by_id_.insert(chart.next_same_id);
  } else {
    auto previous = head;
    while (charts_[previous].next_same_id != index) previous = charts_[previous].next_same_id;
    charts_[previous].next_same_id = chart.next_same_id;
  }
  if (chart.chart_template != kAutogen && lifecycle(chart).max_instances > 0) {
    std::erase(capped_charts_[chart.chart_template], index);
  }
  chart = {};
  free_charts_.push_back(index);
}

void Engine::settle_layout() {
  bool freed = false;
  for (const auto index : dirty_charts_) {
    auto& chart = charts_[index];
    if (chart.chart_template == kNone || !chart.layout_dirty) continue;
    drop_departed(chart);
    if (chart.contributors.empty() && !chart.materialized) {
      free_chart(index);
      freed = true;
    } else {
      lay_out(index);
    }
  }
  dirty_charts_.clear();
  if (freed) std::erase_if(order_, [&](std::uint32_t chart) { return charts_[chart].chart_template == kNone; });
  const auto before = [&](std::uint32_t a, std::uint32_t b) {
    const int order = charts_[a].id.compare(charts_[b].id);
    return order != 0 ? order < 0 : charts_[a].chart_template < charts_[b].chart_template;
  };
  std::erase_if(new_charts_, [&](std::uint32_t chart) { return charts_[chart].chart_template == kNone; });
  if (!new_charts_.empty()) {
    std::ranges::sort(new_charts_, before);
    std::vector<std::uint32_t> merged;
    merged.reserve(order_.size() + new_charts_.size());
    std::ranges::merge(order_, new_charts_, std::back_inserter(merged), before);
    order_ = std::move(merged);
    new_charts_.clear();
  }
  std::size_t dimensions = 0;
  for (const auto chart : order_) dimensions += charts_[chart].dimensions.size();
  stats_.dimensions = dimensions;
  plan_.values.reserve(dimensions);
  plan_.updates.reserve(order_.size());
}

}  // namespace cppd::chartengine
