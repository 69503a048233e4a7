// SPDX-License-Identifier: GPL-3.0-or-later
// The order in which readers see series, and how they find one. Source: metrix contract 4.6, 7.3, 7.4.
#include <cppd/metrix/store.h>

#include <xxhash.h>

#include <algorithm>

namespace cppd::metrix {

bool Store::before(SeriesId a, SeriesId b) const {
  const auto& left = identity_[index_of(a)];
  const auto& right = identity_[index_of(b)];
  if (left.descriptor != right.descriptor) {
    const int order = descriptor(left.descriptor).name.compare(descriptor(right.descriptor).name);
    if (order != 0) return order < 0;
  }
  return labels_.compare(left.labels, right.labels) < 0;
}

/// The order of series_key(), bytewise; the keys are made only where their parts do not decide.
bool Store::key_before(SeriesId a, SeriesId b) const {
  if (scope_of(a) == scope_of(b)) {
    const std::string_view left = descriptor(identity_[index_of(a)].descriptor).name;
    const std::string_view right = descriptor(identity_[index_of(b)].descriptor).name;
    if (left == right) return labels_.compare(identity_[index_of(a)].labels, identity_[index_of(b)].labels) < 0;
    if (!left.starts_with(right) && !right.starts_with(left)) return left < right;
  }
  return series_key(a) < series_key(b);
}

bool Store::visible(SeriesId id) const {
  const auto& series = committed_[index_of(id)];
  if (series.seen == 0) return false;
  if (descriptor(series.descriptor).freshness == Freshness::committed) return true;
  return meta_.last_attempt_status == AttemptStatus::success && series.seen == meta_.last_success_seq;
}

/// Remembers a birth or a death for the next who asks for the order; too many of them, and it is made anew.
void Store::note_unordered(std::uint32_t index) {
  unordered_.push_back(index);
  if (unordered_.size() <= std::size_t{live_series_} + 1024) return;
  order_kept_ = false;
  unordered_ = std::vector<std::uint32_t>{};  // gives back the room, which = {} would not
  ordered_ = std::vector<SeriesId>{};
}

std::span<const SeriesId> Store::ordered() const {
  if (!order_kept_ || !unordered_.empty()) make_order();
  return ordered_;
}

void Store::make_order() const {
  const auto in_order = [&](SeriesId a, SeriesId b) {
    const auto scope_a = scope_of(a);
    const auto scope_b = scope_of(b);
    if (scope_a != scope_b) return host_scope(scope_a).key < host_scope(scope_b).key;
    return before(a, b);
  };
  std::vector<SeriesId> added;
  if (order_kept_) {
    std::vector<bool> changed(committed_.size());
    for (const auto index : unordered_) {
      if (!changed[index] && committed_[index].seen != 0) added.push_back(SeriesId{index});
      changed[index] = true;
    }
    std::erase_if(ordered_, [&](SeriesId id) { return changed[index_of(id)]; });
  } else {
    ordered_.clear();
    for (std::uint32_t index = 1; index < committed_.size(); ++index) {
      if (committed_[index].seen != 0) added.push_back(SeriesId{index});
    }
  }
  std::ranges::sort(added, in_order);
  std::vector<SeriesId> merged;
  merged.reserve(ordered_.size() + added.size());
  std::ranges::merge(ordered_, added, std::back_inserter(merged), in_order);
  ordered_ = std::move(merged);
  empty(unordered_);
  order_kept_ = true;
}

std::span<const SeriesId> Store::ordered(ScopeId scope) const {
  const auto all = ordered();
  const auto key = [&](SeriesId id) -> const std::string& { return host_scope(scope_of(id)).key; };
  const auto range = std::ranges::equal_range(all, host_scope(scope).key, {}, key);
  return {range.begin(), range.end()};
}

std::optional<ScopeId> Store::find_scope(std::string_view key) const {
  const auto found = scopes_.find(key);
  if (!found || !scopes_.has_series(*found)) return std::nullopt;
  return found;
}

std::optional<SeriesRef> Store::find(std::string_view name, Labels labels, ScopeId scope) const {
  const auto known = name_index_.find(name);
  if (known == name_index_.end()) return std::nullopt;
  const auto set = labels_.find(labels);
  if (!set) return std::nullopt;
  const auto claim = scopes_.any_claim(scope);
  for (const auto id : names_[*known].descriptors) {
    if (descriptor(id).live_series == 0) continue;
    const auto found = index_.find(Identity{id, *set, claim});
    if (found == index_.end()) continue;
    const auto parts = bundles_.find(*found);
    const bool present = parts == bundles_.end() ? committed_[*found].seen != 0 : parts->second->present > 0;
    if (present) return SeriesRef{*found, hot_[*found].generation};
  }
  return std::nullopt;
}

const Bundle* Store::find_bundle(SeriesRef head) const {
  if (!alive(head)) return nullptr;
  const auto found = bundles_.find(head.index);
  return found == bundles_.end() || found->second->present == 0 ? nullptr : found->second.get();
}

const Descriptor* Store::structured_metric(std::string_view name) const {
  const auto known = name_index_.find(name);
  if (known == name_index_.end()) return nullptr;
  for (const auto id : names_[*known].descriptors) {
    if (descriptor(id).live_series > 0 && descriptor(id).shape) return &descriptor(id);
  }
  return nullptr;
}

std::string Store::series_key(SeriesId id) const {
  const auto& identity = identity_[index_of(id)];
  std::string key;
  if (const auto scope = scope_of(id); scope != ScopeId::none) key = host_scope(scope).key + '\xFF';
  key += descriptor(identity.descriptor).name;
  const auto labels = labels_.ids(identity.labels);
  if (!labels.empty()) key += '\xFE';
  for (const auto label_id : labels) {
    const auto label = labels_.label(label_id);
    key.append(label.key).append(1, '\xFF').append(label.value).append(1, '\xFF');
  }
  return key;
}

std::uint64_t Store::series_hash(SeriesId id) const {
  const auto key = series_key(id);
  return XXH64(key.data(), key.size(), 0);
}

}  // namespace cppd::metrix
