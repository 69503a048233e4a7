// SPDX-License-Identifier: GPL-3.0-or-later
// The end of a cycle: metrix contract 1.3.5, 5.5, 5.6, 6.3 to 6.7, in the order of 1.3.5.
#include "model.h"

#include <algorithm>

namespace cppd::model {

using namespace metrix;

void Model::begin() {
  open_ = true;
  ++attempts_;
}

void Model::commit() {
  ++clock_;
  refuse_disputed_scopes();
  resolve_names();
  take_scopes();
  publish();
  supersede();
  expire();
  enforce_cap();
  install();
  sweep();
  meta_.last_attempt_status = AttemptStatus::success;
  meta_.last_success_seq = attempts_;
  close();
}

void Model::abort() {
  meta_.last_attempt_status = AttemptStatus::failed;
  close();
}

/// The first write to a scope fixes what it is in this cycle; a write that says otherwise is lost (5.5, D1).
void Model::refuse_disputed_scopes() {
  std::map<std::string, HostScope> first;
  std::erase_if(staged_, [&](const Staged& write) {
    if (first.try_emplace(write.scope.key, write.scope).first->second == write.scope) return false;
    lose(LossReason::sample_invalid_scope);
    return true;
  });
}

/// Two authorities of one name in one cycle: the registered one stays, else the name is dropped (6.4, D1).
void Model::resolve_names() {
  std::map<std::string, std::vector<DescriptorPtr>> observed;
  for (const auto& write : staged_) {
    auto& authorities = observed[write.descriptor->name];
    if (std::ranges::find(authorities, write.descriptor) == authorities.end()) authorities.push_back(write.descriptor);
  }
  for (const auto& [text, authorities] : observed) {
    if (authorities.size() < 2) continue;
    const auto& registered = names_[text].registered;
    const bool stays = std::ranges::find(authorities, registered) != authorities.end();
    if (!stays) ++meta_.dropped_names;
    std::erase_if(staged_, [&](const Staged& write) {
      if (write.descriptor->name != text || (stays && write.descriptor == registered)) return false;
      lose(LossReason::sample_kind_conflict);
      return true;
    });
  }
}

void Model::take_scopes() {
  for (const auto& write : staged_) scopes_[write.scope.key] = write.scope;
}

/// Would a new series be the second of its name and labels, beside a part of another metric? (10.1 #8)
bool Model::clashes(const Staged& write) const {
  const auto flat_of = [](const Output& output, Pairs labels) {
    if (!output.key.empty()) labels.emplace_back(output.key, output.text);
    std::ranges::sort(labels);
    return std::pair{output.name, labels};
  };
  for (const auto& one : series_) {
    if (one.scope != write.scope.key || one.descriptor->name == write.descriptor->name) continue;
    for (const auto& theirs : outputs_of(*one.descriptor)) {
      for (const auto& ours : outputs_of(*write.descriptor)) {
        if (flat_of(theirs, one.labels) == flat_of(ours, write.labels)) return true;
      }
    }
  }
  return false;
}

void Model::publish() {
  for (const auto& write : staged_) {
    auto known = std::ranges::find_if(series_, [&](const Series& one) {
      return one.descriptor == write.descriptor && one.labels == write.labels && one.scope == write.scope.key;
    });
    if (known == series_.end()) {
      if (clashes(write)) {
        lose(LossReason::series_name_clash);
        continue;
      }
      auto& d = *write.descriptor;
      if (!live(d)) {
        d.description.firm = d.description.said;
        d.family.firm = d.family.said;
        d.priority.firm = d.priority.said;
        d.unit.firm = d.unit.said;
        d.is_float.firm = d.is_float.said;
      }
      series_.push_back({.descriptor = write.descriptor, .scope = write.scope.key, .labels = write.labels});
      known = std::prev(series_.end());
      known->life = ++lives_;
    } else {
      known->before = known->values;
      known->before_seen = known->seen;
    }
    known->values = write.values;
    known->sample = write.sample;
    known->seen = attempts_;
    known->seen_clock = clock_;
    published_[write.descriptor->name] = write.descriptor;
  }
}

/// What was written as something new replaces all series of the name (6.4.1).
void Model::supersede() {
  for (const auto& [text, now] : published_) {
    std::erase_if(series_, [&](const Series& one) { return one.descriptor->name == text && one.descriptor != now; });
    auto& name = names_[text];
    if (name.registered && !name.registered->authority.open && name.registered != now) {
      name.registered = nullptr;
      name.idle_since = 0;
    }
  }
}

void Model::expire() {
  if (options_.expire_after_success_cycles == 0) return;
  std::erase_if(series_, [&](const Series& one) {
    if (clock_ - one.seen_clock < options_.expire_after_success_cycles) return false;
    lose(LossReason::series_expired);
    return true;
  });
}

/// The oldest go first, and of these the ones with the smallest keys (6.6.2).
void Model::enforce_cap() {
  if (options_.max_series == 0) return;
  while (series_.size() > options_.max_series) {
    const auto rank = [](const Series& one) {
      return std::pair{one.seen_clock, key_of(one.scope, one.descriptor->name, one.labels)};
    };
    series_.erase(std::ranges::min_element(series_, {}, rank));
    lose(LossReason::series_capped);
  }
}

/// Names of which something survived are in the registry (1.3.5, 6.6.4).
void Model::install() {
  for (const auto& [text, now] : published_) {
    if (!live(*now)) continue;
    names_[text].registered = now;
    names_[text].idle_since = 0;
  }
}

/// Section 6.7.
void Model::sweep() {
  const auto grace = options_.descriptor_grace_cycles.value_or(options_.expire_after_success_cycles);
  for (auto& [text, name] : names_) {
    if (!name.registered) continue;
    if (std::ranges::any_of(series_, [&](const Series& one) { return one.descriptor->name == text; })) {
      name.idle_since = 0;
      continue;
    }
    if (name.idle_since == 0) name.idle_since = clock_;
    if (clock_ - name.idle_since < grace) continue;
    name.registered = nullptr;
    name.idle_since = 0;
    ++meta_.evicted_descriptors;
  }
}

/// What only this cycle knew is forgotten, and what nobody uses any more (6.2.2, D8).
void Model::close() {
  open_ = false;
  meta_.last_attempt_seq = attempts_;
  staged_.clear();
  published_.clear();
  lingering_.clear();
  for (const auto& [descriptor, firm] : provisional_) {
    if (!live(*descriptor)) *firm = false;
  }
  provisional_.clear();
  for (auto& [text, name] : names_) {
    for (const auto& one : name.descriptors) {
      if (one != name.registered && !live(*one)) soften(*one);
    }
    std::erase_if(name.descriptors,
                  [&](const DescriptorPtr& one) { return one != name.registered && !held(*one) && !live(*one); });
  }
  std::erase_if(names_, [](const auto& entry) { return entry.second.descriptors.empty(); });
  for (auto& ref : dropped_) {
    if (!ref) continue;
    const auto& was = ref->handle;
    const bool held_again = std::ranges::any_of(handles_, [&](const auto& handle) {
      return handle && handle->descriptor == was.descriptor && handle->labels == was.labels &&
             handle->scope.key == was.scope.key;
    });
    if (!held_again && find(*was.descriptor, was.labels, was.scope.key) == nullptr) ref->alive = false;
  }
}

}  // namespace cppd::model
