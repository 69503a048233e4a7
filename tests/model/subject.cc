// SPDX-License-Identifier: GPL-3.0-or-later
#include "subject.h"

#include <cppd/base/internal_error.h>

#include <algorithm>

namespace cppd::model {

using namespace metrix;

namespace {

std::vector<Label> views(const Pairs& labels) {
  std::vector<Label> made;
  for (const auto& [key, value] : labels) made.push_back({key, value});
  return made;
}
std::vector<std::string_view> views(const std::vector<std::string>& texts) { return {texts.begin(), texts.end()}; }

std::vector<FieldValue> field_values(const Op& op) {
  std::vector<FieldValue> made;
  for (std::size_t i = 0; i < op.texts.size(); ++i) made.push_back({op.texts[i], op.numbers[i]});
  return made;
}

StoreOptions mutated(StoreOptions options, Mutant mutant) {
  auto& expire = options.expire_after_success_cycles;
  if (mutant != Mutant::late_expiry || expire == 0) return options;
  if (!options.descriptor_grace_cycles) options.descriptor_grace_cycles = expire;
  ++expire;
  return options;
}

Outcome outcome(bool staged) { return staged ? Outcome::done : Outcome::refused; }

/// One write through a handle of any kind.
struct Writer {
  const Op& op;
  [[nodiscard]] double number() const { return op.numbers.front(); }

  Outcome operator()(const std::monostate&) const { return Outcome::ignored; }
  Outcome operator()(const Gauge& h) const { return h.observe(number()), Outcome::unsaid; }
  Outcome operator()(const Counter& h) const { return h.observe_total(number()), Outcome::unsaid; }
  Outcome operator()(const StatefulGauge& h) const {
    if (op.what == Do::add)
      h.add(number());
    else
      h.set(number());
    return Outcome::unsaid;
  }
  Outcome operator()(const StatefulCounter& h) const { return h.add(number()), Outcome::unsaid; }
  Outcome operator()(const Histogram& h) const {
    std::vector<HistogramBucket> buckets;
    for (std::size_t i = 2; i + 1 < op.numbers.size(); i += 2) buckets.push_back({op.numbers[i], op.numbers[i + 1]});
    return outcome(h.observe_point({.count = op.numbers[0], .sum = op.numbers[1], .buckets = buckets}));
  }
  Outcome operator()(const StatefulHistogram& h) const { return outcome(h.observe(number())); }
  Outcome operator()(const Summary& h) const {
    std::vector<SummaryQuantile> quantiles;
    for (std::size_t i = 2; i + 1 < op.numbers.size(); i += 2) quantiles.push_back({op.numbers[i], op.numbers[i + 1]});
    return outcome(h.observe_point({.count = op.numbers[0], .sum = op.numbers[1], .quantiles = quantiles}));
  }
  Outcome operator()(const StatefulSummary& h) const { return outcome(h.observe(number())); }
  Outcome operator()(const StateSet& h) const {
    if (op.what == Do::enable) return outcome(h.enable(views(op.texts)));
    std::vector<StateValue> states;
    for (std::size_t i = 0; i < op.texts.size(); ++i) states.push_back({op.texts[i], op.numbers[i] != 0});
    return outcome(h.observe(states));
  }
  Outcome operator()(const MeasureSet& h) const {
    if (op.what == Do::fields) return outcome(h.observe_fields(field_values(op)));
    return outcome(h.observe_point(op.numbers));
  }
  Outcome operator()(const MeasureCounter& h) const {
    if (op.what == Do::fields) return outcome(h.observe_total_fields(field_values(op)));
    return outcome(h.observe_total_point(op.numbers));
  }
  Outcome operator()(const StatefulMeasureGauge& h) const {
    switch (op.what) {
      case Do::point: return outcome(h.set_point(op.numbers));
      case Do::fields: return outcome(h.set_fields(field_values(op)));
      case Do::set_field: return outcome(h.set_field(op.texts.front(), number()));
      default: return added(h);
    }
  }
  Outcome operator()(const StatefulMeasureCounter& h) const { return added(h); }

  [[nodiscard]] Outcome added(const auto& h) const {
    switch (op.what) {
      case Do::add_point: return outcome(h.add_point(op.numbers));
      case Do::add_fields: return outcome(h.add_fields(field_values(op)));
      default: return outcome(h.add_field(op.texts.front(), number()));
    }
  }
};

}  // namespace

Subject::Subject(const StoreOptions& options, Mutant mutant, std::uint64_t mutant_seed)
    : options_{options}, mutant_{mutant}, seeded_{mutant_seed % 3}, store_{mutated(options, mutant), &ledger_} {}

std::uint64_t Subject::retention_window() const {
  const auto window = store_.descriptor_retention_window();
  const bool late = mutant_ == Mutant::late_expiry && options_.expire_after_success_cycles > 0;
  return late ? window - 1 : window;
}

Outcome Subject::apply(const Op& op) {
  switch (op.what) {
    case Do::begin:
    case Do::commit:
    case Do::abort: return cycle(op.what);
    case Do::declare:
    case Do::declare_vec: return declare(op);
    case Do::child: return child(op);
    case Do::drop: return drop(op.slot), Outcome::done;
    case Do::drop_vec: return vectors_[op.slot].core.reset(), Outcome::done;
    case Do::observe_ref: return outcome(store_.observe(dropped_[op.slot], op.numbers.front()));
    case Do::derive: {
      drop(op.slot);
      const auto labels = views(op.labels);
      return hold(op.slot, std::visit(
                               [&](const auto& handle) -> Handle {
                                 if constexpr (requires { handle.with(labels); })
                                   return handle.with(labels);
                                 else
                                   return {};
                               },
                               handles_[op.from]));
    }
    case Do::copy: return drop(op.slot), hold(op.slot, handles_[op.from]);
    default: return write(op);
  }
}

Outcome Subject::cycle(Do what) {
  try {
    if (what == Do::begin)
      store_.begin();
    else if (what == Do::commit)
      store_.commit();
    else
      store_.abort();
  } catch (const InternalError&) {
    return Outcome::thrown;
  }
  return Outcome::done;
}

Outcome Subject::write(const Op& op) {
  if (op.what == Do::retract) {
    const auto ref = std::visit(
        [](const auto& handle) {
          if constexpr (requires { handle.ref(); })
            return handle.ref();
          else
            return SeriesRef{};
        },
        handles_[op.slot]);
    try {
      store_.retract({&ref, 1});
    } catch (const InternalError&) {
      return Outcome::thrown;
    }
    return Outcome::done;
  }
  if (mutant_ == Mutant::lost_sample && store_.cycle_open() && at_place()) return Outcome::unsaid;
  return std::visit(Writer{op}, handles_[op.slot]);
}

Outcome Subject::hold(int slot, Handle handle) {
  const bool refused = std::visit(
      [](const auto& one) {
        if constexpr (requires { one.refused(); })
          return one.refused();
        else
          return true;
      },
      handle);
  if (refused) return Outcome::refused;
  handles_[slot] = std::move(handle);
  return Outcome::done;
}

void Subject::drop(int slot) {
  auto& handle = handles_[slot];
  std::visit(
      [&](const auto& one) {
        if constexpr (requires { one.ref(); }) dropped_[slot] = one.ref();
      },
      handle);
  if (mutant_ == Mutant::kept_handle && handle.index() != 0 && at_place()) kept_.push_back(handle);
  handle = {};
}

Outcome Subject::declare(const Op& op) {
  if (op.what == Do::declare)
    drop(op.slot);
  else
    vectors_[op.slot].core.reset();
  if (op.mode == Mode::snapshot) return declare_with(SnapshotMeter{store_}, op);
  return declare_with(StatefulMeter{store_}, op);
}

template <class Meter>
Outcome Subject::declare_with(Meter meter, const Op& op) {
  if (!op.prefix.empty()) meter = meter.prefixed(op.prefix);
  if (!op.labels.empty()) meter = meter.with_labels(views(op.labels));
  if (op.scoped) meter = meter.with_host_scope(op.scope);
  if (op.what == Do::declare_vec) {
    vectors_[op.slot] = {meter.vec_core(op.name, {op.kind, op.counter_fields}, op.texts, op.options).value_or(nullptr),
                         op};
    return outcome(vectors_[op.slot].core != nullptr);
  }
  switch (op.kind) {
    case Kind::gauge: return hold(op.slot, meter.gauge(op.name, op.options));
    case Kind::counter: return hold(op.slot, meter.counter(op.name, op.options));
    case Kind::histogram: return hold(op.slot, meter.histogram(op.name, op.options));
    case Kind::summary: return hold(op.slot, meter.summary(op.name, op.options));
    case Kind::stateset: return hold(op.slot, meter.state_set(op.name, op.options));
    default: break;
  }
  if (op.counter_fields) return hold(op.slot, meter.measure_counter(op.name, op.options));
  return hold(op.slot, meter.measure_gauge(op.name, op.options));
}

Outcome Subject::child(const Op& op) {
  drop(op.slot);
  auto& vec = vectors_[op.from];
  const auto ref = vec.core->child(views(op.texts));
  if (ref.index == 0) return Outcome::refused;
  const auto& declared = vec.declared;
  const bool stateful = declared.mode == Mode::stateful;
  switch (declared.kind) {
    case Kind::gauge:
      if (stateful) return hold(op.slot, StatefulGauge{store_, ref});
      return hold(op.slot, Gauge{store_, ref});
    case Kind::counter:
      if (stateful) return hold(op.slot, StatefulCounter{store_, ref});
      return hold(op.slot, Counter{store_, ref});
    case Kind::histogram:
      if (stateful) return hold(op.slot, StatefulHistogram{store_, ref});
      return hold(op.slot, Histogram{store_, ref});
    case Kind::summary:
      if (stateful) return hold(op.slot, StatefulSummary{store_, ref});
      return hold(op.slot, Summary{store_, ref});
    case Kind::stateset: return hold(op.slot, StateSet{store_, ref});
    default: break;
  }
  if (declared.counter_fields) {
    if (stateful) return hold(op.slot, StatefulMeasureCounter{store_, ref});
    return hold(op.slot, MeasureCounter{store_, ref});
  }
  if (stateful) return hold(op.slot, StatefulMeasureGauge{store_, ref});
  return hold(op.slot, MeasureSet{store_, ref});
}

std::vector<Shown> Subject::read(const ReadOptions& options) {
  const Reader reader{store_, options};
  std::vector<Shown> all;
  std::vector<Label> labels;
  for (const auto id : reader.series()) {
    Shown one{id, std::string{reader.name(id)}, {}, reader.value(id), reader.delta(id), reader.meta(id)};
    reader.labels(id, labels);
    for (const auto& label : labels) one.labels.emplace_back(label.key, label.value);
    all.push_back(std::move(one));
  }
  if (mutant_ == Mutant::wrong_order && all.size() > 1 && at_place()) std::swap(all[0], all[1]);
  return all;
}

}  // namespace cppd::model
