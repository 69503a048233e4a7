// SPDX-License-Identifier: GPL-3.0-or-later
// One build: the pass over all charts, and the careful planning of those that change. Source: charts contract 4.4
// to 4.10.
#include <cppd/chartengine/engine.h>

#include <algorithm>
#include <limits>

namespace cppd::chartengine {
namespace {

constexpr double kNoValue = std::numeric_limits<double>::quiet_NaN();

/// Running mean with one fused multiply-add; a difference that overflows is avoided (P19).
double next_mean(double mean, double value, double count) {
  if (std::isnan(mean) || std::isnan(value)) return kNoValue;
  if (std::isinf(mean)) return std::isinf(value) && std::signbit(mean) != std::signbit(value) ? kNoValue : mean;
  if (std::isinf(value)) return value;
  const double difference = value - mean;
  if (std::isfinite(difference)) return std::fma(difference, 1 / count, mean);
  return mean * ((count - 1) / count) + value / count;
}

double combine(Reducer reducer, double have, double value, std::uint32_t count) {
  switch (reducer) {
    case Reducer::sum: return have + value;
    case Reducer::min: return std::isnan(have) ? value : std::isnan(value) ? have : std::min(have, value);
    case Reducer::max: return std::isnan(have) ? value : std::isnan(value) ? have : std::max(have, value);
    case Reducer::avg: return next_mean(have, value, count);
  }
  return have;
}

}  // namespace

bool Engine::visible(std::uint32_t series) const {
  const auto seen = store_->committed()[series].seen;
  return options_.all_visible ? seen != 0 : seen == fresh_;
}

bool Engine::expired(std::uint32_t last_seen, std::uint64_t after) const {
  return after > 0 && last_seen != 0 && now_ > last_seen && now_ - last_seen >= after;
}

void Engine::plan_charts() {
  const auto* series = store_->committed().data();
  const bool all = options_.all_visible;
  for (const auto index : order_) {
    auto& chart = charts_[index];
    if (!chart.materialized || chart.careful || chart.recheck) [[unlikely]] {
      plan_carefully(index);
      continue;
    }
    const auto first = static_cast<std::uint32_t>(plan_.values.size());
    if (chart.contributors.size() == 1 && chart.dimensions.size() == 1) [[likely]] {
      const auto& only = series[chart.contributors.front().series];
      if (all ? only.seen == 0 : only.seen != fresh_) {
        plan_absent(index);
        continue;
      }
      plan_.values.push_back(only.value);
    } else {
      bool any = false;
      if (!gather(chart, any)) {
        plan_.values.resize(first);
        plan_carefully(index);
        continue;
      }
      if (!any) {
        plan_.values.resize(first);
        plan_absent(index);
        continue;
      }
    }
    plan_.updates.push_back({index, first, chart.last_seen});
    chart.last_seen = now_;
  }
}

/// Collects the values of a chart that has not changed. False when its contributors are not those of the build before.
bool Engine::gather(Chart& chart, bool& any) {
  const auto first = plan_.values.size();
  plan_.values.resize(first + chart.dimensions.size(), kNoValue);
  bool same = true;
  bool any_variable = false;
  const auto seen = [&](const Contributor& contributor) {
    const bool here = visible(contributor.series);
    same = same && here == (contributor.present != 0);
    (chart.dimensions[contributor.dimension].variable ? any_variable : any) |= here;
    return here;
  };
  if (chart.one_to_one) {
    for (const auto& contributor : chart.contributors) {
      if (seen(contributor))
        plan_.values[first + contributor.dimension] = store_->committed()[contributor.series].value;
    }
    // A chart that nobody fed is only absent; it is looked at again when somebody comes back.
    return any ? same : !any_variable;
  }
  for (const auto& contributor : chart.contributors) (void)seen(contributor);
  if (!any) return !any_variable;
  if (!same) return false;
  visible_.clear();
  for (std::uint32_t i = 0; i < chart.contributors.size(); ++i) {
    if (chart.contributors[i].present != 0) visible_.push_back(i);
  }
  reduce(chart);
  std::ranges::copy(reduced_, plan_.values.begin() + static_cast<std::ptrdiff_t>(first));
  return true;
}

/// Values of all dimensions over the contributors in `visible_`, into `reduced_`.
void Engine::reduce(const Chart& chart) {
  reduced_.assign(chart.dimensions.size(), kNoValue);
  reduced_counts_.assign(chart.dimensions.size(), 0);
  for (const auto i : visible_) {
    const auto& contributor = chart.contributors[i];
    const auto value = store_->committed()[contributor.series].value;
    auto& count = reduced_counts_[contributor.dimension];
    auto& have = reduced_[contributor.dimension];
    ++count;
    have = count == 1 ? value : combine(table_->routes[contributor.route].reducer, have, value, count);
  }
}

/// A chart without any observed dimension: no action but, in the end, its removal.
void Engine::plan_absent(std::uint32_t index) {
  auto& chart = charts_[index];
  if (!chart.materialized) return;
  const auto& policy = lifecycle(chart);
  if (expired(chart.last_seen, policy.expire_after)) {
    save(index);
    remove(index);
  } else if (policy.dimensions_expire_after > 0) {
    catch_up(chart);
    expire_dimensions(index);
  }
}

/// The reader is told that a chart is gone. It was saved before.
void Engine::remove(std::uint32_t index) {
  plan_.removed_charts.push_back(index);
  charts_[index].leaving = true;
  leave_reader(charts_[index]);
}

/// The reader knows the chart no more.
void Engine::leave_reader(Chart& chart) {
  chart.materialized = false;
  for (auto& dimension : chart.dimensions) dimension.materialized = false;
}

void Engine::save(std::uint32_t index) {
  const auto& chart = charts_[index];
  undo_charts_.push_back({.chart = index,
                          .meta = chart.meta,
                          .last_seen = chart.last_seen,
                          .labels_hash = chart.labels_hash,
                          .materialized = chart.materialized,
                          .first_dimension = static_cast<std::uint32_t>(undo_dimensions_.size()),
                          .dimension_count = static_cast<std::uint32_t>(chart.dimensions.size())});
  undo_dimensions_.insert(undo_dimensions_.end(), chart.dimensions.begin(), chart.dimensions.end());
}

void Engine::undo() {
  for (const auto removed : plan_.removed_charts) charts_[removed].leaving = false;
  for (const auto& update : plan_.updates) charts_[update.chart].last_seen = update.last_seen;
  for (auto saved = undo_charts_.rbegin(); saved != undo_charts_.rend(); ++saved) {
    auto& chart = charts_[saved->chart];
    chart.meta = saved->meta;
    chart.last_seen = saved->last_seen;
    chart.labels_hash = saved->labels_hash;
    chart.materialized = saved->materialized;
    chart.recheck = true;
    std::copy_n(undo_dimensions_.begin() + saved->first_dimension, saved->dimension_count, chart.dimensions.begin());
  }
  plan_.clear();
}

/// The chart to which the id of this one belongs now (P13 to P15): the one that the reader knows; without any, that of
/// the first series in order, authored before autogen. An authored chart takes its id over from autogen.
std::uint32_t Engine::owner_of_id(std::uint32_t index) const {
  const auto head = first_of_id(charts_[index]);
  if (head == index && charts_[index].next_same_id == kNone) return index;
  std::uint32_t known = kNone;
  std::uint32_t first = kNone;
  std::uint32_t first_series = kNone;
  const auto authored = [&](std::uint32_t chart) { return charts_[chart].chart_template != kAutogen; };
  const auto earlier = [&](std::uint32_t chart, std::uint32_t series) {
    if (first == kNone) return true;
    if (authored(chart) != authored(first)) return authored(chart);
    if (series != first_series) return store_->before(metrix::SeriesId{series}, metrix::SeriesId{first_series});
    return authored(chart) && table_->template_ranks[charts_[chart].chart_template] <
                                  table_->template_ranks[charts_[first].chart_template];
  };
  for (auto same = head; same != kNone; same = charts_[same].next_same_id) {
    const auto& chart = charts_[same];
    if (chart.materialized || chart.leaving) known = same;  // one that expires now holds its id until the next build
    const auto series = first_visible(chart);
    if (series == kNone || !earlier(same, series)) continue;
    first = same;
    first_series = series;
  }
  if (known == kNone) return first;
  return !authored(known) && first != kNone && authored(first) ? first : known;
}

/// The first series in order that feeds a dimension of the chart now.
std::uint32_t Engine::first_visible(const Chart& chart) const {
  for (const auto& contributor : chart.contributors) {
    if (!chart.dimensions[contributor.dimension].variable && visible(contributor.series)) return contributor.series;
  }
  return kNone;
}

/// The definition goes out as labels and dimensions of a chart that the reader knows (P14).
void Engine::displace(std::uint32_t index) {
  for (auto same = first_of_id(charts_[index]); same != kNone; same = charts_[same].next_same_id) {
    if (same == index || !charts_[same].materialized) continue;
    save(same);
    leave_reader(charts_[same]);
    save(index);
    charts_[index].materialized = true;
    charts_[index].labels_hash = 0;
  }
}

/// The contributors that take part, into `visible_`; those of dimensions first, then `variables_` of variables.
void Engine::find_visible(const Chart& chart) {
  visible_.clear();
  variables_.clear();
  for (std::uint32_t i = 0; i < chart.contributors.size(); ++i) {
    const auto& contributor = chart.contributors[i];
    if (!visible(contributor.series)) continue;
    (chart.dimensions[contributor.dimension].variable ? variables_ : visible_).push_back(i);
  }
}

/// A chart that is new, or whose contributors are not those of the cycle before.
void Engine::plan_carefully(std::uint32_t index) {
  auto& chart = charts_[index];
  find_visible(chart);
  if (visible_.empty()) {
    if (!variables_.empty()) ledger_->count(LossReason::variable_without_chart, chart_id(index), variables_.size());
    plan_absent(index);
    return;
  }
  if (chart.capped) return;
  if (chart.careful) {
    if (owner_of_id(index) != index) {
      ledger_->count(LossReason::chart_id_collision, chart_id(index), visible_.size());
      return;
    }
    displace(index);
  }
  place_new_dimensions(chart);
  save(index);
  catch_up(chart);
  chart.recheck = false;
  const bool bucket = observe_dimensions(index);
  enforce_dimension_cap(index);
  define(index, bucket);
  update(index);
  expire_dimensions(index);
}

/// A dimension that is new to the reader has the place of its first contributor of this cycle (P18).
void Engine::place_new_dimensions(Chart& chart) {
  if (chart.dimensions.size() == 1) return;
  bool moved = false;
  for (auto& dimension : chart.dimensions) dimension.observed = dimension.observed && dimension.materialized;
  for (const auto i : visible_) {
    auto& dimension = chart.dimensions[chart.contributors[i].dimension];
    if (dimension.materialized || dimension.observed) continue;
    const auto& route = table_->routes[chart.contributors[i].route];
    const auto order = place_of(route);
    const bool bucket = named_by_bound(route);
    moved = moved || dimension.order != order || dimension.bucket != bucket;
    dimension.observed = true;
    dimension.order = order;
    dimension.bucket = bucket;
  }
  if (moved) order_dimensions(chart);
}

/// Notes what each dimension is by the first contributor that it has now. Is any a histogram bucket?
bool Engine::observe_dimensions(std::uint32_t index) {
  auto& chart = charts_[index];
  for (auto& dimension : chart.dimensions) dimension.observed = false;
  for (auto& contributor : chart.contributors) contributor.present = 0;
  for (const auto i : variables_) chart.contributors[i].present = 1;
  bool bucket = false;
  for (const auto i : visible_) {
    auto& contributor = chart.contributors[i];
    const auto& route = table_->routes[contributor.route];
    auto& dimension = chart.dimensions[contributor.dimension];
    contributor.present = 1;
    bucket = bucket || route.bucket;
    if (dimension.observed) {
      if (table_->attributes[dimension.attributes].algorithm != table_->attributes[route.attributes].algorithm) {
        ledger_->count(LossReason::dimension_kind_conflict, dimension_name(dimension.name));
      }
      continue;
    }
    dimension.observed = true;
    if (dimension.materialized && dimension.attributes != route.attributes) {
      plan_.redefined_dimensions.push_back({index, contributor.dimension});
    }
    dimension.attributes = route.attributes;
  }
  for (const auto i : variables_) chart.dimensions[chart.contributors[i].dimension].observed = true;
  return bucket;
}

/// Says what has to be told of the chart, its labels and its new dimensions.
void Engine::define(std::uint32_t index, bool bucket) {
  auto& chart = charts_[index];
  const auto& first_route = table_->routes[chart.contributors[visible_.front()].route];
  auto meta = first_route.meta;
  if (bucket && first_route.chart_template != kAutogen) {
    meta = table_->template_metas[first_route.chart_template * 2 + 1];
  }
  const auto first_label = static_cast<std::uint32_t>(plan_.labels.size());
  const auto hash = work_out_labels(chart);
  const Plan::Labelled labelled{index, first_label, static_cast<std::uint32_t>(label_ids_.size())};
  const bool fresh = !chart.materialized;
  if (fresh || hash != chart.labels_hash) {
    plan_.labels.insert(plan_.labels.end(), label_ids_.begin(), label_ids_.end());
    (fresh ? plan_.created : plan_.relabelled).push_back(labelled);
  } else if (meta != chart.meta) {
    plan_.redefined.push_back(index);
  }
  chart.materialized = true;
  chart.meta = meta;
  chart.labels_hash = hash;
  for (std::uint32_t i = 0; i < chart.dimensions.size(); ++i) {
    auto& dimension = chart.dimensions[i];
    if (!dimension.observed) continue;
    dimension.last_seen = now_;
    if (dimension.materialized) continue;
    dimension.materialized = true;
    if (!dimension.variable) plan_.new_dimensions.push_back({index, i});
  }
}

void Engine::update(std::uint32_t index) {
  auto& chart = charts_[index];
  visible_.insert(visible_.end(), variables_.begin(), variables_.end());
  reduce(chart);
  const auto first_value = static_cast<std::uint32_t>(plan_.values.size());
  const bool expiring = lifecycle(chart).dimensions_expire_after > 0;
  for (std::uint32_t i = 0; i < chart.dimensions.size(); ++i) {
    auto& dimension = chart.dimensions[i];
    dimension.listed = dimension.materialized;
    if (dimension.materialized) plan_.values.push_back(reduced_[i]);
    // What is laid out but not announced has to be looked for in every cycle, and so has what may expire.
    if (!dimension.materialized || (expiring && !dimension.observed)) chart.recheck = true;
  }
  plan_.updates.push_back({index, first_value, chart.last_seen});
  chart.last_seen = now_;
}

void Engine::expire_dimensions(std::uint32_t index) {
  auto& chart = charts_[index];
  const auto after = lifecycle(chart).dimensions_expire_after;
  if (after == 0) return;
  bool saved = !undo_charts_.empty() && undo_charts_.back().chart == index;
  const auto first = static_cast<std::ptrdiff_t>(plan_.removed_dimensions.size());
  for (auto& dimension : chart.dimensions) {
    if (!dimension.materialized || !expired(dimension.last_seen, after)) continue;
    if (!saved) save(index);
    saved = true;
    if (!dimension.variable) plan_.removed_dimensions.push_back({index, dimension.name, dimension.attributes});
    dimension.materialized = false;
  }
  std::sort(plan_.removed_dimensions.begin() + first, plan_.removed_dimensions.end(),
            [&](const auto& a, const auto& b) { return dimension_name(a.name) < dimension_name(b.name); });
}

}  // namespace cppd::chartengine
