// SPDX-License-Identifier: GPL-3.0-or-later
// Writers that say different things of one host scope. Each handle pins the slot it writes through, so a series that is
// written under two claims has an alias: a slot that is never present and hands what it stages to the series when the
// cycle commits. Without disputes about a scope there are none. Source: metrix contract 5.4 to 5.6.
#include <cppd/metrix/store.h>

#include <algorithm>

namespace cppd::metrix {
namespace {

std::uint64_t alias_key(std::uint32_t series, ClaimId claim) { return std::uint64_t{series} << 32 | index_of(claim); }

}  // namespace

std::uint32_t Store::primary_of(std::uint32_t index) const {
  if (alias_of_.empty()) [[likely]]
    return index;
  const auto found = alias_of_.find(index);
  return found == alias_of_.end() ? index : found->second;
}

SeriesRef Store::as_claimed(SeriesRef ref, const HostScope& host) {
  const auto& identity = identity_[ref.index];
  return series(identity.descriptor, identity.labels, claim(host));
}

/// The slot through which a series with another claim is written under this one.
SeriesRef Store::under_claim(std::uint32_t index, ClaimId claim) {
  const auto known = alias_index_.find(alias_key(index, claim));
  if (known != alias_index_.end()) return {known->second, hot_[known->second].generation};
  const auto* parts = bundle({index, hot_[index].generation});
  const bool head = parts != nullptr && !parts->parts.empty();
  const bool staged = cycle_open() && hot_[head ? parts->parts.front() : index].stamp == cycle_;
  if (identity_[index].pins > 0 || staged) return make_alias(index, claim);
  retag(index, claim);
  return {index, hot_[index].generation};
}

/// Nobody holds the series to its old claim: it takes the new one.
void Store::retag(std::uint32_t index, ClaimId claim) {
  const auto change = [&](std::uint32_t slot) {
    scopes_.retain(claim);
    scopes_.release(identity_[slot].claim);
    identity_[slot].claim = claim;
  };
  change(index);
  auto* parts = bundle({index, hot_[index].generation});
  if (parts == nullptr) return;
  for (const auto part : parts->parts) change(part);
  if (parts->target_bundle != nullptr && alive(parts->target)) parts->target_bundle->opener = 0;
  parts->target_bundle = nullptr;  // an open histogram finds its bounds again, under the new claim
}

SeriesRef Store::make_alias(std::uint32_t index, ClaimId claim) {
  const auto alias = new_slot();
  const auto identity = identity_[index];
  labels_.acquire(identity.labels);
  take_identity(alias, {identity.descriptor, identity.labels, claim});
  alias_of_.emplace(alias, index);
  alias_index_.emplace(alias_key(index, claim), alias);
  ++identity_[index].pins;
  fresh_.push_back(alias);
  if (is_head(index)) {
    make_bundle(alias);
    const auto& from = bundles_.find(alias)->second->parts;
    const auto& to = bundles_.find(index)->second->parts;
    for (std::size_t i = 0; i < from.size(); ++i) alias_of_.emplace(from[i], to[i]);
  }
  return {alias, hot_[alias].generation};
}

void Store::free_alias(std::uint32_t index) {
  const auto primary = alias_of_.find(index)->second;
  alias_index_.erase(alias_key(primary, identity_[index].claim));
  alias_of_.erase(index);
  if (is_head(index)) {
    for (const auto part : bundles_.find(index)->second->parts) alias_of_.erase(part);
    free_bundle(index);
  } else {
    free_slot(index);
  }
  unpin(SeriesRef{primary, hot_[primary].generation});
}

/// In each disputed scope the claim that was written first stays; what was written under another is refused.
void Store::refuse_disputed_claims() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    const auto claim = identity_[index].claim;
    if (claim == ClaimId::none || scopes_.admit(claim, cycle_)) {
      touched_[kept++] = index;
      continue;
    }
    hot_[index].stamp = 0;
    if (first_of_source(index))
      ledger_->count(LossReason::sample_invalid_scope, host_scope(scope_of(SeriesId{index})).key);
  }
  touched_count_ = kept;
  if (!alias_of_.empty()) forward_aliases();
}

/// Scopes take the metadata of what is written in this cycle; a name that was dropped says nothing of its scope.
void Store::settle_claims() {
  for (std::size_t i = 0; i < touched_count_; ++i) scopes_.confirm(scope_of(SeriesId{touched_[i]}), cycle_);
  scopes_.settle(cycle_);
}

/// What was staged through an alias becomes what is staged for its series.
void Store::forward_aliases() {
  for (auto& bundle : estimating_) {
    const auto head = primary_of(bundle->head.index);
    if (head == bundle->head.index) continue;
    auto* series = bundles_.find(head)->second.get();
    if (hot_[bundle->parts.front()].stamp == cycle_) std::swap(series->estimator->staged, bundle->estimator->staged);
    bundle = series;
  }
  std::ranges::sort(estimating_);
  estimating_.erase(std::ranges::unique(estimating_).begin(), estimating_.end());
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    const auto primary = primary_of(index);
    if (primary == index) continue;
    hot_[primary].staged = hot_[index].staged;
    hot_[primary].stamp = cycle_;
    hot_[index].stamp = 0;
    touched_[i] = primary;
  }
}

}  // namespace cppd::metrix
