// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/metrix/store.h>

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace cppd::metrix {
namespace {

/// Slot 0 is nobody's: a default reference points at it, and no reference of its generation is ever given out.
constexpr std::uint32_t kNobodyGeneration = 1;

}  // namespace

std::string_view kind_name(Kind kind) {
  constexpr std::string_view kNames[] = {"unknown", "gauge",    "counter",   "histogram",
                                         "summary", "stateset", "measureset"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view role_name(Role role) {
  constexpr std::string_view kNames[] = {
      "none",        "histogram_bucket", "histogram_count", "histogram_sum",   "summary_count",
      "summary_sum", "summary_quantile", "stateset_state",  "measureset_field"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view status_name(AttemptStatus status) {
  constexpr std::string_view kNames[] = {"unknown", "success", "failed"};
  return kNames[static_cast<std::size_t>(status)];
}

std::size_t Store::IndexHash::operator()(const Identity& identity) const {
  constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15;
  const auto series = std::uint64_t{index_of(identity.descriptor)} << 32 | index_of(identity.labels);
  const auto hash = (series ^ index_of(store->scopes_.scope_of(identity.claim)) * kMultiplier) * kMultiplier;
  return hash ^ hash >> 32;  // the low bits alone do not know of the descriptor
}

Store::Store(StoreOptions options, Ledger* ledger)
    : options_{options},
      ledger_{ledger ? ledger : &own_ledger_},
      index_(0, IndexHash{this}, IndexEqual{this}),
      name_index_(0, NameHash{this}, NameEqual{this}) {
  hot_.push_back({.generation = kNobodyGeneration});
  committed_.push_back({});
  identity_.push_back({});
  touched_.extend(1);
  if (options_.immediate) untold_ = std::make_unique<Untold>();
}

Store::~Store() = default;

std::uint64_t Store::descriptor_retention_window() const {
  if (options_.expire_after_success_cycles == 0) return std::numeric_limits<std::uint64_t>::max();
  return std::uint64_t{options_.expire_after_success_cycles} +
         options_.descriptor_grace_cycles.value_or(options_.expire_after_success_cycles);
}

std::uint32_t Store::new_slot() {
  if (!free_slots_.empty()) {
    const auto index = free_slots_.back();
    free_slots_.pop_back();
    return index;
  }
  const auto index = static_cast<std::uint32_t>(hot_.size());
  hot_.push_back({});
  committed_.push_back({});
  identity_.push_back({});
  touched_.extend(hot_.capacity());
  return index;
}

/// Gives a new slot its identity; `identity.labels` has been acquired for it.
void Store::take_identity(std::uint32_t index, const Identity& identity) {
  identity_[index] = identity;
  committed_[index].descriptor = identity.descriptor;
  scopes_.retain(identity.claim);
  use(identity.descriptor);
}

void Store::free_slot(std::uint32_t index) {
  if (auto& identity = identity_[index]; (identity.pins & kPart) == 0) index_.erase(index);
  labels_.release(identity_[index].labels);
  scopes_.release(identity_[index].claim);
  unuse(identity_[index].descriptor);
  identity_[index] = {};
  ++hot_[index].generation;
  hot_[index].stamp = 0;
  committed_[index] = {};
  free_slots_.push_back(index);
}

SeriesRef Store::series(DescriptorId descriptor, Labels labels, ClaimId claim) {
  const auto set = labels_.acquire(labels);
  const auto ref = series(descriptor, set, claim);
  labels_.release(set);  // the slot holds its own use
  return ref;
}

SeriesRef Store::series(DescriptorId descriptor, LabelSetId labels, ClaimId claim) {
  const Identity wanted{descriptor, labels, claim};
  if (const auto found = index_.find(wanted); found != index_.end()) {
    if (identity_[*found].claim != claim) [[unlikely]]
      return under_claim(*found, claim);
    return {*found, hot_[*found].generation};
  }
  const bool in_parts = structured(this->descriptor(descriptor).kind);
  if (in_parts && reserves(this->descriptor(descriptor), labels)) return {};
  const auto index = new_slot();
  labels_.acquire(labels);
  take_identity(index, wanted);
  index_.insert(index);
  fresh_.push_back(index);
  if (in_parts) make_bundle(index);
  return {index, hot_[index].generation};
}

void Store::unpin(SeriesRef ref) {
  if (hot_[ref.index].generation != ref.generation) return;
  --identity_[ref.index].pins;  // an absent series without pins goes at the end of its cycle
  if (identity_[ref.index].pins > 0 || committed_[ref.index].seen != 0) return;
  if (const auto* parts = bundle(ref); parts != nullptr && head_in_use(*parts)) return;
  fresh_.push_back(ref.index);
}

void Store::count_refusal(SeriesRef ref) {
  if (const auto reason = refusal_of(ref)) ledger_->count(*reason);
}

bool Store::refuse(SeriesRef ref, double value) {
  if (refusal_of(ref)) {
    count_refusal(ref);
    return false;
  }
  const auto& hot = hot_[ref.index];
  if (hot.generation != ref.generation) {
    ledger_->count(LossReason::stale_handle);
    return false;
  }
  const auto& name = descriptor(identity_[ref.index].descriptor).name;
  ledger_->count(std::isfinite(value) ? LossReason::sample_outside_cycle : LossReason::sample_not_finite, name);
  return false;
}

bool Store::add(SeriesRef ref, double delta) {
  const auto& hot = hot_[ref.index];
  if (hot.generation != ref.generation || !std::isfinite(delta)) [[unlikely]]
    return refuse(ref, delta);
  const auto& identity = identity_[ref.index];
  if (delta < 0 && descriptor(identity.descriptor).kind == Kind::counter) {
    ledger_->count(LossReason::sample_negative_delta, descriptor(identity.descriptor).name);
    return false;
  }
  double base = 0;
  if (hot.stamp == cycle_)
    base = hot.staged;
  else if (const auto& known = committed_[primary_of(ref.index)]; known.seen != 0)
    base = known.value;
  // Only what comes in has to be finite: a sum that overflows stays infinite, and is a gap on its chart.
  if (!observe(ref, 0)) return false;
  hot_[ref.index].staged = base + delta;
  return true;
}

void Store::retract(std::span<const SeriesRef> refs) {
  require(cycle_open(), "only an open cycle can take back what it staged");
  bool found = false;
  for (const auto ref : refs) {
    auto& hot = hot_[ref.index];
    if (hot.generation != ref.generation) continue;
    if (auto* parts = bundle(ref); parts != nullptr) {
      if (parts->estimator) std::erase(estimating_, parts);  // a later observation lists it again
      for (const auto part : (parts->target_bundle && alive(parts->target) ? parts->target_bundle : parts)->parts) {
        found = found || hot_[part].stamp == cycle_;
        hot_[part].stamp = 0;
      }
    }
    if (hot.stamp != cycle_) continue;
    hot.stamp = 0;
    found = true;
  }
  if (!found) return;
  const auto staged = std::span{touched_}.first(touched_count_);
  const auto gone = std::ranges::remove_if(staged, [&](std::uint32_t index) { return hot_[index].stamp != cycle_; });
  touched_count_ -= gone.size();
}

std::size_t Store::bytes() const {
  const auto room = [](const auto&... list) { return ((list.capacity() * sizeof list[0]) + ...); };
  const auto buckets = [](const auto&... table) {
    return ((table.bucket_count() * (sizeof *table.begin() + 1)) + ...);  // a byte of each says whether it is taken
  };
  const auto outside = [](const std::string& text) {
    return text.capacity() > std::string{}.capacity() ? text.capacity() + 1 : 0;
  };
  auto total = hot_.bytes() + committed_.bytes() + identity_.bytes() + touched_.bytes() + labels_.bytes() +
               scopes_.bytes() + room(free_slots_, fresh_, born_, died_, block_oldest_, ordered_, unordered_) +
               buckets(index_, bundles_, name_index_, part_names_, flat_series_, by_bounds_, alias_of_, alias_index_) +
               room(descriptors_, free_descriptors_, names_, free_names_);
  for (const auto& [head, bundle] : bundles_) {
    total += sizeof(Bundle) + room(bundle->parts);
    if (const auto* estimator = bundle->estimator.get()) total += sizeof(Estimator) + estimator->sample_bytes();
  }
  for (const auto& name : names_) total += outside(name.text) + room(name.descriptors);
  for (const auto& one : descriptors_) {
    if (one == nullptr) continue;
    total += sizeof(Descriptor) + outside(one->name) + outside(one->meta.description) + outside(one->meta.unit) +
             outside(one->meta.chart_family);
  }
  return total;
}

}  // namespace cppd::metrix
