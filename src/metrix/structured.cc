// SPDX-License-Identifier: GPL-3.0-or-later
// Points are judged first and staged then, so that a bad one leaves nothing behind.
#include <cppd/metrix/structured.h>

#include <algorithm>
#include <cmath>

namespace cppd::metrix {
namespace {

bool good_totals(double count, double sum) { return std::isfinite(count) && count >= 0 && std::isfinite(sum); }

/// The buckets with finite bounds, or nothing when the point is malformed.
std::optional<std::span<const HistogramBucket>> good_buckets(const HistogramPoint& point) {
  auto buckets = point.buckets;
  if (!buckets.empty() && buckets.back().upper_bound == INFINITY) buckets = buckets.first(buckets.size() - 1);
  double bound = -INFINITY;
  double count = 0;
  for (const auto& bucket : buckets) {
    if (!std::isfinite(bucket.upper_bound) || !(bucket.upper_bound > bound)) return std::nullopt;
    if (!std::isfinite(bucket.cumulative_count) || bucket.cumulative_count < count) return std::nullopt;
    bound = bucket.upper_bound;
    count = bucket.cumulative_count;
  }
  if (count > point.count) return std::nullopt;
  return buckets;
}

bool same_bounds(const std::vector<double>& bounds, std::span<const HistogramBucket> buckets) {
  return std::ranges::equal(bounds, buckets, {}, {}, &HistogramBucket::upper_bound);
}

/// Place of `wanted` in a list of names, or its size.
template <class List, class Name>
std::size_t place_of(const List& list, std::string_view wanted, Name name) {
  return static_cast<std::size_t>(std::ranges::find(list, wanted, name) - list.begin());
}

/// Does the point name each field of the schema, and nothing else?
bool names_fields(const std::vector<MeasureField>& known, std::span<const FieldValue> fields) {
  return fields.size() == known.size() && std::ranges::all_of(known, [&](const MeasureField& field) {
           return std::ranges::find(fields, field.name, &FieldValue::field) != fields.end();
         });
}

bool finite(double value) { return std::isfinite(value); }
bool negative(double value) { return value < 0; }

std::string_view same(const std::string& text) { return text; }
std::string_view field_name(const MeasureField& field) { return field.name; }

}  // namespace

bool Histogram::observe_point(const HistogramPoint& point) const {
  if (!usable()) return refuse_use();
  if (!store_->open_point(*bundle_)) return false;
  const auto buckets = good_totals(point.count, point.sum) ? good_buckets(point) : std::nullopt;
  if (!buckets) return refuse();
  auto* target = bundle_;
  if (schema().open) {
    target = bundle_->target_bundle;
    if (target == nullptr || !store_->alive(bundle_->target) || !same_bounds(target->shape->schema.bounds, *buckets)) {
      std::vector<double> bounds;
      for (const auto& bucket : *buckets) bounds.push_back(bucket.upper_bound);
      target = store_->settle_bounds(*bundle_, bounds);
      if (target == nullptr) return false;
    }
  } else if (!same_bounds(schema().bounds, *buckets)) {
    return refuse();
  }
  double below = 0;
  for (std::size_t i = 0; i < buckets->size(); ++i) {
    store_->set_part(*target, i, (*buckets)[i].cumulative_count - below);
    below = (*buckets)[i].cumulative_count;
  }
  store_->set_part(*target, buckets->size(), point.count - below);
  store_->set_part(*target, buckets->size() + 1, point.count);
  store_->set_part(*target, buckets->size() + 2, point.sum);
  return true;
}

bool StatefulHistogram::observe(double value) const {
  if (!usable()) return refuse_use();
  if (!std::isfinite(value)) return refuse(LossReason::sample_not_finite);
  if (!store_->open_change(*bundle_)) return false;
  const auto& bounds = schema().bounds;
  store_->add_to_part(*bundle_, static_cast<std::size_t>(std::ranges::lower_bound(bounds, value) - bounds.begin()), 1);
  store_->add_to_part(*bundle_, bounds.size() + 1, 1);
  store_->add_to_part(*bundle_, bounds.size() + 2, value);
  return true;
}

bool Summary::observe_point(const SummaryPoint& point) const {
  if (!usable()) return refuse_use();
  if (!store_->open_point(*bundle_)) return false;
  const auto& quantiles = schema().quantiles;
  if (!good_totals(point.count, point.sum) || point.quantiles.size() != quantiles.size()) return refuse();
  // As many as declared, each of them there: none is double.
  for (const double quantile : quantiles) {
    const auto found = std::ranges::find(point.quantiles, quantile, &SummaryQuantile::quantile);
    if (found == point.quantiles.end() || std::isinf(found->value)) return refuse();
  }
  for (std::size_t i = 0; i < quantiles.size(); ++i) {
    store_->set_part(*bundle_, i, std::ranges::find(point.quantiles, quantiles[i], &SummaryQuantile::quantile)->value);
  }
  store_->set_part(*bundle_, quantiles.size(), point.count);
  store_->set_part(*bundle_, quantiles.size() + 1, point.sum);
  return true;
}

bool StatefulSummary::observe(double value) const {
  if (!usable()) return refuse_use();
  if (!std::isfinite(value)) return refuse(LossReason::sample_not_finite);
  if (!store_->open_change(*bundle_)) return false;
  const auto count = schema().quantiles.size();
  store_->add_to_part(*bundle_, count, 1);
  store_->add_to_part(*bundle_, count + 1, value);
  if (auto* estimator = bundle_->estimator.get()) estimator->staged.add(value, schema().reservoir);
  return true;
}

bool StateSet::observe(std::span<const StateValue> states) const {
  if (!usable()) return refuse_use();
  if (!store_->open_point(*bundle_)) return false;
  const auto& known = schema().states;
  std::size_t on = 0;
  for (const auto& state : states) {
    if (place_of(known, state.state, same) == known.size()) return refuse();
    on += state.on ? 1 : 0;
  }
  if (schema().state_mode == StateMode::one && on != 1) return refuse();
  for (std::size_t i = 0; i < known.size(); ++i) store_->set_part(*bundle_, i, 0);
  for (const auto& state : states) {
    if (state.on) store_->set_part(*bundle_, place_of(known, state.state, same), 1);
  }
  return true;
}

bool StateSet::enable(std::span<const std::string_view> states) const {
  if (!usable()) return refuse_use();
  const auto& known = schema().states;
  for (const auto state : states) {
    if (place_of(known, state, same) == known.size()) return refuse();
  }
  if (schema().state_mode == StateMode::one && states.size() != 1) return refuse();
  if (!store_->open_point(*bundle_)) return false;
  for (std::size_t i = 0; i < known.size(); ++i) store_->set_part(*bundle_, i, 0);
  for (const auto state : states) store_->set_part(*bundle_, place_of(known, state, same), 1);
  return true;
}

bool MeasureInstrument::replace(std::span<const double> values) const {
  if (!usable()) return refuse_use();
  if (values.size() != schema().fields.size()) return refuse();
  if (!std::ranges::all_of(values, finite)) return refuse(LossReason::sample_not_finite);
  if (!store_->open_point(*bundle_)) return false;
  for (std::size_t i = 0; i < values.size(); ++i) store_->set_part(*bundle_, i, values[i]);
  return true;
}

bool MeasureInstrument::replace(std::span<const FieldValue> fields) const {
  if (!usable()) return refuse_use();
  const auto& known = schema().fields;
  if (!names_fields(known, fields)) return refuse();
  if (!std::ranges::all_of(fields, finite, &FieldValue::value)) return refuse(LossReason::sample_not_finite);
  if (!store_->open_point(*bundle_)) return false;
  for (std::size_t i = 0; i < known.size(); ++i) {  // the first part first: a birth is judged with it
    store_->set_part(*bundle_, i, std::ranges::find(fields, known[i].name, &FieldValue::field)->value);
  }
  return true;
}

bool MeasureInstrument::add(std::span<const double> deltas) const {
  if (!usable()) return refuse_use();
  if (deltas.size() != schema().fields.size()) return refuse();
  if (!std::ranges::all_of(deltas, finite)) return refuse(LossReason::sample_not_finite);
  if (schema().counter_fields && std::ranges::any_of(deltas, negative))
    return refuse(LossReason::sample_negative_delta);
  if (!store_->open_change(*bundle_)) return false;
  for (std::size_t i = 0; i < deltas.size(); ++i) store_->add_to_part(*bundle_, i, deltas[i]);
  return true;
}

bool MeasureInstrument::add(std::span<const FieldValue> deltas) const {
  if (!usable()) return refuse_use();
  const auto& known = schema().fields;
  if (!names_fields(known, deltas)) return refuse();
  if (!std::ranges::all_of(deltas, finite, &FieldValue::value)) return refuse(LossReason::sample_not_finite);
  if (schema().counter_fields && std::ranges::any_of(deltas, negative, &FieldValue::value))
    return refuse(LossReason::sample_negative_delta);
  if (!store_->open_change(*bundle_)) return false;
  for (const auto& delta : deltas) store_->add_to_part(*bundle_, place_of(known, delta.field, field_name), delta.value);
  return true;
}

bool MeasureInstrument::add(std::string_view field, double delta) const {
  if (!usable()) return refuse_use();
  const auto place = place_of(schema().fields, field, field_name);
  if (place == schema().fields.size()) return refuse();
  if (!std::isfinite(delta)) return refuse(LossReason::sample_not_finite);
  if (delta < 0 && schema().counter_fields) return refuse(LossReason::sample_negative_delta);
  if (!store_->open_change(*bundle_)) return false;
  store_->add_to_part(*bundle_, place, delta);
  return true;
}

bool MeasureInstrument::set(std::string_view field, double value) const {
  if (!usable()) return refuse_use();
  const auto place = place_of(schema().fields, field, field_name);
  if (place == schema().fields.size()) return refuse();
  if (!std::isfinite(value)) return refuse(LossReason::sample_not_finite);
  if (!store_->open_change(*bundle_)) return false;
  store_->set_part(*bundle_, place, value);
  return true;
}

}  // namespace cppd::metrix
