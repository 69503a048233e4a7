// SPDX-License-Identifier: GPL-3.0-or-later
#include "point_assembly.h"

#include <cppd/kit/prometheus/number.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace cppd::prometheus_collector {
namespace {

using metrix::Kind;
using prometheus::Component;

constexpr double kNoNumber = std::numeric_limits<double>::quiet_NaN();

Kind kind_of(Component component) {
  if (component == Component::scalar) return Kind::unknown;
  return component < Component::summary_quantile ? Kind::histogram : Kind::summary;
}

double number_in(std::string_view label) { return prometheus::parse_go_float(label).value_or(kNoNumber); }

}  // namespace

PointAssembly::~PointAssembly() {
  for (const auto& draft : drafts_) store_.labels().release(draft.labels);
  for (const auto labels : kept_) store_.labels().release(labels);
}

PointAssembly::Draft& PointAssembly::draft_of(FamilyOnPage& family, Labels labels) {
  const auto set = store_.labels().acquire(labels);
  const auto [place, added] = index_.try_emplace({&family, set}, static_cast<std::uint32_t>(drafts_.size()));
  if (added)
    drafts_.push_back({.family = &family, .labels = set});
  else
    store_.labels().release(set);
  return drafts_[place->second];
}

std::expected<Cell, LossReason> PointAssembly::add(FamilyOnPage& family, const prometheus::RememberedSample& sample,
                                                   double value) {
  if (kind_of(sample.component) != family.verdict.kind) return std::unexpected(LossReason::sample_invalid_point);
  const auto structural = prometheus::structural_label(sample.component);
  std::string_view bound;
  base_.clear();
  for (const auto& label : sample.labels) {
    if (!structural.empty() && label.key == structural)
      bound = label.value;
    else
      base_.push_back(label);
  }
  if (std::ranges::adjacent_find(base_, {}, &Label::key) != base_.end())
    return std::unexpected(LossReason::sample_invalid_labels);
  auto& draft = draft_of(family, base_);
  ++draft.lines;
  const auto cell = table_.add_cell(value);
  switch (sample.component) {
    case Component::histogram_bucket:
    case Component::summary_quantile:
      draft.has_bucket = true;
      draft.label_twice = draft.label_twice || sample.labels.size() - base_.size() > 1;
      draft.bounds.push_back({number_in(bound), cell});
      break;
    // Of equal lines the last one counts.
    case Component::histogram_count:
    case Component::summary_count: draft.count = cell; break;
    case Component::histogram_sum:
    case Component::summary_sum: draft.sum = cell; break;
    case Component::scalar: break;
  }
  return cell;
}

/// Sorts the bounds and says what is wrong with a point whatever its values are.
std::optional<LossReason> PointAssembly::find_fault(Draft& draft) {
  if (draft.label_twice) return LossReason::sample_invalid_labels;
  auto& bounds = draft.bounds;
  const bool histogram = draft.family->verdict.kind == Kind::histogram;
  const auto usable = [&](const Bound& bound) {
    return histogram ? bound.value > -INFINITY : bound.value >= 0 && bound.value <= 1;  // neither for NaN
  };
  if (!std::ranges::all_of(bounds, usable)) return LossReason::sample_invalid_point;
  std::erase_if(bounds, [](const Bound& bound) { return std::isinf(bound.value); });
  std::ranges::sort(bounds, {}, &Bound::value);
  const bool twice = std::ranges::adjacent_find(bounds, {}, &Bound::value) != bounds.end();
  const bool whole =
      draft.count != PointTable::kZero && (histogram ? draft.has_bucket : draft.sum != PointTable::kZero);
  if (twice || !whole) return LossReason::sample_invalid_point;
  return std::nullopt;
}

std::uint32_t PointAssembly::number_of(FamilyOnPage& family) {
  const auto found = numbers_.find(&family);
  if (found != numbers_.end()) return found->second;
  return numbers_.emplace(&family, table_.add_family(family.name, *family.record)).first->second;
}

/// Makes a point of a draft. Empty, or why it is none.
std::optional<LossReason> PointAssembly::settle(Draft& draft, const Declare& declare) {
  if (const auto fault = find_fault(draft)) return fault;
  auto& family = *draft.family;
  const bool histogram = family.verdict.kind == Kind::histogram;
  places_.clear();
  metrix::Schema schema;
  auto& values = histogram ? schema.bounds : schema.quantiles;
  for (const auto& bound : draft.bounds) {
    values.push_back(bound.value);
    places_.push_back(bound.cell);
  }
  places_.push_back(draft.count);
  places_.push_back(draft.sum);
  const bool good = !table_.find_fault(family.verdict.kind, places_);
  const auto number = number_of(family);
  if (!family.record->schema && good) family.record->schema = schema;
  if (family.record->schema && family.record->schema != schema) {
    table_.family(number).has_other_schema = true;
    return LossReason::sample_invalid_point;
  }
  PointTable::Point point{.family = number, .lines = draft.lines};
  if (good) {
    point.head = store_.series(declare(family, schema), draft.labels, metrix::ClaimId::none);
    point.bundle = store_.bundle(point.head);
    if (point.bundle == nullptr) return LossReason::sample_invalid_labels;
  }
  table_.add_point(point, places_);
  draft.is_point = true;
  return std::nullopt;
}

bool PointAssembly::is_point(const FamilyOnPage& family, metrix::LabelSetId labels) const {
  const auto found = index_.find({&family, labels});
  return found != index_.end() && drafts_[found->second].is_point;
}

void PointAssembly::finish(const Declare& declare, const Lose& lose) {
  for (auto& draft : drafts_) {
    if (const auto fault = settle(draft, declare)) lose(*draft.family, *fault, draft.lines);
  }
  table_.shrink();
}

}  // namespace cppd::prometheus_collector
