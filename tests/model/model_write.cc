// SPDX-License-Identifier: GPL-3.0-or-later
// What may be written, and what it leaves staged: metrix contract section 2.
#include "model.h"

#include <algorithm>
#include <cmath>

namespace cppd::model {

using namespace metrix;

namespace {

bool finite(const std::vector<double>& numbers) {
  return std::ranges::all_of(numbers, [](double number) { return std::isfinite(number); });
}
bool any_negative(const std::vector<double>& numbers) {
  return std::ranges::any_of(numbers, [](double number) { return number < 0; });
}

/// Section 2.1: does an instrument of this kind and mode have the operation?
bool offers(const Authority& authority, Do what) {
  const bool stateful = authority.mode == Mode::stateful;
  switch (authority.kind) {
    case Kind::gauge: return what == Do::observe || (stateful && what == Do::add);
    case Kind::counter: return what == (stateful ? Do::add : Do::observe);
    case Kind::histogram:
    case Kind::summary: return what == (stateful ? Do::observe : Do::point);
    case Kind::stateset: return what == Do::states || what == Do::enable;
    default: break;
  }
  const bool replaces = what == Do::point || what == Do::fields;
  const bool adds = what == Do::add_point || what == Do::add_fields || what == Do::add_field;
  if (!stateful) return replaces;
  return adds || (!authority.counter_fields && (replaces || what == Do::set_field));
}

/// Does the operation bring what it needs? One that was drawn for another slot may not.
bool well_formed(const Authority& authority, const Op& op) {
  const auto numbers = op.numbers.size(), texts = op.texts.size();
  switch (op.what) {
    case Do::observe:
    case Do::add: return numbers == 1;
    case Do::point: return authority.kind == Kind::measureset || (numbers >= 2 && numbers % 2 == 0);
    case Do::states:
    case Do::fields:
    case Do::add_fields: return numbers == texts;
    case Do::add_field:
    case Do::set_field: return numbers == 1 && texts == 1;
    default: return true;
  }
}

void add_to_sample(Sample& sample, double value, std::uint32_t capacity) {
  ++sample.seen;
  if (sample.kept.size() < capacity) {
    sample.kept.push_back(value);
    return;
  }
  sample.random ^= sample.random << 13;
  sample.random ^= sample.random >> 7;
  sample.random ^= sample.random << 17;
  const auto place = sample.random % sample.seen;
  if (place < capacity) sample.kept[place] = value;
}

Sample fresh_sample(const std::string& key) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char byte : key) {
    hash ^= static_cast<unsigned char>(byte);
    hash *= 1099511628211ULL;
  }
  return {.random = hash == 0 ? 1 : hash};
}

double quantile(std::vector<double> values, double q) {
  std::ranges::sort(values);
  if (q <= 0) return values.front();
  if (q >= 1) return values.back();
  const double position = q * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const double rest = position - static_cast<double>(below);
  if (below + 1 == values.size()) return values.back();
  return values[below] * (1 - rest) + values[below + 1] * rest;
}

}  // namespace

Outcome Model::apply(const Op& op) {
  switch (op.what) {
    case Do::begin:
      if (open_) return Outcome::thrown;
      begin();
      return Outcome::done;
    case Do::commit:
      if (!open_) return Outcome::thrown;
      commit();
      return Outcome::done;
    case Do::abort:
      if (!open_) return Outcome::thrown;
      abort();
      return Outcome::done;
    case Do::declare:
    case Do::declare_vec: return declare(op);
    case Do::child: return child(op);
    case Do::derive: return derive(op);
    case Do::copy: {
      if (!handles_[op.from] || op.from == op.slot) return Outcome::ignored;
      drop(op.slot);
      handles_[op.slot] = handles_[op.from];
      return Outcome::done;
    }
    case Do::drop:
      if (!handles_[op.slot]) return Outcome::ignored;
      drop(op.slot);
      return Outcome::done;
    case Do::drop_vec:
      if (!vectors_[op.slot]) return Outcome::ignored;
      vectors_[op.slot].reset();
      return Outcome::done;
    case Do::observe_ref: return observe_ref(op);
    default: break;
  }
  const auto& handle = handles_[op.slot];
  if (!handle) return Outcome::ignored;
  if (op.what == Do::retract) {
    if (handle->descriptor->authority.open) return Outcome::ignored;
    if (!open_) return Outcome::thrown;
    retract(*handle);
    return Outcome::done;
  }
  const auto& authority = handle->descriptor->authority;
  if (!offers(authority, op.what) || !well_formed(authority, op)) return Outcome::ignored;
  return write(op, *handle);
}

Outcome Model::write(const Op& op, const Handle& handle) {
  switch (handle.descriptor->authority.kind) {
    case Kind::gauge:
    case Kind::counter: return write_scalar(op, handle);
    case Kind::histogram: return write_histogram(op, handle);
    case Kind::summary: return write_summary(op, handle);
    case Kind::stateset: return write_states(op, handle);
    default: return write_measures(op, handle);
  }
}

/// A write by reference: as through the handle, while the slot is that of the reference.
Outcome Model::observe_ref(const Op& op) {
  const auto& ref = dropped_[op.slot];
  if (!ref || !ref->known || op.numbers.size() != 1) return Outcome::ignored;
  const auto kind = ref->handle.descriptor->authority.kind;
  if (kind != Kind::gauge && kind != Kind::counter) return Outcome::ignored;
  if (!ref->alive) return refuse(LossReason::stale_handle);
  return write_scalar({.what = Do::observe, .numbers = op.numbers}, ref->handle);
}

const Series* Model::find(const Descriptor& descriptor, const Pairs& labels, const std::string& scope) const {
  for (const auto& one : series_) {
    if (one.descriptor.get() == &descriptor && one.labels == labels && one.scope == scope) return &one;
  }
  return nullptr;
}

/// What this cycle has staged for the series, under what the handle says of its scope.
Staged* Model::staged(const Handle& handle) {
  for (auto& one : staged_) {
    if (one.descriptor == handle.descriptor && one.labels == handle.labels && one.scope == handle.scope) return &one;
  }
  return nullptr;
}

Staged& Model::stage(const Handle& handle) {
  if (auto* known = staged(handle)) return *known;
  staged_.push_back({.descriptor = handle.descriptor, .labels = handle.labels, .scope = handle.scope});
  return staged_.back();
}

/// The same for a change: starts from what is committed, or from zero (2.3).
Staged& Model::accumulate(const Handle& handle) {
  if (auto* known = staged(handle)) return *known;
  auto& made = stage(handle);
  const auto* base = find(*handle.descriptor, handle.labels, handle.scope.key);
  if (base != nullptr && handle.descriptor->authority.window == Window::cumulative) {
    made.values = base->values;
    made.sample = base->sample;
  } else {
    made.values.assign(outputs_of(*handle.descriptor).size(), 0);
    made.sample = fresh_sample(key_of(handle.scope.key, handle.descriptor->name, handle.labels));
  }
  return made;
}

void Model::retract(const Handle& handle) {
  std::erase_if(staged_, [&](const Staged& one) {
    return one.descriptor == handle.descriptor && one.labels == handle.labels && one.scope == handle.scope;
  });
}

/// Sections 2.4 and 2.5.
Outcome Model::write_scalar(const Op& op, const Handle& handle) {
  const double number = op.numbers.front();
  if (!std::isfinite(number)) return refuse(LossReason::sample_not_finite);
  if (op.what == Do::add && handle.descriptor->authority.kind == Kind::counter && number < 0)
    return refuse(LossReason::sample_negative_delta);
  if (!open_) return refuse(LossReason::sample_outside_cycle);
  if (op.what == Do::add)
    accumulate(handle).values[0] += number;
  else
    stage(handle).values = {number};
  return Outcome::done;
}

/// Section 2.6.
Outcome Model::write_histogram(const Op& op, const Handle& handle) {
  const auto& authority = handle.descriptor->authority;
  if (authority.mode == Mode::stateful) {
    const double value = op.numbers.front();
    if (!std::isfinite(value)) return refuse(LossReason::sample_not_finite);
    if (!open_) return refuse(LossReason::sample_outside_cycle);
    auto& values = accumulate(handle).values;
    std::size_t bucket = 0;
    while (bucket < authority.bounds.size() && value > authority.bounds[bucket]) ++bucket;
    values[bucket] += 1;
    values[authority.bounds.size() + 1] += 1;
    values[authority.bounds.size() + 2] += value;
    return Outcome::done;
  }
  if (!open_) return refuse(LossReason::sample_outside_cycle);
  const double count = op.numbers[0], sum = op.numbers[1];
  std::vector<double> bounds, counts;
  for (std::size_t i = 2; i + 1 < op.numbers.size(); i += 2) {
    bounds.push_back(op.numbers[i]);
    counts.push_back(op.numbers[i + 1]);
  }
  if (!bounds.empty() && bounds.back() == INFINITY) {
    bounds.pop_back();
    counts.pop_back();
  }
  if (!std::isfinite(count) || !std::isfinite(sum) || count < 0) return refuse(LossReason::sample_invalid_point);
  if (!finite(bounds) || !finite(counts)) return refuse(LossReason::sample_invalid_point);
  std::vector<double> values;
  double below = 0;
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    if (i > 0 && bounds[i] <= bounds[i - 1]) return refuse(LossReason::sample_invalid_point);
    if (counts[i] < below || counts[i] > count) return refuse(LossReason::sample_invalid_point);
    values.push_back(counts[i] - below);
    below = counts[i];
  }
  values.insert(values.end(), {count - below, count, sum});
  if (!authority.open && bounds != authority.bounds) return refuse(LossReason::sample_invalid_point);
  Handle target = handle;
  if (authority.open) {  // counts with the bounds that it observed (6.1.2), and says what its handle says
    auto concrete = authority;
    concrete.open = false;
    concrete.bounds = bounds;
    auto& name = names_[handle.descriptor->name];
    target.descriptor = nullptr;
    for (const auto& one : name.descriptors) {
      if (one->authority == concrete) target.descriptor = one;
    }
    const auto& d = *handle.descriptor;
    InstrumentOptions said;
    if (d.description.said) said.description = d.description.value;
    if (d.family.said) said.chart_family = d.family.value;
    if (d.priority.said) said.chart_priority = d.priority.value;
    if (d.unit.said) said.unit = d.unit.value;
    if (d.is_float.said) said.is_float = d.is_float.value;
    if (target.descriptor && !say(target.descriptor, said, true))
      return refuse(LossReason::sample_declaration_conflict);
    if (!target.descriptor) {
      target.descriptor = std::make_shared<Descriptor>(Descriptor{.name = d.name, .authority = concrete});
      name.descriptors.push_back(target.descriptor);
    }
    (void)say(target.descriptor, said, false);
    lingering_.push_back(target.descriptor);
  }
  stage(target).values = values;
  return Outcome::done;
}

/// Section 2.7.
Outcome Model::write_summary(const Op& op, const Handle& handle) {
  const auto& authority = handle.descriptor->authority;
  const auto& quantiles = authority.quantiles;
  if (authority.mode == Mode::stateful) {
    const double value = op.numbers.front();
    if (!std::isfinite(value)) return refuse(LossReason::sample_not_finite);
    if (!open_) return refuse(LossReason::sample_outside_cycle);
    auto& write = accumulate(handle);
    write.values[quantiles.size()] += 1;
    write.values[quantiles.size() + 1] += value;
    if (quantiles.empty()) return Outcome::done;
    add_to_sample(write.sample, value, authority.reservoir);
    for (std::size_t i = 0; i < quantiles.size(); ++i) write.values[i] = quantile(write.sample.kept, quantiles[i]);
    return Outcome::done;
  }
  if (!open_) return refuse(LossReason::sample_outside_cycle);
  const double count = op.numbers[0], sum = op.numbers[1];
  if (!std::isfinite(count) || !std::isfinite(sum) || count < 0) return refuse(LossReason::sample_invalid_point);
  std::map<double, double> given;
  std::size_t given_count = 0;
  for (std::size_t i = 2; i + 1 < op.numbers.size(); i += 2, ++given_count) {
    if (std::isnan(op.numbers[i]) || std::isinf(op.numbers[i + 1])) return refuse(LossReason::sample_invalid_point);
    given[op.numbers[i]] = op.numbers[i + 1];
  }
  if (given_count != quantiles.size() || given.size() != quantiles.size())
    return refuse(LossReason::sample_invalid_point);
  std::vector<double> values;
  for (const double q : quantiles) {
    if (!given.contains(q)) return refuse(LossReason::sample_invalid_point);
    values.push_back(given[q]);
  }
  values.insert(values.end(), {count, sum});
  stage(handle).values = values;
  return Outcome::done;
}

/// Section 2.8.
Outcome Model::write_states(const Op& op, const Handle& handle) {
  const auto& authority = handle.descriptor->authority;
  const bool observed = op.what == Do::states;
  if (observed && !open_) return refuse(LossReason::sample_outside_cycle);
  std::vector<double> values(authority.states.size(), 0);
  std::size_t on = 0;
  for (std::size_t i = 0; i < op.texts.size(); ++i) {
    const auto state = std::ranges::find(authority.states, op.texts[i]);
    if (state == authority.states.end()) return refuse(LossReason::sample_invalid_point);
    if (observed && op.numbers[i] == 0) continue;
    ++on;
    values[static_cast<std::size_t>(state - authority.states.begin())] = 1;
  }
  if (authority.state_mode == StateMode::one && on != 1) return refuse(LossReason::sample_invalid_point);
  if (!open_) return refuse(LossReason::sample_outside_cycle);
  stage(handle).values = values;
  return Outcome::done;
}

/// Section 2.9; checked are size, names, finiteness, sign, in this order (2.2).
Outcome Model::write_measures(const Op& op, const Handle& handle) {
  const auto& authority = handle.descriptor->authority;
  const auto& fields = authority.fields;
  const bool single = op.what == Do::add_field || op.what == Do::set_field;
  const bool named = single || op.what == Do::fields || op.what == Do::add_fields;
  const bool adds = op.what == Do::add_point || op.what == Do::add_fields || op.what == Do::add_field;
  if (!single && op.numbers.size() != fields.size()) return refuse(LossReason::sample_invalid_point);
  std::vector<double> values = op.numbers;
  std::size_t only = 0;
  if (named) {
    values.assign(fields.size(), 0);
    std::vector<bool> given(fields.size());
    for (std::size_t i = 0; i < op.texts.size(); ++i) {
      const auto field = std::ranges::find(fields, op.texts[i], &MeasureField::name);
      if (field == fields.end()) return refuse(LossReason::sample_invalid_point);
      only = static_cast<std::size_t>(field - fields.begin());
      if (given[only]) return refuse(LossReason::sample_invalid_point);
      given[only] = true;
      values[only] = op.numbers[i];
    }
  }
  if (!finite(values)) return refuse(LossReason::sample_not_finite);
  if (adds && authority.counter_fields && any_negative(values)) return refuse(LossReason::sample_negative_delta);
  if (!open_) return refuse(LossReason::sample_outside_cycle);
  if (adds) {
    auto& sums = accumulate(handle).values;
    for (std::size_t i = 0; i < values.size(); ++i) sums[i] += values[i];
  } else if (single) {
    accumulate(handle).values[only] = values[only];
  } else {
    stage(handle).values = values;
  }
  return Outcome::done;
}

}  // namespace cppd::model
