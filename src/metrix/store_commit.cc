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
  cycle_ = static_cast<std::uint32_t>(attempts_);
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
  publish_touched();
  if (!contested_names_.empty()) supersede();
  expire();
  if (options_.max_series > 0 && live_series_ > options_.max_series) enforce_cap();
  if (!idle_names_.empty()) sweep_names();
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
  ++epoch_;
  if (!fresh_.empty()) drop_unused_fresh();
}

void Store::drop_unused_fresh() {
  std::ranges::sort(fresh_);
  fresh_.erase(std::ranges::unique(fresh_).begin(), fresh_.end());
  for (const auto index : fresh_) {
    const bool free_already = !index_.contains(index);
    if (!free_already && committed_[index].seen == 0 && identity_[index].pins == 0) free_slot(index);
  }
  fresh_.clear();
}

/// Names with two authorities, both written in this cycle: the established one stays, or, when none is, the name is
/// dropped.
void Store::resolve_conflicts() {
  std::vector<std::pair<std::uint32_t, DescriptorId>> observed;  // (name, authority) of contested names
  const auto contested = [&](const Descriptor& d) { return names_[d.name_index].descriptors.size() > 1; };
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto id = identity_[touched_[i]].descriptor;
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
    if (std::ranges::find(losers, identity_[index].descriptor) == losers.end()) {
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
      auto& descriptor = *descriptors_[index_of(series.descriptor)];
      ++descriptor.live_series;
      auto& name = names_[descriptor.name_index];
      ++name.live_series;
      name.registered = true;
      ++live_series_;
    }
    series.previous = series.value;
    series.previous_seen = series.seen;
    series.value = hot_[index].staged;
    series.seen = attempt;
    series.seen_clock = clock;
  }
}

/// Removes a present series; its slot is freed unless a handle pins it.
void Store::remove(std::uint32_t index) {
  auto& series = committed_[index];
  auto& descriptor = *descriptors_[index_of(series.descriptor)];
  --descriptor.live_series;
  auto& name = names_[descriptor.name_index];
  if (--name.live_series == 0 && !name.idle_listed) {
    name.idle_listed = true;
    name.idle_since = 0;
    idle_names_.push_back(descriptor.name_index);
  }
  --live_series_;
  const bool born_now = series.previous_seen == 0 && series.seen == cycle_;
  if (born_now)
    born_.erase(std::ranges::find(born_, static_cast<SeriesId>(index)));  // cut by the cap
  else
    died_.push_back(static_cast<SeriesId>(index));
  if (identity_[index].pins == 0)
    free_slot(index);
  else
    series = {.descriptor = series.descriptor};
}

/// A name that was observed with a new authority only: every series of the old one goes.
void Store::supersede() {
  for (const auto name_index : contested_names_) {
    const auto& name = names_[name_index];
    std::optional<DescriptorId> winner;
    for (const auto id : name.descriptors) {
      const bool fresh =
          std::ranges::any_of(born_, [&](SeriesId series) { return committed_[index_of(series)].descriptor == id; });
      if (fresh && descriptor(id).live_series > 0) winner = id;
    }
    if (!winner) continue;
    for (const auto id : name.descriptors) {
      if (id == *winner || descriptor(id).live_series == 0) continue;
      for (std::uint32_t index = 1; index < committed_.size(); ++index) {
        if (committed_[index].seen != 0 && committed_[index].descriptor == id) remove(index);
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
      ledger_->count(LossReason::series_expired);
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
    if (committed_[index].seen != 0) present.push_back(index);
  }
  std::ranges::sort(present, [&](std::uint32_t a, std::uint32_t b) {
    if (committed_[a].seen_clock != committed_[b].seen_clock)
      return committed_[a].seen_clock < committed_[b].seen_clock;
    if (identity_[a].scope != identity_[b].scope)
      return host_scope(identity_[a].scope).key < host_scope(identity_[b].scope).key;
    return before(static_cast<SeriesId>(a), static_cast<SeriesId>(b));
  });
  present.resize(live_series_ - options_.max_series);
  for (const auto index : present) {
    ledger_->count(LossReason::series_capped, descriptor(identity_[index].descriptor).name);
    remove(index);
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
