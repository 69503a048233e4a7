// SPDX-License-Identifier: GPL-3.0-or-later
// Names, options, labels and scopes: metrix contract sections 3 to 5, 6.1, 6.2.
#include "model.h"

#include <algorithm>
#include <cmath>

namespace cppd::model {

using namespace metrix;

namespace {

std::string strip(const std::string& text) {
  const auto begin = text.find_first_not_of(" \t\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

/// Sorted by key; nothing when a key is empty or there twice (4.2).
std::optional<Pairs> valid_labels(Pairs labels) {
  std::ranges::sort(labels);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].first.empty()) return std::nullopt;
    if (i > 0 && labels[i].first == labels[i - 1].first) return std::nullopt;
  }
  return labels;
}

/// Section 5.1 to 5.3.
std::optional<HostScope> valid_scope(const HostScope& scope) {
  HostScope clean{.key = strip(scope.key), .guid = strip(scope.guid), .hostname = strip(scope.hostname)};
  for (const auto& [key, value] : scope.labels) clean.labels.emplace_back(strip(key), strip(value));
  const auto labels = valid_labels(clean.labels);
  if (!labels) return std::nullopt;
  clean.labels = *labels;
  if (clean.key.empty() && !(clean == HostScope{})) return std::nullopt;
  if (!clean.key.empty() && (clean.guid.empty() || clean.hostname.empty())) return std::nullopt;
  if (clean.key.find('\xfe') != std::string::npos || clean.key.find('\xff') != std::string::npos) return std::nullopt;
  return clean;
}

bool ascending(const std::vector<double>& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (std::isnan(list[i]) || (i > 0 && list[i] <= list[i - 1])) return false;
  }
  return true;
}

template <class T, class Same>
bool doubled(const std::vector<T>& list, Same same) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (same(list[i], list[j])) return true;
    }
  }
  return false;
}

/// Section 3.1: what the options make of the instrument, or nothing.
std::optional<Authority> authority_of(const Op& op) {
  const auto& options = op.options;
  const bool stateful = op.mode == Mode::stateful;
  const bool is_histogram = op.kind == Kind::histogram, is_summary = op.kind == Kind::summary;
  Authority made{.kind = op.kind, .mode = op.mode};
  if (options.window && !(stateful && (is_histogram || is_summary))) return std::nullopt;
  made.window = options.window.value_or(Window::cumulative);
  made.freshness = stateful ? Freshness::committed : Freshness::cycle;
  if (made.window == Window::cycle) made.freshness = Freshness::cycle;
  if (options.freshness) {
    if (!stateful && *options.freshness == Freshness::committed) return std::nullopt;
    if (made.window == Window::cycle && *options.freshness == Freshness::committed) return std::nullopt;
    made.freshness = *options.freshness;
  }
  if (!options.bounds.empty() && !is_histogram) return std::nullopt;
  if (!options.quantiles.empty() && !is_summary) return std::nullopt;
  if (options.reservoir && (!is_summary || !stateful || *options.reservoir == 0)) return std::nullopt;
  if ((!options.states.empty() || options.state_mode) && op.kind != Kind::stateset) return std::nullopt;
  if (!options.fields.empty() && op.kind != Kind::measureset) return std::nullopt;
  if (is_histogram) {
    if (!ascending(options.bounds)) return std::nullopt;
    made.bounds = options.bounds;
    if (!made.bounds.empty() && made.bounds.front() == -INFINITY) return std::nullopt;
    if (!made.bounds.empty() && made.bounds.back() == INFINITY) made.bounds.pop_back();
    made.open = made.bounds.empty() && !stateful;
    if (made.bounds.empty() && stateful) return std::nullopt;
  }
  if (is_summary) {
    if (!ascending(options.quantiles)) return std::nullopt;
    for (const double q : options.quantiles) {
      if (q < 0 || q > 1) return std::nullopt;
    }
    made.quantiles = options.quantiles;
    if (!made.quantiles.empty()) made.reservoir = options.reservoir.value_or(1024);
  }
  if (op.kind == Kind::stateset) {
    const auto& states = options.states;
    if (states.empty() || std::ranges::find(states, "") != states.end()) return std::nullopt;
    if (doubled(states, [](const auto& a, const auto& b) { return a == b; })) return std::nullopt;
    made.states = states;
    made.state_mode = options.state_mode.value_or(StateMode::bitset);
  }
  if (op.kind == Kind::measureset) {
    for (const auto& field : options.fields) made.fields.push_back({strip(field.name), field.is_float});
    if (made.fields.empty()) return std::nullopt;
    if (std::ranges::find(made.fields, "", &MeasureField::name) != made.fields.end()) return std::nullopt;
    if (doubled(made.fields, [](const auto& a, const auto& b) { return a.name == b.name; })) return std::nullopt;
    made.counter_fields = op.counter_fields;
  }
  return made;
}

/// Section 4.4.
bool has_reserved_key(const Descriptor& descriptor, const Pairs& labels) {
  std::string reserved;
  switch (descriptor.authority.kind) {
    case Kind::histogram: reserved = "le"; break;
    case Kind::summary: reserved = "quantile"; break;
    case Kind::stateset: reserved = descriptor.name; break;
    case Kind::measureset: reserved = "measure_field"; break;
    default: return false;
  }
  return std::ranges::find(labels, reserved, &Pairs::value_type::first) != labels.end();
}

}  // namespace

bool compatible(const Authority& a, const Authority& b) {
  if (a == b) return true;
  return a.kind == b.kind && a.mode == b.mode && a.freshness == b.freshness && a.window == b.window &&
         a.kind == Kind::histogram && (a.open || b.open);
}

void soften(Descriptor& d) {
  d.description.firm = d.family.firm = d.priority.firm = d.unit.firm = d.is_float.firm = false;
}

/// Declares fields of a descriptor: all of them or, when one is firm and otherwise, none.
bool Model::say(const DescriptorPtr& descriptor, const InstrumentOptions& options, bool only_test) {
  auto& d = *descriptor;
  const auto text = [](const std::optional<std::string>& said) {
    return said ? std::optional{strip(*said)} : std::nullopt;
  };
  const auto fits = [](const auto& field, const auto& said) { return !said || !field.firm || field.value == *said; };
  if (!fits(d.description, text(options.description)) || !fits(d.family, text(options.chart_family)) ||
      !fits(d.priority, options.chart_priority) || !fits(d.unit, text(options.unit)) ||
      !fits(d.is_float, options.is_float))
    return false;
  if (only_test) return true;
  bool overruled = false;
  const bool passing = open_ && !live(d);
  const auto take = [&](auto& field, const auto& said) {
    if (!said || field.firm) return;
    overruled = overruled || (field.said && field.value != *said && held(d));
    field = {*said, true, true};
    if (passing) provisional_.emplace_back(descriptor, &field.firm);
  };
  take(d.description, text(options.description));
  take(d.family, text(options.chart_family));
  take(d.priority, options.chart_priority);
  take(d.unit, text(options.unit));
  take(d.is_float, options.is_float);
  if (overruled) lose(LossReason::sample_declaration_conflict);
  return true;
}

bool Model::held(const Descriptor& descriptor) const {
  const auto is = [&](const DescriptorPtr& other) { return other.get() == &descriptor; };
  return std::ranges::any_of(handles_, [&](const auto& handle) { return handle && is(handle->descriptor); }) ||
         std::ranges::any_of(vectors_, [&](const auto& vec) { return vec && is(vec->descriptor); }) ||
         std::ranges::any_of(lingering_, is);
}

bool Model::live(const Descriptor& descriptor) const {
  return std::ranges::any_of(series_, [&](const auto& one) { return one.descriptor.get() == &descriptor; });
}

/// Section 6.2.
DescriptorPtr Model::register_instrument(const Op& op) {
  const auto full = op.prefix.empty() ? op.name : op.name.empty() ? op.prefix : op.prefix + "." + op.name;
  const auto authority = authority_of(op);
  if (!authority) {
    lose(LossReason::sample_declaration_conflict);
    return nullptr;
  }
  const auto known = names_.find(full);
  DescriptorPtr registered = known == names_.end() ? nullptr : known->second.registered;
  if (registered && !compatible(registered->authority, *authority)) {
    if (!open_) {
      lose(LossReason::sample_declaration_conflict);
      return nullptr;
    }
    registered = nullptr;  // a provisional one beside it
  }
  DescriptorPtr mine;
  if (known != names_.end()) {
    for (const auto& one : known->second.descriptors) {
      if (one->authority == *authority) mine = one;
    }
  }
  if ((registered && !say(registered, op.options, true)) || (mine && !say(mine, op.options, true))) {
    lose(LossReason::sample_declaration_conflict);
    return nullptr;
  }
  auto& name = names_[full];
  if (!mine) {
    mine = std::make_shared<Descriptor>(Descriptor{.name = full, .authority = *authority});
    name.descriptors.push_back(mine);
  }
  if (registered && registered != mine && live(*registered)) (void)say(registered, op.options, false);
  (void)say(mine, op.options, false);
  if (!open_ && !name.registered) name.registered = mine;
  return mine;
}

Outcome Model::declare(const Op& op) {
  const bool vec = op.what == Do::declare_vec;
  if (vec)
    vectors_[op.slot].reset();
  else
    drop(op.slot);
  HostScope scope;
  bool usable = valid_labels(op.labels).has_value();
  bool scope_refused = false;
  if (op.scoped) {
    if (const auto clean = valid_scope(op.scope)) {
      scope = *clean;
    } else {
      lose(LossReason::sample_invalid_scope);
      scope_refused = true;
    }
  }
  if (vec) {
    Pairs keys;
    for (const auto& key : op.texts) keys.emplace_back(key, "");
    if (!valid_labels(keys)) return refuse(LossReason::sample_invalid_labels);
  }
  const auto descriptor = register_instrument(op);
  if (!descriptor) return Outcome::refused;
  if (scope_refused) return refuse(LossReason::sample_invalid_scope);
  if (vec) {
    Pairs all = op.labels;
    for (const auto& key : op.texts) all.emplace_back(key, "");
    vectors_[op.slot] = Vector{descriptor, op.labels, scope, op.texts, valid_labels(all).has_value()};
    return Outcome::done;
  }
  if (!usable) return refuse(LossReason::sample_invalid_labels);
  return hold(op.slot, {descriptor, *valid_labels(op.labels), scope});
}

Outcome Model::hold(int slot, Handle handle) {
  if (has_reserved_key(*handle.descriptor, handle.labels)) return refuse(LossReason::sample_invalid_labels);
  lingering_.push_back(handle.descriptor);
  handles_[slot] = std::move(handle);
  return Outcome::done;
}

Outcome Model::child(const Op& op) {
  if (!vectors_[op.from]) return Outcome::ignored;
  const auto vec = *vectors_[op.from];
  drop(op.slot);
  if (!vec.usable || op.texts.size() != vec.keys.size()) return refuse(LossReason::sample_invalid_labels);
  auto labels = vec.labels;
  for (std::size_t i = 0; i < vec.keys.size(); ++i) labels.emplace_back(vec.keys[i], op.texts[i]);
  return hold(op.slot, {vec.descriptor, *valid_labels(labels), vec.scope});
}

Outcome Model::derive(const Op& op) {
  if (!handles_[op.from] || op.from == op.slot) return Outcome::ignored;
  const auto from = *handles_[op.from];
  drop(op.slot);
  auto labels = from.labels;
  labels.insert(labels.end(), op.labels.begin(), op.labels.end());
  const auto all = valid_labels(labels);
  if (!all) return refuse(LossReason::sample_invalid_labels);
  return hold(op.slot, {from.descriptor, *all, from.scope});
}

void Model::drop(int slot) {
  auto& handle = handles_[slot];
  if (!handle) return;
  lingering_.push_back(handle->descriptor);
  const bool known = handle->scope.key.empty() && !handle->descriptor->authority.open;
  dropped_[slot] = Dropped{*handle, true, known};
  handle.reset();
}

}  // namespace cppd::model
