// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/autogen.h>
#include <cppd/chartengine/route_table.h>

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <numeric>

namespace cppd::chartengine {

RouteTable::RouteTable(std::shared_ptr<const Program> compiled, std::string_view type_id)
    : program{std::move(compiled)}, router{program, type_id} {
  const auto charts = program->charts();
  for (std::uint32_t index = 0; index < charts.size(); ++index) {
    template_metas.push_back(intern(charts[index].meta));
    auto heatmap = charts[index].meta;
    heatmap.type = ChartType::heatmap;
    template_metas.push_back(intern(heatmap));
    if (charts[index].lifecycle.max_instances > 0) capped_templates.push_back(index);
  }
  std::ranges::sort(capped_templates, {}, [&](auto index) -> const std::string& { return charts[index].id; });
  std::vector<std::uint32_t> by_id(charts.size());
  std::iota(by_id.begin(), by_id.end(), 0U);
  std::ranges::sort(by_id, {}, [&](auto index) -> const std::string& { return charts[index].id; });
  template_ranks.resize(charts.size());
  for (std::uint32_t rank = 0; rank < by_id.size(); ++rank) template_ranks[by_id[rank]] = rank;
  autogen_lifecycle = {.expire_after = program->autogen().expire_after,
                       .dimensions_expire_after = program->autogen().expire_after};
}

std::size_t RouteTable::RouteHash::operator()(const Route& route) const {
  const std::uint64_t words[] = {
      std::uint64_t{route.chart_template} << 32 | route.rule, std::uint64_t{route.meta} << 32 | route.attributes,
      static_cast<std::uint64_t>(route.reducer) << 8 | (route.static_name ? 1u : 0u) | (route.bucket ? 2u : 0u) |
          (route.inferred ? 4u : 0u) | (route.variable ? 8u : 0u)};
  return XXH3_64bits(words, sizeof words);
}

std::size_t RouteTable::AttributesHash::operator()(const DimensionAttributes& dimension) const {
  const std::uint64_t words[] = {static_cast<std::uint64_t>(dimension.multiplier),
                                 static_cast<std::uint64_t>(dimension.divisor),
                                 static_cast<std::uint64_t>(dimension.algorithm) << 8 | (dimension.hidden ? 1u : 0u) |
                                     (dimension.is_float ? 2u : 0u) | (dimension.variable ? 4u : 0u)};
  return XXH3_64bits(words, sizeof words);
}

std::uint32_t RouteTable::intern(const Route& route) {
  const auto [entry, fresh] = routes_index_.try_emplace(route, static_cast<std::uint32_t>(routes.size()));
  if (fresh) routes.push_back(route);
  return entry->second;
}

std::uint32_t RouteTable::intern(const DimensionAttributes& dimension) {
  const auto [entry, fresh] = attributes_index_.try_emplace(dimension, static_cast<std::uint32_t>(attributes.size()));
  if (fresh) attributes.push_back(dimension);
  return entry->second;
}

std::uint32_t RouteTable::intern(const ChartMeta& meta) {
  const auto key =
      fmt::format("{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}\x1f{}", meta.title, meta.family, meta.context, meta.units,
                  static_cast<int>(meta.algorithm), static_cast<int>(meta.type), meta.priority);
  const auto [entry, fresh] = meta_index_.try_emplace(key, static_cast<std::uint32_t>(metas.size()));
  if (fresh) metas.push_back(meta);
  return entry->second;
}

std::uint32_t RouteTable::autogen_meta_of(metrix::DescriptorId descriptor, const RoutedSeries& source,
                                          std::string_view family) {
  const auto index = metrix::index_of(descriptor);
  if (autogen_metas_.size() <= index) autogen_metas_.resize(index + 1, kNoIndex);
  if (autogen_metas_[index] == kNoIndex) {
    autogen_metas_[index] = intern(autogen_meta(source, family, program->context_namespace()));
  }
  return autogen_metas_[index];
}

void RouteTable::follow(const metrix::Store& store) {
  const auto forget = [&](metrix::DescriptorId id) {
    if (metrix::index_of(id) < autogen_metas_.size()) autogen_metas_[metrix::index_of(id)] = kNoIndex;
  };
  std::ranges::for_each(store.changes().retired, forget);
  std::ranges::for_each(store.changes().redescribed, forget);
  first_chart.resize(store.committed().size(), kNoIndex);
  lost.resize(store.committed().size());
  departed.resize(store.committed().size());
}

std::vector<std::uint32_t> RouteTable::redescribed_series(const metrix::Store& store) const {
  std::vector<std::uint32_t> found;
  const auto changed = store.changes().redescribed;
  if (changed.empty()) return found;
  for (std::uint32_t series = 1; series < first_chart.size(); ++series) {
    const auto& committed = store.committed()[series];
    if (committed.seen == 0 || (first_chart[series] == kNoIndex && !lost[series])) continue;
    if (std::ranges::find(changed, committed.descriptor) != changed.end()) found.push_back(series);
  }
  return found;
}

void RouteTable::forget_series(std::size_t slots) {
  autogen_metas_.clear();
  first_chart.assign(slots, kNoIndex);
  lost.assign(slots, false);
  departed.assign(slots, false);
  more_charts.clear();
}

std::size_t RouteTable::bytes() const {
  return first_chart.capacity() * sizeof(std::uint32_t) + (lost.capacity() + departed.capacity()) / 8 +
         autogen_metas_.capacity() * sizeof(std::uint32_t) + texts.bytes() + names.bytes();
}

}  // namespace cppd::chartengine
