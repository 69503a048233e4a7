// SPDX-License-Identifier: GPL-3.0-or-later
// What was interned for charts that are gone. Metrics come and go, and each brings a title, a context and a route.
#include <cppd/chartengine/engine.h>

#include <algorithm>

namespace cppd::chartengine {
namespace {

/// Closes the gaps between what is used; `places` then tells where each went.
template <class T>
void close_gaps(std::vector<T>& items, std::vector<std::uint32_t>& places) {
  std::uint32_t kept = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (places[i] == kNoIndex) continue;
    if (kept != i) items[kept] = std::move(items[i]);
    places[i] = kept++;
  }
  items.resize(kept);
  items.shrink_to_fit();
}

}  // namespace

RouteTable::Places RouteTable::places() const {
  return {.routes = std::vector<std::uint32_t>(routes.size(), kNoIndex),
          .metas = std::vector<std::uint32_t>(metas.size(), kNoIndex)};
}

void RouteTable::forget_unused(Places& places) {
  constexpr std::uint32_t kUsed = 0;
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (places.routes[i] != kNoIndex) places.metas[routes[i].meta] = kUsed;
  }
  for (const auto meta : template_metas) places.metas[meta] = kUsed;
  for (const auto meta : autogen_metas_) {
    if (meta != kNoIndex) places.metas[meta] = kUsed;
  }
  close_gaps(routes, places.routes);
  close_gaps(metas, places.metas);
  routes_index_.clear();
  for (std::uint32_t i = 0; i < routes.size(); ++i) {
    routes[i].meta = places.metas[routes[i].meta];
    routes_index_.emplace(routes[i], i);
  }
  boost::unordered::erase_if(meta_index_, [&](const auto& entry) { return places.metas[entry.second] == kNoIndex; });
  for (auto& entry : meta_index_) entry.second = places.metas[entry.second];
  for (auto& meta : template_metas) meta = places.metas[meta];
  for (auto& meta : autogen_metas_) meta = meta == kNoIndex ? kNoIndex : places.metas[meta];
  forget_at_ = std::max(kForgetAt, 2 * (routes.size() + metas.size()));
}

void Engine::mark_used(RouteTable::Places& places) const {
  for (std::size_t index = 0; index < charts_.size(); ++index) {
    const auto& chart = charts_[index];
    if (chart.chart_template == kNone) continue;
    places.metas[chart.meta] = 0;
    for (const auto& contributor : chart.contributors) places.routes[contributor.route] = 0;
  }
}

void Engine::move_to(const RouteTable::Places& places) {
  for (std::size_t index = 0; index < charts_.size(); ++index) {
    auto& chart = charts_[index];
    if (chart.chart_template == kNone) continue;
    chart.meta = places.metas[chart.meta];
    for (auto& contributor : chart.contributors) contributor.route = places.routes[contributor.route];
  }
}

void Engine::forget_unused() {
  if (!table_->worth_forgetting()) return;
  auto places = table_->places();
  mark_used(places);
  table_->forget_unused(places);
  move_to(places);
}

}  // namespace cppd::chartengine
