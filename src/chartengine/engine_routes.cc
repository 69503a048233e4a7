// SPDX-License-Identifier: GPL-3.0-or-later
// From a series to its charts: done when a series is born, never in a steady cycle. Source: charts
// contract 4.3, 4.6, 4.7, 4.9.
#include <cppd/base/internal_error.h>
#include <cppd/chartengine/engine.h>
#include <cppd/netdataapi/sanitize.h>

#include <algorithm>

namespace cppd::chartengine {
namespace {

using metrix::index_of;
using metrix::SeriesId;

LossReason loss_of(TemplateVerdict verdict) {
  switch (verdict) {
    case TemplateVerdict::missing_label: return LossReason::route_missing_label;
    case TemplateVerdict::blank_id: return LossReason::wire_text_refused;
    case TemplateVerdict::nameless: return LossReason::route_nameless_dimension;
    case TemplateVerdict::id_too_long: return LossReason::chart_id_too_long;
    default: return LossReason::series_unmatched;
  }
}

LossReason loss_of(AutogenVerdict verdict) {
  switch (verdict) {
    case AutogenVerdict::rule_rejected: return LossReason::series_filtered;
    case AutogenVerdict::id_too_long: return LossReason::chart_id_too_long;
    default: return LossReason::series_unmatched;
  }
}

}  // namespace

void Engine::synchronize(const metrix::Store& store, metrix::ScopeId scope) {
  const auto& changes = store.changes();
  if (store_ != &store || !synchronized_ ||
      (changes.clock != synchronized_clock_ && changes.clock != synchronized_clock_ + 1)) {
    start_over(store, scope);
  } else if (changes.clock == synchronized_clock_ + 1) {
    table_->follow(store);
    for (const auto id : changes.died) unroute_series(index_of(id));
    auto again = table_->redescribed_series(store);
    for (const auto series : again) unroute_series(series);
    drop_departed();
    for (const auto id : changes.born) {
      if (store.scope_of(id) == scope) again.push_back(index_of(id));
    }
    const auto before = [&](std::uint32_t a, std::uint32_t b) { return store.before(SeriesId{a}, SeriesId{b}); };
    if (!again.empty()) std::ranges::sort(again, before);
    for (const auto series : again) route_series(series);
  }
  synchronized_ = true;
  synchronized_clock_ = changes.clock;
  if (!dirty_charts_.empty() || !new_charts_.empty()) settle_layout();
  forget_unused();
}

/// Every chart is without contributors, until series are routed again.
void Engine::forget_routes(const metrix::Store& store) {
  ++stats_.restarts;
  store_ = &store;
  for (const auto chart : order_) {
    charts_[chart].contributors.clear();
    charts_[chart].layout_dirty = true;
    dirty_charts_.push_back(chart);
  }
  losses_.clear();
}

void Engine::start_over(const metrix::Store& store, metrix::ScopeId scope) {
  forget_routes(store);
  table_->forget_series(store.committed().size());
  std::vector<std::uint32_t> all;
  for (std::uint32_t series = 1; series < store.committed().size(); ++series) {
    if (store.committed()[series].seen != 0 && store.scope_of(SeriesId{series}) == scope) all.push_back(series);
  }
  std::ranges::sort(all, [&](std::uint32_t a, std::uint32_t b) { return store.before(SeriesId{a}, SeriesId{b}); });
  for (const auto series : all) route_series(series);
}

void Engine::route_series(std::uint32_t series) {
  ++routed_;
  const auto& descriptor = store_->descriptor_of(SeriesId{series});
  store_->labels().labels(store_->label_set(SeriesId{series}), labels_);
  const RoutedSeries source{.name = descriptor.name,
                            .labels = labels_,
                            .kind = descriptor.kind,
                            .source = descriptor.source,
                            .role = descriptor.role,
                            .meta = descriptor.meta};
  auto reason = LossReason::series_filtered;
  if (table_->router.selected(source)) {
    bool routed = false;
    reason = route_to_templates(series, source, routed);
    if (routed) return;
    const bool refused = reason != LossReason::series_unmatched;  // by a template that would have it
    const auto& route = table_->router.autogen(source);
    if (route.verdict == AutogenVerdict::accepted) {
      route_to_autogen(series, source, route);
      return;
    }
    if (!refused) reason = loss_of(route.verdict);
  }
  lose(series, reason, descriptor.name);
}

/// From now on each sample of the series counts as lost.
void Engine::lose(std::uint32_t series, LossReason reason, std::string_view name) {
  table_->lost[series] = true;
  losses_.push_back({series, reason});
  ledger_->count(reason, name, 0);
}

/// Takes what unroute_series() named off charts and losses, each of them looked through once.
void Engine::drop_departed() {
  if (!departed_.empty()) {
    for (const auto index : dirty_charts_) {
      auto& list = charts_[index].contributors;
      const auto* end = std::remove_if(list.begin(), list.end(), [&](const Contributor& contributor) {
        return table_->departed[contributor.series];
      });
      list.shrink_to(static_cast<std::size_t>(end - list.begin()));
    }
    for (const auto series : departed_) table_->departed[series] = false;
    clear(departed_);
  }
  if (!std::exchange(losses_departed_, false)) return;
  std::erase_if(losses_, [&](const Loss& loss) { return !table_->lost[loss.series]; });
}

/// Why no template took the series, when none did. A chart that no reader would take is lost although the series is on
/// another; one whose labels the series lacks is made for other series.
LossReason Engine::route_to_templates(std::uint32_t series, const RoutedSeries& source, bool& routed) {
  auto reason = LossReason::series_unmatched;
  const auto routes = table_->router.templates(source);
  routed = std::ranges::any_of(routes, [](const auto& one) { return one.verdict == TemplateVerdict::accepted; });
  for (const auto& accepted : routes) {
    if (accepted.verdict != TemplateVerdict::accepted) {
      reason = loss_of(accepted.verdict);
      const bool unsendable =
          accepted.verdict == TemplateVerdict::id_too_long || accepted.verdict == TemplateVerdict::blank_id;
      if (routed && unsendable) lose(series, reason, accepted.chart_id);
      continue;
    }
    const auto& candidate = accepted.candidate;
    const auto& chart = table_->program->charts()[candidate.chart];
    const auto& rule = chart.dimensions[candidate.dimension];
    const auto algorithm = chart.meta.algorithm != Algorithm::automatic ? chart.meta.algorithm
                           : source.kind == metrix::Kind::counter       ? Algorithm::incremental
                                                                        : Algorithm::absolute;
    const Route route{
        .chart_template = candidate.chart,
        .rule = candidate.dimension,
        .meta = table_->template_metas[candidate.chart * 2],
        .attributes = table_->intern(DimensionAttributes{.multiplier = rule.multiplier,
                                                         .divisor = rule.divisor,
                                                         .algorithm = algorithm,
                                                         .hidden = rule.hidden,
                                                         .is_float = rule.is_float || source.meta.is_float,
                                                         .variable = rule.variable}),
        .reducer = rule.reducer,
        .static_name = rule.name_from == DimensionRule::NameFrom::text,
        .bucket = source.role == metrix::Role::histogram_bucket,
        .inferred = rule.name_from == DimensionRule::NameFrom::inferred,
        .variable = rule.variable};
    contribute(series, chart_for(accepted.chart_id, candidate.chart), accepted.dimension, route);
  }
  return reason;
}

void Engine::route_to_autogen(std::uint32_t series, const RoutedSeries& source, const AutogenRoute& chart) {
  const Route route{
      .chart_template = kAutogen,
      .meta = table_->autogen_meta_of(store_->committed()[series].descriptor, source, chart.family),
      .attributes = table_->intern(DimensionAttributes{
          .algorithm = source.kind == metrix::Kind::counter ? Algorithm::incremental : Algorithm::absolute,
          .is_float = source.meta.is_float}),
      .static_name = chart.static_dimension,
      .bucket = source.role == metrix::Role::histogram_bucket,
      .inferred = !chart.static_dimension};
  contribute(series, chart_for(chart.chart_id, kAutogen), chart.dimension, route);
}

std::uint32_t Engine::chart_for(std::string_view id, std::uint32_t chart_template) {
  // Ids that are one to the reader are one id (charts K18).
  const bool alike = netdataapi::surely_clean_id(id) && !id.contains('\\');
  const auto wire = alike ? std::string{} : netdataapi::clean_id(id);
  const auto read_as = alike ? std::string{} : netdataapi::received(wire);
  const bool unlike = !alike && read_as != id;
  const auto found = by_id_.find(unlike ? std::string_view{read_as} : id);
  std::uint32_t last = kNone;
  if (found != by_id_.end()) {
    for (auto chart = *found; chart != kNone; chart = charts_[chart].next_same_id) {
      if (charts_[chart].chart_template == chart_template && chart_id(chart) == id) return chart;
      last = chart;
    }
  }
  std::uint32_t index;
  if (free_charts_.empty()) {
    index = static_cast<std::uint32_t>(charts_.size());
    charts_.emplace_back();
  } else {
    index = free_charts_.back();
    free_charts_.pop_back();
  }
  auto& chart = charts_[index];
  chart.id = table_->texts.add(id);
  chart.unlike = unlike;
  if (unlike) unlike_ids_.emplace(chart.id.place, UnlikeId{table_->texts.add(wire), table_->texts.add(read_as)});
  chart.chart_template = chart_template;
  chart.layout_dirty = true;
  new_charts_.push_back(index);
  dirty_charts_.push_back(index);
  if (chart_template != kAutogen && lifecycle(chart).max_instances > 0)
    capped_charts_[chart_template].charts.push_back(index);
  if (last == kNone) {
    by_id_.insert(index);
  } else {
    charts_[last].next_same_id = index;
    for (auto same = *found; same != kNone; same = charts_[same].next_same_id) charts_[same].careful = true;
  }
  return index;
}

/// The dimension of a chart with this name, or kNone. Few are searched through; those of a wide chart are indexed until
/// its layout is settled.
std::uint32_t Engine::find_dimension(std::uint32_t index, std::uint32_t read_as, bool variable) {
  const auto& list = charts_[index].dimensions;
  const auto count = static_cast<std::uint32_t>(list.size());
  for (std::uint32_t i = 0; i < std::min(count, kSearched); ++i) {
    if (table_->names.read_as(list[i].name) == read_as && list[i].variable == variable) return i;
  }
  if (count <= kSearched) return kNone;
  if (wide_charts_.insert(index).second) {
    for (auto i = kSearched; i < count; ++i) {
      wide_[wide_key(index, table_->names.read_as(list[i].name), list[i].variable)] = i;
    }
  }
  const auto found = wide_.find(wide_key(index, read_as, variable));
  return found == wide_.end() ? kNone : found->second;
}

void Engine::contribute(std::uint32_t series, std::uint32_t chart_index, std::string_view dimension_name,
                        const Route& route) {
  auto& chart = charts_[chart_index];
  auto& names = table_->names;
  const auto name = names.acquire(dimension_name);
  // A name that nobody used before is not in this chart either; others are searched from the end, where births arrive.
  // Names that are one to the reader are one dimension (charts K18).
  const auto read_as = names.read_as(name);
  const bool fresh = read_as == name && names.uses(name) == 1;
  auto position = fresh ? kNone : find_dimension(chart_index, read_as, route.variable);
  if (position != kNone) {
    names.release(name);
  } else {
    position = static_cast<std::uint32_t>(chart.dimensions.size());
    if (wide_charts_.contains(chart_index)) wide_[wide_key(chart_index, read_as, route.variable)] = position;
    chart.dimensions.push_back({.name = name,
                                .attributes = route.attributes,
                                .order = place_of(route),
                                .bucket = named_by_bound(route),
                                .variable = route.variable});
  }
  chart.contributors.push_back({.series = series, .route = table_->intern(route), .dimension = position, .present = 0});
  if (!chart.layout_dirty) {
    chart.layout_dirty = true;
    dirty_charts_.push_back(chart_index);
  }
  auto& first = table_->first_chart[series];
  if (first == kNone) {
    first = chart_index;
  } else {
    auto& more = table_->more_charts[series];
    if (first != chart_index && std::ranges::find(more, chart_index) == more.end()) more.push_back(chart_index);
  }
}

void Engine::unroute_series(std::uint32_t series) {
  if (series >= table_->first_chart.size()) return;
  ++unrouted_;
  if (table_->lost[series]) {
    table_->lost[series] = false;
    losses_departed_ = true;
  }
  const auto leave = [&](std::uint32_t index) {
    auto& chart = charts_[index];
    if (!chart.layout_dirty) {
      chart.layout_dirty = true;
      dirty_charts_.push_back(index);
    }
  };
  if (table_->first_chart[series] == kNone) return;
  table_->departed[series] = true;
  departed_.push_back(series);
  leave(table_->first_chart[series]);
  table_->first_chart[series] = kNone;
  if (const auto more = table_->more_charts.find(series); more != table_->more_charts.end()) {
    for (const auto index : more->second) leave(index);
    table_->more_charts.erase(more);
  }
}

}  // namespace cppd::chartengine
