// SPDX-License-Identifier: GPL-3.0-or-later
// What a store needs besides when every write is a cycle of its own: changes collect until somebody takes them, and
// time decides what goes. Source: metrix contract 8.
#include <cppd/base/internal_error.h>
#include <cppd/metrix/store.h>

#include <algorithm>
#include <utility>

namespace cppd::metrix {

void Store::cancel() {
  require(cycle_open(), "a cancelled cycle is an open one");
  for (std::size_t i = 0; i < touched_count_; ++i) hot_[touched_[i]].stamp = 0;
  touched_count_ = 0;
  estimating_.clear();
  --attempts_;
  cycle_ = kClosed;
}

bool Store::established(SeriesRef ref) const {
  const auto& descriptor = this->descriptor(identity_[ref.index].descriptor);
  const auto& name = names_[descriptor.name_index];
  return !name.registered || name.established == descriptor.authority;
}

void Store::drop(std::uint32_t source, LossReason reason) {
  ledger_->count(reason, descriptor(identity_[source].descriptor).name);
  born_.clear();
  died_.clear();
  redescribed_.clear();
  retired_.clear();
  if (const auto found = bundles_.find(source); found != bundles_.end()) {
    if (auto* estimator = found->second->estimator.get()) *estimator = {.seed = estimator->seed};
    const auto parts = found->second->parts;  // a copy: the bundle may go with its last part
    for (const auto part : parts) remove(part);
  } else {
    remove(source);
  }
  fold_changes();
  ++epoch_;
}

void Store::sweep_names_at(std::uint64_t clock) {
  if (idle_names_.empty()) return;
  const auto commits = std::exchange(clock_, clock);
  sweep_names();
  clock_ = commits;
}

/// Makes the one sample of a summary that of `bundle`; an alias hands it back when the write is committed.
void Store::open_sample(Bundle& bundle, Bundle& base) {
  if (base.present == 0) base.estimator->staged.restart(base.estimator->seed);
  if (!std::exchange(base.estimator->unsettled, true)) note_unsettled(base.head);
  if (&bundle == &base) return;
  std::swap(bundle.estimator->staged, base.estimator->staged);
  estimating_.push_back(&bundle);
}

/// Remembers a summary whose quantiles have to be worked out, and forgets those that are gone when they are half of
/// all.
void Store::note_unsettled(SeriesRef head) {
  auto& list = untold_->unsettled;
  if (list.size() > 64 && list.size() > 2 * bundles_.size())
    std::erase_if(list, [&](SeriesRef one) { return !alive(one); });
  list.push_back(head);
}

void Store::settle_quantiles() {
  for (const auto head : untold_->unsettled) {
    const auto* summary = bundle(head);
    if (summary == nullptr || summary->present == 0) continue;
    auto& estimator = *summary->estimator;
    const auto samples = estimator.staged.samples();
    sorted_.assign(samples.begin(), samples.end());
    std::ranges::sort(sorted_);
    const auto& quantiles = summary->shape->schema.quantiles;
    for (std::size_t i = 0; i < quantiles.size(); ++i) {
      committed_[summary->parts[i]].value = quantile_of(sorted_, quantiles[i]);
    }
    estimator.unsettled = false;
  }
  untold_->unsettled.clear();
}

void Store::note_untold(std::uint32_t index, bool died) {
  auto& flags = untold_->flags;
  if (flags.size() <= index) flags.resize(hot_.size());
  if ((flags[index] & Untold::kChanged) == 0) untold_->changed.push_back(index);
  flags[index] |= died ? Untold::kChanged | Untold::kDied : Untold::kChanged;
}

bool Store::present(std::uint32_t source) const {
  const auto found = bundles_.find(source);
  return found == bundles_.end() ? committed_[source].seen != 0 : found->second->present > 0;
}

/// The end of a write, or of a removal: what changed waits for the next take.
void Store::fold_changes() {
  for (std::size_t i = 0; i < touched_count_; ++i) {
    const auto index = touched_[i];
    hot_[index].stamp = 0;
    // The writes of one series follow each other, whatever was written to others in between.
    auto& series = committed_[index];
    if (series.previous_seen != 0) series.previous_seen = series.seen - 1;
  }
  for (const auto id : died_) note_untold(index_of(id), true);
  for (const auto id : born_) note_untold(index_of(id), false);
  for (const auto id : redescribed_) untold_->redescribed.add(id);
  for (const auto id : retired_) untold_->retired.add(id);
}

void Store::take_changes() {
  auto& untold = *untold_;
  empty(untold.told_born);
  empty(untold.told_died);
  for (const auto index : untold.changed) {
    auto& flags = untold.flags[index];
    const bool told = (flags & Untold::kTold) != 0;
    const bool here = committed_[index].seen != 0;
    const bool anew = (flags & Untold::kDied) != 0;
    if (told && (!here || anew)) untold.told_died.push_back(static_cast<SeriesId>(index));
    if (here && (!told || anew)) untold.told_born.push_back(static_cast<SeriesId>(index));
    flags = here ? Untold::kTold : 0;
  }
  empty(untold.changed);
  for (const auto id : redescribed_next_.ids()) untold.redescribed.add(id);
  redescribed_next_.clear();
  untold.told_redescribed = untold.redescribed.ids();
  untold.redescribed.clear();
  std::erase_if(untold.told_redescribed, [&](DescriptorId id) { return descriptors_[index_of(id)] == nullptr; });
  for (const auto id : retired_next_.ids()) untold.retired.add(id);
  retired_next_.clear();
  untold.told_retired = untold.retired.ids();
  untold.retired.clear();
  changes_ = {.clock = changes_.clock + 1,
              .born = untold.told_born,
              .died = untold.told_died,
              .redescribed = untold.told_redescribed,
              .retired = untold.told_retired};
}

}  // namespace cppd::metrix
