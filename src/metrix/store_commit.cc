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
  empty(born_);
  empty(died_);
  born_.reserve(fresh_.size());  // at once, for births come in bursts
  redescribed_ = redescribed_next_.ids();
  redescribed_next_.clear();
  retired_ = retired_next_.ids();
  retired_next_.clear();
  superseding_ = false;
  const bool disputed = scopes_.unsettled();
  if (disputed) refuse_disputed_claims();
  if (!contested_names_.empty()) resolve_conflicts();
  if (disputed) settle_claims();
  if (!options_.immediate) finish_estimates();
  publish_touched();
  if (superseding_) supersede();
  expire();
  if (options_.max_series > 0 && series_count() > options_.max_series) enforce_cap();
  register_born();
  if (!idle_names_.empty() && !options_.immediate) sweep_names();
  note_written_scopes();
  if (options_.immediate)
    fold_changes();
  else
    changes_ = {.clock = clock_, .born = born_, .died = died_, .redescribed = redescribed_, .retired = retired_};
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
  if (!provisional_.empty()) forget_provisional();
  tidy();
}

/// Frees what nobody observed and nobody holds.
void Store::tidy() {
  while (!fresh_.empty()) drop_unused_fresh();
  if (!unused_descriptors_.empty()) retire_unused();
  scopes_.drop_unused();
  scopes_.order();
}

/// Frees the slots that nobody observed and nobody holds. Freeing an alias may leave its series to the next round.
void Store::drop_unused_fresh() {
  auto fresh = std::move(fresh_);
  fresh_.clear();
  if (!std::ranges::is_sorted(fresh)) std::ranges::sort(fresh);  // births of new slots are
  fresh.erase(std::ranges::unique(fresh).begin(), fresh.end());
  for (const auto index : fresh) {
    if (committed_[index].seen != 0 || identity_[index].pins != 0) continue;
    const bool alias = alias_of_.contains(index);
    const bool free_already = !alias && !index_.contains(index);
    if (free_already) continue;
    if (alias)
      free_alias(index);
    else if (!is_head(index))
      free_slot(index);
    else if (!head_in_use(*bundles_[index]))
      free_bundle(index);
  }
  if (fresh_.empty()) {
    empty(fresh);
    fresh_ = std::move(fresh);  // keeps its room
  }
}

/// Names with two authorities, both written in this cycle: the established one stays, or, when none is, the name is
/// dropped. One that was written alone supersedes the established one.
void Store::resolve_conflicts() {
  contenders_.clear();
  for (std::size_t i = 0; i < touched_count_; ++i) {
    auto& authority = *descriptors_[index_of(authority_of(touched_[i]))];
    auto& name = names_[authority.name_index];
    if (name.authorities < 2 || authority.observed == cycle_) continue;
    authority.observed = cycle_;
    if (name.observed != cycle_) {
      name.observed = cycle_;
      name.observed_authorities = 0;
      contenders_.push_back(authority.name_index);
    }
    ++name.observed_authorities;
  }
  bool losers = false;
  for (const auto index : contenders_) losers = judge_contender(names_[index]) || losers;
  if (losers) drop_losers();
}

/// True when an authority of the name lost.
bool Store::judge_contender(const Name& name) {
  bool established = false;
  for (const auto id : name.descriptors) {
    const auto& authority = descriptor(id);
    const bool observed = authority.observed == cycle_;
    if (name.registered && name.established == id && observed) established = true;
    if (authority.live_series > 0 && !observed) superseding_ = true;
  }
  if (name.observed_authorities < 2) return false;
  if (!established) ++meta_.dropped_names;
  for (const auto id : name.descriptors) {
    auto& authority = *descriptors_[index_of(id)];
    if (authority.observed == cycle_ && !(established && name.established == id)) authority.lost = cycle_;
  }
  return true;
}

void Store::drop_losers() {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    const auto& authority = descriptor(authority_of(index));
    if (authority.lost != cycle_) {
      touched_[kept++] = index;
    } else {
      if (first_of_source(index)) ledger_->count(LossReason::sample_kind_conflict, authority.name);
      hot_[index].stamp = 0;
    }
  }
  touched_count_ = kept;
}

void Store::publish_touched() {
  const auto attempt = cycle_;
  const auto clock = static_cast<std::uint32_t>(clock_);
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    auto& series = committed_[index];
    if (series.seen == 0) [[unlikely]] {
      if (hot_[index].stamp != attempt || refuse_clash(index)) continue;
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

/// Would this series be the second one of its name and labels? Then it is refused, with all parts of its metric.
bool Store::refuse_clash(std::uint32_t index) {
  const auto head = head_of(index);
  if (head == 0) {
    if (!clashes(index)) return false;
  } else {
    const auto& parts = bundles_.find(head)->second->parts;
    if (parts.front() != index) return false;  // judged with the first one
    if (std::ranges::none_of(parts, [&](auto part) { return clashes(part); })) return false;
    for (const auto part : parts) hot_[part].stamp = 0;
  }
  ledger_->count(LossReason::series_name_clash, descriptor(authority_of(index)).name);
  return true;
}

void Store::note_birth(std::uint32_t index) {
  auto& descriptor = *descriptors_[index_of(committed_[index].descriptor)];
  if (descriptor.live_series++ == 0) revive_declaration(descriptor);
  auto& name = names_[descriptor.name_index];
  ++name.live_series;
  if (name.registered && name.established != descriptor.authority && !is_open(name.established)) unregister(name);
  ++live_series_;
  scopes_.note_birth(scope_of(SeriesId{index}), descriptor.freshness);
  const auto block = index >> kBlockBits;
  if (block_oldest_.size() <= block) block_oldest_.resize(block + 1, kNothingSeen);
  block_oldest_[block] = std::min(block_oldest_[block], static_cast<std::uint32_t>(clock_));
  if (order_kept_) note_unordered(index);
  if (descriptor.may_clash) flat_series_.insert_or_assign(flat_key(index), index);
  const auto head = head_of(index);
  if (head == 0) return;
  if (auto& authority = *descriptors_[index_of(descriptor.authority)]; authority.live_series++ == 0)
    revive_declaration(authority);
  ++live_parts_;
  if (bundles_.find(head)->second->present++ == 0) ++live_bundles_;
}

/// Names of which something new has survived the commit.
void Store::register_born() {
  for (const auto id : born_) {
    const auto& descriptor = descriptor_of(id);
    auto& name = names_[descriptor.name_index];
    if (name.registered && name.established == descriptor.authority) continue;
    if (name.registered) unregister(name);
    name.registered = true;
    name.established = descriptor.authority;
  }
}

void Store::note_death(std::uint32_t index) {
  auto& descriptor = *descriptors_[index_of(committed_[index].descriptor)];
  --descriptor.live_series;
  auto& name = names_[descriptor.name_index];
  --name.live_series;
  if (name.live_series == 0 && !name.idle_listed) {
    name.idle_listed = true;
    name.idle_since = 0;
    idle_names_.push_back(descriptor.name_index);
  }
  --live_series_;
  ++deaths_;
  scopes_.note_death(scope_of(SeriesId{index}), descriptor.freshness);
  if (order_kept_) note_unordered(index);
  if (descriptor.may_clash) {
    const auto found = flat_series_.find(flat_key(index));
    if (found != flat_series_.end() && found->second == index) flat_series_.erase(found);
  }
  const auto head = head_of(index);
  if (head != 0) {
    --descriptors_[index_of(descriptor.authority)]->live_series;
    --live_parts_;
    if (--bundles_.find(head)->second->present == 0) --live_bundles_;
  }
  const auto authority = descriptor.authority;
  const bool stands = name.registered && name.established == authority;
  if (!stands && this->descriptor(authority).live_series == 0) forget_declaration(authority);
}

/// Removes a present series; its slot is freed unless a handle pins it.
void Store::remove(std::uint32_t index) {
  auto& series = committed_[index];
  note_death(index);
  const bool born_now = series.previous_seen == 0 && series.seen == cycle_;  // and cut by the cap at once
  if (!born_now) died_.push_back(static_cast<SeriesId>(index));
  if (identity_[index].pins == 0) return free_slot(index);
  series = {.descriptor = series.descriptor};
  if (const auto head = head_of(index); head != 0 && bundles_[head]->present == 0 && identity_[head].pins == 0) {
    free_bundle(head);
  }
}

/// Names that were observed with a new authority only: every series of the old one goes.
void Store::supersede() {
  for (const auto name : contenders_) {
    const auto& descriptors = names_[name].descriptors;
    const bool published = std::ranges::any_of(descriptors, [&](DescriptorId id) {
      const auto& authority = descriptor(id);
      return authority.observed == cycle_ && authority.lost != cycle_ && authority.live_series > 0;
    });
    if (!published) continue;
    for (const auto id : descriptors) {
      auto& authority = *descriptors_[index_of(id)];
      if (authority.observed == cycle_ || authority.live_series == 0) continue;
      authority.lost = cycle_;
    }
  }
  for (std::uint32_t index = 1; index < committed_.size(); ++index) {
    if (committed_[index].seen != 0 && descriptor(authority_of(index)).lost == cycle_ &&
        descriptor(authority_of(index)).observed != cycle_) {
      remove(index);
    }
  }
}

void Store::expire() {
  const auto limit = options_.expire_after_success_cycles;
  if (limit == 0 || live_series_ == 0) return;
  for (std::uint32_t block = 0; block < block_oldest_.size(); ++block) {
    if (block_oldest_[block] == kNothingSeen || clock_ - block_oldest_[block] < limit) continue;
    block_oldest_[block] = expire_block(block);
  }
}

/// Removes what has reached its retention; when the oldest of the rest was seen.
std::uint32_t Store::expire_block(std::uint32_t block) {
  const auto limit = options_.expire_after_success_cycles;
  auto oldest = kNothingSeen;
  const auto begin = block << kBlockBits;
  const auto end = std::min<std::size_t>(committed_.size(), begin + (1u << kBlockBits));
  for (auto index = begin; index < end; ++index) {
    const auto& series = committed_[index];
    if (series.seen == 0) continue;
    if (clock_ - series.seen_clock >= limit) {
      if (first_of_source(index)) ledger_->count(LossReason::series_expired);
      remove(index);
    } else {
      oldest = std::min(oldest, series.seen_clock);
    }
  }
  return oldest;
}

/// Scopes that this cycle wrote have something fresh to show.
void Store::note_written_scopes() {
  const auto attempt = static_cast<std::uint32_t>(attempts_);
  if (!scopes_.scoped()) {
    const auto touched = std::span{touched_}.first(touched_count_);
    const bool written = std::ranges::any_of(touched, [&](auto index) { return committed_[index].seen == attempt; });
    if (written) scopes_.note_written(ScopeId::none, attempt);
    return;
  }
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    if (committed_[index].seen == attempt) scopes_.note_written(scope_of(SeriesId{index}), attempt);
  }
}

void Store::enforce_cap() {
  std::vector<std::uint32_t> present;
  for (std::uint32_t index = 1; index < committed_.size(); ++index) {
    if (committed_[index].seen != 0 && first_of_source(index)) present.push_back(index);
  }
  const auto excess = series_count() - options_.max_series;
  const auto nth = present.begin() + static_cast<std::ptrdiff_t>(excess);
  std::ranges::nth_element(present, nth, [&](std::uint32_t a, std::uint32_t b) {
    if (committed_[a].seen_clock != committed_[b].seen_clock)
      return committed_[a].seen_clock < committed_[b].seen_clock;
    const auto head_a = head_of(a);
    const auto head_b = head_of(b);
    return key_before(SeriesId{head_a ? head_a : a}, SeriesId{head_b ? head_b : b});
  });
  present.resize(excess);
  for (const auto index : present) {
    ledger_->count(LossReason::series_capped, descriptor(authority_of(index)).name);
    if (const auto head = head_of(index); head != 0) {
      const auto parts = bundles_[head]->parts;  // a copy: the bundle may go with its last part
      for (const auto part : parts) remove(part);
    } else {
      remove(index);
    }
  }
  std::erase_if(born_, [&](SeriesId id) { return committed_[index_of(id)].seen == 0; });
}

}  // namespace cppd::metrix
