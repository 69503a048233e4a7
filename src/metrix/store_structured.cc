// SPDX-License-Identifier: GPL-3.0-or-later
// Series that consist of parts: how they are born, staged and freed. Source: metrix contract 2.6 to 2.9, 4.4, 6.1, 7.6.
#include <cppd/base/internal_error.h>
#include <cppd/metrix/store.h>

#include <xxhash.h>

#include <algorithm>

namespace cppd::metrix {

/// Makes the parts of a structured descriptor.
void Store::give_shape(DescriptorId id, const Schema& schema) {
  auto& source = *descriptors_[index_of(id)];
  auto shape = std::make_shared<Shape>();
  shape->schema = schema;
  shape->reserved_key = reserved_key_of(source.name, source.source);
  auto plans = schema.open ? std::vector<PartPlan>{} : plan_parts(source.name, source.source, schema);
  std::vector<DescriptorId> known;  // a name that several parts bear has one descriptor
  for (auto& plan : plans) {
    auto found = std::ranges::find(known, plan.name, [&](DescriptorId part) { return descriptor(part).name; });
    if (found == known.end()) {
      known.push_back(blank_descriptor(plan.name, source.name_index));
      found = std::prev(known.end());
      auto& made = *descriptors_[index_of(*found)];
      made.kind = plan.kind;
      made.source = source.source;
      made.role = plan.role;
      made.mode = source.mode;
      made.freshness = source.freshness;
      made.window = source.window;
      made.authority = id;
    }
    shape->parts.push_back({.descriptor = *found, .key = std::move(plan.key), .value = std::move(plan.value)});
  }
  source.shape = std::move(shape);
  describe_parts(source);
  bear_part_names(source, true);
}

/// Parts say of themselves what their metric says; a field of a measure set decides alone whether it is a float.
void Store::describe_parts(const Descriptor& source) {
  const auto& shape = *source.shape;
  for (std::size_t i = 0; i < shape.parts.size(); ++i) {
    const auto id = shape.parts[i].descriptor;
    auto meta = source.meta;
    if (source.source == Kind::measureset) meta.is_float = shape.schema.fields[i].is_float;
    auto& part = *descriptors_[index_of(id)];
    if (part.meta == meta) continue;
    part.meta = std::move(meta);
    note_redescribed(id);
  }
}

bool Store::reserves(const Descriptor& descriptor, LabelSetId labels) {
  for (const auto id : labels_.ids(labels)) {
    if (labels_.label(id).key != descriptor.shape->reserved_key) continue;
    ledger_->count(LossReason::sample_invalid_labels, descriptor.name);
    return true;
  }
  return false;
}

void Store::make_bundle(std::uint32_t head) {
  const auto& source = descriptor(identity_[head].descriptor);
  auto made = std::make_unique<Bundle>();
  made->head = {head, hot_[head].generation};
  made->shape = source.shape;
  made->cumulative = source.window == Window::cumulative;
  std::vector<Label> own;
  labels_.labels(identity_[head].labels, own);
  std::vector<Label> labels;
  for (const auto& part : source.shape->parts) {
    labels = own;
    if (!part.key.empty()) {
      const Label label{part.key, part.value};
      labels.insert(std::ranges::upper_bound(labels, label.key, {}, &Label::key), label);
    }
    const auto index = new_slot();
    take_identity(index, {part.descriptor, labels_.acquire(labels), identity_[head].claim, kPart | head});
    made->parts.push_back(index);
  }
  if (source.mode == Mode::stateful && source.shape->schema.reservoir > 0) {
    made->estimator = std::make_unique<Estimator>();
    made->estimator->seed = seed_of(head);
  }
  bundles_.insert_or_assign(head, std::move(made));
}

void Store::free_bundle(std::uint32_t head) {
  const auto found = bundles_.find(head);
  const auto gone = std::move(found->second);
  bundles_.erase(found);
  for (const auto part : gone->parts) free_slot(part);
  free_slot(head);
  if (gone->target_bundle != nullptr && alive(gone->target) && gone->target_bundle->opener == head)
    gone->target_bundle->opener = 0;
  if (gone->opener == 0) return;
  const auto opener = bundles_.find(gone->opener);
  if (opener == bundles_.end() || identity_[gone->opener].pins > 0) return;
  if (alias_of_.contains(gone->opener))
    free_alias(gone->opener);
  else
    free_bundle(gone->opener);
}

/// A head without pins stays while its parts are present, and that of an open histogram while what it stands for does
/// and somebody may ask for it again.
bool Store::head_in_use(const Bundle& bundle) const {
  if (bundle.present > 0) return true;
  return bundle.target_bundle != nullptr && alive(bundle.target) &&
         descriptor(identity_[bundle.head.index].descriptor).pins > 0;
}

/// Nobody asks for new series of an open histogram any more: heads that nobody holds go with this cycle.
void Store::drop_open_heads(DescriptorId open) {
  for (const auto& [head, bundle] : bundles_) {
    if (identity_[head].descriptor == open && identity_[head].pins == 0) fresh_.push_back(head);
  }
}

Bundle* Store::bundle(SeriesRef head) {
  if (bundles_.empty() || !alive(head)) return nullptr;
  const auto found = bundles_.find(head.index);
  return found == bundles_.end() ? nullptr : found->second.get();
}

bool Store::first_of_source(std::uint32_t index) const {
  const auto head = head_of(index);
  return head == 0 || bundles_.find(head)->second->parts.front() == index;
}

bool Store::open_point(const Bundle& bundle) {
  if (cycle_ != kClosed) [[likely]]
    return true;
  refuse_point(bundle, LossReason::sample_outside_cycle);
  return false;
}

bool Store::open_change(Bundle& bundle) {
  if (!open_point(bundle)) return false;
  if (hot_[bundle.parts.front()].stamp == cycle_) return true;
  for (std::size_t i = 0; i < bundle.parts.size(); ++i) {
    const auto& series = committed_[primary_of(bundle.parts[i])];
    set_part(bundle, i, bundle.cumulative && series.seen != 0 ? series.value : 0);
  }
  if (auto* estimator = bundle.estimator.get()) {
    auto& base = alias_of_.empty() ? bundle : *bundles_.find(primary_of(bundle.head.index))->second;
    if (options_.immediate) {
      open_sample(bundle, base);
      return true;
    }
    if (bundle.cumulative && base.present > 0)
      estimator->staged = base.estimator->committed;
    else
      estimator->staged.restart(estimator->seed);
    estimating_.push_back(&bundle);
  }
  return true;
}

void Store::refuse_point(const Bundle& bundle, LossReason reason) {
  ledger_->count(reason, descriptor(identity_[bundle.head.index].descriptor).name);
}

/// Tells the bounds apart that a histogram may have under one name, mode and freshness.
std::uint64_t Store::bounds_key(const Descriptor& histogram, std::span<const double> bounds) {
  std::uint64_t key = std::uint64_t{histogram.name_index} << 16 | static_cast<std::uint64_t>(histogram.mode) << 8 |
                      static_cast<std::uint64_t>(histogram.freshness);
  for (double bound : bounds) {
    bound += 0.0;  // a negative zero is a zero
    key = XXH3_64bits_withSeed(&bound, sizeof bound, key);
  }
  return key;
}

/// The authority of an open histogram with the bounds of a point.
DescriptorId Store::concrete_descriptor(const Descriptor& open, std::span<const double> bounds) {
  const auto has_bounds = [&](DescriptorId id) {
    const auto& have = descriptor(id);
    return have.source == open.source && have.mode == open.mode && have.freshness == open.freshness &&
           !have.shape->schema.open && std::ranges::equal(have.shape->schema.bounds, bounds);
  };
  if (const auto found = by_bounds_.find(bounds_key(open, bounds)); found != by_bounds_.end()) {
    if (has_bounds(found->second)) return found->second;
    const auto& all = names_[open.name_index].descriptors;  // two lists have one key
    if (const auto other = std::ranges::find_if(all, has_bounds); other != all.end()) return *other;
  }
  return new_descriptor(open.name_index, {.kind = open.source,
                                          .mode = open.mode,
                                          .freshness = open.freshness,
                                          .window = open.window,
                                          .schema = {.bounds = {bounds.begin(), bounds.end()}}});
}

Bundle* Store::settle_bounds(Bundle& opener, std::span<const double> bounds) {
  const auto identity = identity_[opener.head.index];
  const auto& open = descriptor(identity.descriptor);
  const auto id = concrete_descriptor(open, bounds);
  InstrumentOptions said;
  if (open.said & kSaysDescription) said.description = open.meta.description;
  if (open.said & kSaysFamily) said.chart_family = open.meta.chart_family;
  if (open.said & kSaysPriority) said.chart_priority = open.meta.chart_priority;
  if (open.said & kSaysUnit) said.unit = open.meta.unit;
  if (open.said & kSaysFloat) said.is_float = open.meta.is_float;
  if (!complete(*descriptors_[index_of(id)], id, said)) {
    unused_descriptors_.push_back(id);
    refuse_point(opener, LossReason::sample_declaration_conflict);
    return nullptr;
  }
  if (opener.target_bundle != nullptr && alive(opener.target)) opener.target_bundle->opener = 0;
  opener.target = series(id, identity.labels, identity.claim);
  opener.target_bundle = bundle(opener.target);
  opener.target_bundle->opener = opener.head.index;
  return opener.target_bundle;
}

/// What is said of an open histogram has changed: with its next point each series of it hands that on.
void Store::forget_targets(DescriptorId open) {
  for (auto& [head, bundle] : bundles_) {
    if (identity_[head].descriptor != open) continue;
    if (bundle->target_bundle != nullptr && alive(bundle->target)) bundle->target_bundle->opener = 0;
    bundle->target_bundle = nullptr;
    if (identity_[head].pins == 0) fresh_.push_back(head);  // it stayed for its target
  }
}

/// The reservoir of a series starts from its key.
std::uint64_t Store::seed_of(std::uint32_t head) const { return reservoir_seed(series_key(SeriesId{head})); }

/// Works out the quantiles of the summaries that this cycle changed, but for those whose name was dropped.
void Store::finish_estimates() {
  for (auto* bundle : estimating_) {
    if (hot_[bundle->parts.front()].stamp != cycle_) continue;
    auto& estimator = *bundle->estimator;
    const auto samples = estimator.staged.samples();
    sorted_.assign(samples.begin(), samples.end());
    std::ranges::sort(sorted_);
    const auto& quantiles = bundle->shape->schema.quantiles;
    for (std::size_t i = 0; i < quantiles.size(); ++i) set_part(*bundle, i, quantile_of(sorted_, quantiles[i]));
    std::swap(estimator.committed, estimator.staged);
  }
}

}  // namespace cppd::metrix
