// SPDX-License-Identifier: GPL-3.0-or-later
// The order of charts, contributors and dimensions, brought up to date when series were born or died. Source: charts
// contract 4.7 (P30).
#include <cppd/chartengine/engine.h>

#include <algorithm>
#include <charconv>
#include <limits>

namespace cppd::chartengine {

using metrix::SeriesId;

namespace {

double bucket_bound(std::string_view text) {
  if (text == "+Inf") return std::numeric_limits<double>::infinity();
  double bound = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), bound);
  return failed == std::errc{} ? bound : std::numeric_limits<double>::infinity();
}

}  // namespace

/// Buckets are in the order of their bounds when `le` names them, inferred or asked for.
bool Engine::named_by_bound(const Route& route) const {
  return route.bucket && !route.static_name &&
         (route.inferred || table_->program->charts()[route.chart_template].dimensions[route.rule].name == "le");
}

/// Brings contributors into series order and dimensions into the order of P30, and drops what nobody needs any more.
void Engine::lay_out(std::uint32_t index) {
  auto& chart = charts_[index];
  chart.layout_dirty = false;
  chart.recheck = true;
  catch_up(chart);
  chart.careful = chart.next_same_id != kNone || first_of_id(chart) != index;
  if (chart.contributors.size() == 1 && chart.dimensions.size() == 1) {
    chart.one_to_one = true;
    chart.careful = chart.careful || chart.dimensions.front().variable;
    return;
  }
  order_contributors(chart);
  order_dimensions(chart);
}

/// While nothing changes a cycle only notes when the chart was seen, not its dimensions.
void Engine::catch_up(Chart& chart) {
  for (auto& dimension : chart.dimensions) {
    if (dimension.observed) dimension.last_seen = std::max(dimension.last_seen, chart.last_seen);
  }
}

void Engine::order_contributors(Chart& chart) {
  const auto& names = table_->names;
  const auto before = [&](const Contributor& a, const Contributor& b) {
    if (a.series != b.series) {
      if (store_->before(SeriesId{a.series}, SeriesId{b.series})) return true;
      if (store_->before(SeriesId{b.series}, SeriesId{a.series})) return false;
      return a.series < b.series;
    }
    const auto& left = table_->routes[a.route];
    const auto& right = table_->routes[b.route];
    if (left.rule != right.rule) return left.rule < right.rule;
    return names.text(chart.dimensions[a.dimension].name) < names.text(chart.dimensions[b.dimension].name);
  };
  if (!std::is_sorted(chart.contributors.begin(), chart.contributors.end(), before)) {
    std::sort(chart.contributors.begin(), chart.contributors.end(), before);
  }
}

void Engine::order_dimensions(Chart& chart) {
  auto& names = table_->names;
  struct Place {
    std::uint32_t from;
    std::uint32_t uses;
    double bound;
  };
  const auto count = static_cast<std::uint32_t>(chart.dimensions.size());
  std::vector<Place> kept(count);
  for (std::uint32_t i = 0; i < count; ++i) kept[i] = {.from = i, .uses = 0, .bound = 0};
  for (const auto& contributor : chart.contributors) ++kept[contributor.dimension].uses;
  chart.one_to_one = std::ranges::all_of(kept, [](const Place& place) { return place.uses <= 1; });
  std::erase_if(kept, [&](const Place& place) {
    const auto& dimension = chart.dimensions[place.from];
    if (place.uses > 0 || dimension.materialized) return false;
    names.release(dimension.name);
    return true;
  });
  for (auto& place : kept) {
    const auto& dimension = chart.dimensions[place.from];
    if (dimension.bucket) place.bound = bucket_bound(names.text(dimension.name));
  }
  std::ranges::sort(kept, [&](const Place& a, const Place& b) {
    const auto& left = chart.dimensions[a.from];
    const auto& right = chart.dimensions[b.from];
    if (left.variable != right.variable) return right.variable != 0;
    if (left.order != right.order) return left.order < right.order;  // what is dynamic comes last
    if (left.bucket != right.bucket) return !left.bucket;
    if (a.bound != b.bound) return a.bound < b.bound;
    return names.text(left.name) < names.text(right.name);
  });
  std::vector<std::uint32_t> place_of(count, 0);
  SmallRun<Dimension> laid_out;
  for (const auto& place : kept) {
    place_of[place.from] = static_cast<std::uint32_t>(laid_out.size());
    laid_out.push_back(chart.dimensions[place.from]);
  }
  chart.dimensions = std::move(laid_out);
  for (auto& contributor : chart.contributors) contributor.dimension = place_of[contributor.dimension];
}

void Engine::free_chart(std::uint32_t index) {
  auto& chart = charts_[index];
  const auto head = first_of_id(chart);
  if (head == index) {
    by_id_.erase(index);
    if (chart.next_same_id != kNone) by_id_.insert(chart.next_same_id);
  } else {
    auto previous = head;
    while (charts_[previous].next_same_id != index) previous = charts_[previous].next_same_id;
    charts_[previous].next_same_id = chart.next_same_id;
  }
  if (chart.chart_template != kAutogen && lifecycle(chart).max_instances > 0) {
    std::erase(capped_charts_[chart.chart_template].charts, index);
  }
  release_texts_of(chart);
  chart = {};
  free_charts_.push_back(index);
}

void Engine::settle_layout() {
  if (!wide_charts_.empty()) {
    wide_charts_ = {};
    wide_ = {};
  }
  bool freed = false;
  for (const auto index : dirty_charts_) {
    auto& chart = charts_[index];
    if (chart.chart_template == kNone || !chart.layout_dirty) continue;
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
    const int order = chart_id(a).compare(chart_id(b));
    return order != 0 ? order < 0 : charts_[a].chart_template < charts_[b].chart_template;
  };
  std::erase_if(new_charts_, [&](std::uint32_t chart) { return charts_[chart].chart_template == kNone; });
  if (!new_charts_.empty()) {
    if (!std::ranges::is_sorted(new_charts_, before)) std::ranges::sort(new_charts_, before);
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
