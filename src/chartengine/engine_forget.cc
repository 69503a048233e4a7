// SPDX-License-Identifier: GPL-3.0-or-later
// What was interned for charts that are gone. Metrics come and go, and each brings a title, a context and a route.
#include <cppd/chartengine/engine.h>

#include <algorithm>

namespace cppd::chartengine {
namespace {

constexpr std::uint32_t kUsed = 0;

/// Closes the gaps between what is used; `places` then tells where each went.
template <class T>
void close_gaps(std::vector<T>& items, std::vector<std::uint32_t>& places) {
  std::uint32_t kept = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (places[i] != kUsed) continue;
    if (kept != i) items[kept] = std::move(items[i]);
    places[i] = kept++;
  }
  items.resize(kept);
  items.shrink_to_fit();
}

}  // namespace

/// Frees routes and metas that no chart has any more, when there are twice as many as the last time left: what is freed
/// pays for the search. No attempt is outstanding.
void Engine::forget_unused() {
  if (routes_.size() + metas_.size() < forget_at_) return;
  std::vector<std::uint32_t> routes(routes_.size(), kNone);
  std::vector<std::uint32_t> metas(metas_.size(), kNone);
  for (const auto& chart : charts_) {
    if (chart.chart_template == kNone) continue;
    metas[chart.meta] = kUsed;
    for (const auto& contributor : chart.contributors) routes[contributor.route] = kUsed;
  }
  for (std::size_t i = 0; i < routes.size(); ++i) {
    if (routes[i] == kUsed) metas[routes_[i].meta] = kUsed;
  }
  for (const auto meta : template_metas_) metas[meta] = kUsed;
  for (const auto meta : autogen_metas_) {
    if (meta != kNone) metas[meta] = kUsed;
  }
  close_gaps(routes_, routes);
  close_gaps(metas_, metas);

  routes_index_.clear();
  for (std::uint32_t i = 0; i < routes_.size(); ++i) {
    routes_[i].meta = metas[routes_[i].meta];
    routes_index_.emplace(routes_[i], i);
  }
  boost::unordered::erase_if(meta_index_, [&](const auto& entry) { return metas[entry.second] == kNone; });
  for (auto& entry : meta_index_) entry.second = metas[entry.second];
  for (auto& chart : charts_) {
    if (chart.chart_template == kNone) continue;
    chart.meta = metas[chart.meta];
    for (auto& contributor : chart.contributors) contributor.route = routes[contributor.route];
  }
  for (auto& meta : template_metas_) meta = metas[meta];
  for (auto& meta : autogen_metas_) meta = meta == kNone ? kNone : metas[meta];
  forget_at_ = std::max(kForgetAt, 2 * (routes_.size() + metas_.size()));
}

}  // namespace cppd::chartengine
