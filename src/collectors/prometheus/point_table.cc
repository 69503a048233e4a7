// SPDX-License-Identifier: GPL-3.0-or-later
#include "point_table.h"

#include <algorithm>
#include <cmath>

namespace cppd::prometheus_collector {

using metrix::Kind;

Cell PointTable::add_cell(double value) {
  values_.push_back(value);
  return static_cast<Cell>(values_.size() - 1);
}

std::uint32_t PointTable::add_family(std::string_view name, FamilyRecord& record) {
  families_.push_back({.name = std::string{name}, .record = &record});
  return static_cast<std::uint32_t>(families_.size() - 1);
}

PointTable::Point& PointTable::add_point(const Point& point, std::span<const Cell> places) {
  points_.push_back(point);
  points_.back().places_begin = static_cast<std::uint32_t>(places_.size());
  points_.back().bounds = static_cast<std::uint32_t>(places.size() - 2);
  places_.insert(places_.end(), places.begin(), places.end());
  return points_.back();
}

void PointTable::shrink() {
  values_.shrink_to_fit();
  places_.shrink_to_fit();
  points_.shrink_to_fit();
  families_.shrink_to_fit();
}

std::optional<LossReason> PointTable::find_fault(Kind kind, std::span<const Cell> places) const {
  const auto bounds = places.first(places.size() - 2);
  const double count = values_[places[bounds.size()]];
  const double sum = values_[places[bounds.size() + 1]];
  if (!std::isfinite(count) || !std::isfinite(sum)) return LossReason::sample_not_finite;
  return kind == Kind::histogram ? histogram_fault(bounds, count) : summary_fault(bounds, count);
}

std::optional<LossReason> PointTable::histogram_fault(std::span<const Cell> buckets, double count) const {
  double below = 0;
  for (const auto cell : buckets) {
    const double value = values_[cell];
    if (!(value >= below)) return std::isnan(value) ? LossReason::sample_not_finite : LossReason::sample_invalid_point;
    below = value;
  }
  if (count < below) return LossReason::sample_invalid_point;
  return std::nullopt;
}

/// One quantile that is NaN is a gap. All of them are what a client library prints while it has seen nothing.
std::optional<LossReason> PointTable::summary_fault(std::span<const Cell> quantiles, double count) const {
  if (count < 0) return LossReason::sample_invalid_point;
  bool any = quantiles.empty();
  for (const auto cell : quantiles) {
    if (std::isinf(values_[cell])) return LossReason::sample_not_finite;
    any = any || !std::isnan(values_[cell]);
  }
  if (!any) return LossReason::sample_not_finite;
  return std::nullopt;
}

bool PointTable::judge(const FamilyBook& book) {
  bool settled = true;
  for (auto& family : families_) family.good = false;
  for (auto& point : points_) {
    auto& family = families_[point.family];
    point.refusal = find_fault(family.record->kind, places(point));
    if (point.refusal) continue;
    family.good = true;
    settled = settled && point.bundle != nullptr && store_->alive(point.head);
  }
  for (const auto& family : families_)
    settled = settled && (family.good || !family.has_other_schema || !book.outlived(*family.record));
  return settled;
}

void PointTable::stage() {
  for (const auto& point : points_) {
    if (!point.refusal && store_->open_point(*point.bundle)) stage(point);
  }
  for (const auto& family : families_) {
    if (family.good) family.record->wrote(store_->success_clock());
  }
}

void PointTable::stage(const Point& point) {
  const auto cells = places(point);
  const auto& bundle = *point.bundle;
  const double count = values_[cells[point.bounds]];
  std::size_t part = 0;
  if (families_[point.family].record->kind == Kind::histogram) {
    double below = 0;
    for (; part < point.bounds; ++part) {
      const double cumulative = values_[cells[part]];
      store_->set_part(bundle, part, cumulative - below);
      below = cumulative;
    }
    store_->set_part(bundle, part++, count - below);  // what the lines say of +Inf is not asked: it is the count
  } else {
    for (; part < point.bounds; ++part) store_->set_part(bundle, part, values_[cells[part]]);
  }
  store_->set_part(bundle, part, count);
  store_->set_part(bundle, part + 1, values_[cells[point.bounds + 1]]);
}

void PointTable::count_losses(Ledger& ledger) const {
  for (const auto& point : points_) {
    if (point.refusal) ledger.count(*point.refusal, families_[point.family].name, point.lines);
  }
}

}  // namespace cppd::prometheus_collector
