// SPDX-License-Identifier: GPL-3.0-or-later
// The end of a cycle: what commit and abort do, step by step. Source: metrix contract 1.3, 6.4 to 6.7.
#include <cppd/base/internal_error.h>
#include <cppd/metrix/store.h>

#include <algorithm>
#include <limits>

namespace cppd::metrix {
void Store::begin() {
  require(!cycle_open(), "one cycle at a time");
  ++attempts_;
  cycle_ = cycle_number(attempts_);
  touched_count_ = 0;
}

void Store::commit() {
  require(cycle_open(), "a commit ends an open cycle");
  ++clock_;
  born_.clear();
  died_.clear();
  redescribed_.swap(redescribed_next_);
  redescribed_next_.clear();
  if (!contested_names_.empty()) resolve_conflicts();
  if (!options_.immediate) finish_estimates();
  publish_touched();
  if (!contested_names_.empty()) supersede();
  expire();
  if (options_.max_series > 0 && source_count() > options_.max_series) enforce_cap();
  if (!idle_names_.empty() && !options_.immediate) sweep_names();
  if (options_.immediate)
    fold_changes();
  else
    changes_ = {.clock = clock_, .born = born_, .died = died_, .redescribed = redescribed_};
  close_cycle(AttemptStatus::success);
}

void Store::abort() {
  require(cycle_open(), "an abort ends an open cycle");
  close_cycle(AttemptStatus::failed);
}

void Store::close_cycle(AttemptStatus status) {
  meta_.last_attempt_seq = attempts_;
  meta_.last_attempt_status = status;
  if (status == AttemptStatus::success) meta_.last_success_seq = attempts_;
  cycle_ = kClosed;
  touched_count_ = 0;
  estimating_.clear();
  ++epoch_;
  if (!fresh_.empty()) drop_unused_fresh();
}

void Store::drop_unused_fresh() {
  std::ranges::sort(fresh_);
  fresh_.erase(std::ranges::unique(fresh_).begin(), fresh_.end());
  for (const auto index : fresh_) {
    const bool free_already = !index_.contains(index);
    if (free_already || committed_[index].seen != 0 || identity_[index].pins != 0) continue;
    if (!is_head(index))
      free_slot(index);
    else if (!head_in_use(*bundles_[index]))
      free_bundle(index);
  }
  fresh_.clear();
}

/// Names with two authorities, both written in this cycle: the established one stays, or, when none is, the name is
/// dropped.
void Store::resolve_conflicts() {
  std::vector<std::pair<std::uint32_t, DescriptorId>> observed;  // (name, authority) of contested names
  const auto contested = [&](const Descriptor& d) { return names_[d.name_index].authorities > 1; };
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto id = authority_of(touched_[i]);
    if (contested(descriptor(id))) observed.emplace_back(descriptor(id).name_index, id);
  }
  std::ranges::sort(observed);
  observed.erase(std::ranges::unique(observed).begin(), observed.end());
  std::vector<DescriptorId> losers;
  for (std::size_t i = 0; i < observed.size();) {
    auto end = i;
    bool established = false;
    while (end < observed.size() && observed[end].first == observed[i].first) {
      established = established || descriptor(observed[end].second).live_series > 0;
      ++end;
    }
    if (end - i > 1) {
      if (!established) ++meta_.dropped_names;
      for (auto k = i; k < end; ++k) {
        if (established && descriptor(observed[k].second).live_series > 0) continue;
        losers.push_back(observed[k].second);
      }
    }
    i = end;
  }
  if (losers.empty()) return;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    if (std::ranges::find(losers, authority_of(index)) == losers.end()) {
      touched_[kept++] = index;
    } else {
      ledger_->count(LossReason::sample_kind_conflict, descriptor(identity_[index].descriptor).name);
      hot_[index].stamp = 0;
    }
  }
  touched_count_ = kept;
}

void Store::publish_touched() {
  const auto attempt = cycle_;
  const auto clock = static_cast<std::uint32_t>(clock_);
  if (live_series_ == 0) oldest_clock_ = clock;
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    auto& series = committed_[index];
    if (series.seen == 0) [[unlikely]] {
      born_.push_back(static_cast<SeriesId>(index));
      note_birth(index);
    }
    series.previous = series.value;
    series.previous_seen = series.seen;
    series.value = hot_[index].staged;
    series.seen = attempt;
    series.seen_clock = clock;
  }
}

void Store::note_birth(std::uint32_t index) {
  auto& descriptor = *descriptors_[index_of(committed_[index].descriptor)];
  ++descriptor.live_series;
  auto& name = names_[descriptor.name_index];
  ++name.live_series;
  name.registered = true;
  name.established = descriptor.authority;
  ++live_series_;
  const auto head = head_of(index);
  if (head == 0) return;
  ++descriptors_[index_of(descriptor.authority)]->live_series;
  ++live_parts_;
  if (bundles_[head]->present++ == 0) ++live_bundles_;
}

void Store::note_death(std::uint32_t index) {
  auto& descriptor = *descriptors_[index_of(committed_[index].descriptor)];
  --descriptor.live_series;
  auto& name = names_[descriptor.name_index];
  if (--name.live_series == 0 && !name.idle_listed) {
    name.idle_listed = true;
    name.idle_since = 0;
    idle_names_.push_back(descriptor.name_index);
  }
  --live_series_;
  const auto head = head_of(index);
  if (head == 0) return;
  --descriptors_[index_of(descriptor.authority)]->live_series;
  --live_parts_;
  if (--bundles_[head]->present == 0) --live_bundles_;
}

/// Removes a present series; its slot is freed unless a handle pins it.
void Store::remove(std::uint32_t index) {
  auto& series = committed_[index];
  note_death(index);
  const bool born_now = series.previous_seen == 0 && series.seen == cycle_;
  if (born_now)
    born_.erase(std::ranges::find(born_, static_cast<SeriesId>(index)));  // cut by the cap
  else
    died_.push_back(static_cast<SeriesId>(index));
  if (identity_[index].pins == 0) return free_slot(index);
  series = {.descriptor = series.descriptor};
  if (const auto head = head_of(index); head != 0 && bundles_[head]->present == 0 && identity_[head].pins == 0) {
    free_bundle(head);
  }
}

/// A name that was observed with a new authority only: every series of the old one goes.
void Store::supersede() {
  for (const auto name_index : contested_names_) {
    const auto& name = names_[name_index];
    std::optional<DescriptorId> winner;
    for (const auto id : name.descriptors) {
      const bool fresh =
          std::ranges::any_of(born_, [&](SeriesId series) { return authority_of(index_of(series)) == id; });
      if (fresh && descriptor(id).live_series > 0) winner = id;
    }
    if (!winner) continue;
    for (const auto id : name.descriptors) {
      if (id == *winner || descriptor(id).live_series == 0) continue;
      for (std::uint32_t index = 1; index < committed_.size(); ++index) {
        if (committed_[index].seen != 0 && authority_of(index) == id) remove(index);
      }
      auto& old = *descriptors_[index_of(id)];  // its declaration is not inherited by what comes back later
      old.has_description = old.has_family = old.has_priority = old.has_unit = old.has_float = false;
    }
  }
}

void Store::expire() {
  const auto limit = options_.expire_after_success_cycles;
  if (limit == 0 || live_series_ == 0 || clock_ - oldest_clock_ < limit) return;
  auto oldest = static_cast<std::uint32_t>(clock_);
  for (std::uint32_t index = 1; index < committed_.size(); ++index) {
    const auto& series = committed_[index];
    if (series.seen == 0) continue;
    if (clock_ - series.seen_clock >= limit) {
      if (first_of_source(index)) ledger_->count(LossReason::series_expired);
      remove(index);
    } else {
      oldest = std::min(oldest, series.seen_clock);
    }
  }
  oldest_clock_ = oldest;
}

void Store::enforce_cap() {
  std::vector<std::uint32_t> present;
  for (std::uint32_t index = 1; index < committed_.size(); ++index) {
    if (committed_[index].seen != 0 && first_of_source(index)) present.push_back(index);
  }
  std::ranges::sort(present, [&](std::uint32_t a, std::uint32_t b) {
    if (committed_[a].seen_clock != committed_[b].seen_clock)
      return committed_[a].seen_clock < committed_[b].seen_clock;
    if (identity_[a].scope != identity_[b].scope)
      return host_scope(identity_[a].scope).key < host_scope(identity_[b].scope).key;
    const auto head_a = head_of(a);
    const auto head_b = head_of(b);
    return before(static_cast<SeriesId>(head_a ? head_a : a), static_cast<SeriesId>(head_b ? head_b : b));
  });
  present.resize(source_count() - options_.max_series);
  for (const auto index : present) {
    ledger_->count(LossReason::series_capped, descriptor(authority_of(index)).name);
    if (const auto head = head_of(index); head != 0) {
      const auto parts = bundles_[head]->parts;  // a copy: the bundle may go with its last part
      for (const auto part : parts) remove(part);
    } else {
      remove(index);
    }
  }
}

void Store::sweep_names() {
  const auto grace = options_.descriptor_grace_cycles.value_or(options_.expire_after_success_cycles);
  std::erase_if(idle_names_, [&](std::uint32_t name_index) {
    auto& name = names_[name_index];
    if (name.live_series > 0 || !name.registered) {
      name.idle_listed = false;
      name.idle_since = 0;
      return true;
    }
    if (name.idle_since == 0) name.idle_since = clock_;
    if (clock_ - name.idle_since < grace) return false;
    ++meta_.evicted_descriptors;
    name.registered = false;
    name.idle_listed = false;
    name.idle_since = 0;
    for (const auto id : name.descriptors) {
      auto& swept = *descriptors_[index_of(id)];
      swept.has_description = swept.has_family = swept.has_priority = swept.has_unit = swept.has_float = false;
    }
    return true;
  });
}

}  // namespace cppd::metrix
