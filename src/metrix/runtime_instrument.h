// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What the program measures itself with: a meter of a RuntimeStore makes instruments, and each of their functions is a
/// write that is visible at once. They return false when the write was refused, which the ledger of the store counts.
/// Source: metrix contract 2, 8.
#pragma once

#include <cppd/metrix/instrument.h>
#include <cppd/metrix/runtime_store.h>

#include <array>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>

namespace cppd::metrix {

/// A handle of the collector store behind the lock of a runtime store. A refused one counts every use.
///
/// Threads   the same handle may be written, copied and destroyed by several threads; assigning to one is for its
///           owner alone.
/// Lifetime  must not outlive the store.
template <class Self, class Handle>
class RuntimeHandle {
 public:
  using Inner = Handle;
  RuntimeHandle() = default;
  /// `refusal` is what uses count as when `handle` is refused.
  RuntimeHandle(RuntimeStore& store, Handle handle, LossReason refusal)
      : store_{&store}, handle_{std::move(handle)}, refusal_{refusal} {}
  RuntimeHandle(const RuntimeHandle& other) : store_{other.store_}, refusal_{other.refusal_} {
    if (!other.handle_.refused()) handle_ = store_->change([&](Store&) { return other.handle_; });
  }
  RuntimeHandle(RuntimeHandle&& other) noexcept
      : store_{std::exchange(other.store_, nullptr)}, handle_{std::move(other.handle_)}, refusal_{other.refusal_} {}
  RuntimeHandle& operator=(RuntimeHandle other) noexcept {
    std::swap(store_, other.store_);
    std::swap(handle_, other.handle_);
    std::swap(refusal_, other.refusal_);
    return *this;
  }
  ~RuntimeHandle() {
    if (store_ && !handle_.refused()) store_->release(handle_);
  }

  [[nodiscard]] bool refused() const { return handle_.refused(); }
  /// The same instrument with further labels; each key once.
  [[nodiscard]] Self with(Labels labels) const {
    if (refused()) return static_cast<const Self&>(*this);
    auto made = store_->change([&](Store&) { return handle_.with(labels); });
    return Self{*store_, std::move(made), LossReason::sample_invalid_labels};
  }

 protected:
  template <class Act>
  bool write(Act act) const {
    if (!handle_.refused()) [[likely]]
      return store_->write(handle_.ref(), [&] { act(handle_); });
    if (store_) store_->refuse(Store::refusal_of(handle_.ref()).value_or(refusal_));
    return false;
  }

 private:
  RuntimeStore* store_ = nullptr;
  Handle handle_;
  LossReason refusal_ = LossReason::sample_declaration_conflict;
};

class RuntimeGauge : public RuntimeHandle<RuntimeGauge, StatefulGauge> {
 public:
  using RuntimeHandle::RuntimeHandle;
  bool set(double value) const {
    return write([&](const auto& gauge) { gauge.set(value); });
  }
  bool add(double delta) const {
    return write([&](const auto& gauge) { gauge.add(delta); });
  }
};

/// A negative delta is refused.
class RuntimeCounter : public RuntimeHandle<RuntimeCounter, StatefulCounter> {
 public:
  using RuntimeHandle::RuntimeHandle;
  bool add(double delta) const {
    return write([&](const auto& counter) { counter.add(delta); });
  }
};

class RuntimeHistogram : public RuntimeHandle<RuntimeHistogram, StatefulHistogram> {
 public:
  using RuntimeHandle::RuntimeHandle;
  bool observe(double value) const {
    return write([&](const auto& histogram) { histogram.observe(value); });
  }
};

class RuntimeSummary : public RuntimeHandle<RuntimeSummary, StatefulSummary> {
 public:
  using RuntimeHandle::RuntimeHandle;
  bool observe(double value) const {
    return write([&](const auto& summary) { summary.observe(value); });
  }
};

class RuntimeStateSet : public RuntimeHandle<RuntimeStateSet, StateSet> {
 public:
  using RuntimeHandle::RuntimeHandle;
  bool observe(std::span<const StateValue> states) const {
    return write([&](const auto& set) { set.observe(states); });
  }
  bool observe(std::initializer_list<StateValue> states) const { return observe(std::span{states}); }
  bool enable(std::span<const std::string_view> states) const {
    return write([&](const auto& set) { set.enable(states); });
  }
  bool enable(std::initializer_list<std::string_view> states) const { return enable(std::span{states}); }
};

/// What measure sets of counters and of gauges can both do.
template <class Self, class Handle>
class RuntimeMeasureSet : public RuntimeHandle<Self, Handle> {
 public:
  using RuntimeHandle<Self, Handle>::RuntimeHandle;
  bool add_point(std::span<const double> deltas) const {
    return this->write([&](const auto& set) { set.add_point(deltas); });
  }
  bool add_point(std::initializer_list<double> deltas) const { return add_point(std::span{deltas}); }
  bool add_fields(std::span<const FieldValue> deltas) const {
    return this->write([&](const auto& set) { set.add_fields(deltas); });
  }
  bool add_fields(std::initializer_list<FieldValue> deltas) const { return add_fields(std::span{deltas}); }
  bool add_field(std::string_view field, double delta) const {
    return this->write([&](const auto& set) { set.add_field(field, delta); });
  }
};

class RuntimeMeasureCounter : public RuntimeMeasureSet<RuntimeMeasureCounter, StatefulMeasureCounter> {
 public:
  using RuntimeMeasureSet::RuntimeMeasureSet;
};

class RuntimeMeasureGauge : public RuntimeMeasureSet<RuntimeMeasureGauge, StatefulMeasureGauge> {
 public:
  using RuntimeMeasureSet::RuntimeMeasureSet;
  bool set_point(std::span<const double> values) const {
    return write([&](const auto& set) { set.set_point(values); });
  }
  bool set_point(std::initializer_list<double> values) const { return set_point(std::span{values}); }
  bool set_fields(std::span<const FieldValue> fields) const {
    return write([&](const auto& set) { set.set_fields(fields); });
  }
  bool set_fields(std::initializer_list<FieldValue> fields) const { return set_fields(std::span{fields}); }
  /// The other fields stay as they are, or are 0.
  bool set_field(std::string_view field, double value) const {
    return write([&](const auto& set) { set.set_field(field, value); });
  }
};

/// Series of one name told apart by label values.
///
/// Threads   safe from any thread.
/// Cost      a child costs two turns of the lock and a hash: keep it where it is written often.
template <class Handle, std::size_t N>
class RuntimeVec {
 public:
  RuntimeVec() = default;
  RuntimeVec(RuntimeStore& store, std::unique_ptr<VecCore> core) : store_{&store}, core_{std::move(core)} {}
  RuntimeVec(RuntimeVec&&) noexcept = default;
  RuntimeVec& operator=(RuntimeVec&& other) noexcept {
    std::swap(store_, other.store_);
    std::swap(core_, other.core_);
    return *this;
  }
  ~RuntimeVec() {
    if (core_) store_->release(core_);
  }

  /// The child with these label values, in the order of the keys.
  template <class... Values>
    requires(sizeof...(Values) == N)
  [[nodiscard]] Handle operator()(const Values&... values) const {
    const std::array<std::string_view, N> list{std::string_view{values}...};
    return at(list);
  }
  /// Refused when there are not as many values as keys.
  [[nodiscard]] Handle at(std::span<const std::string_view> values) const {
    using Inner = typename Handle::Inner;
    if (!core_) return store_ ? Handle{*store_, Inner{}, LossReason::sample_declaration_conflict} : Handle{};
    auto made = store_->change([&](Store& store) {
      const auto ref = core_->child(values);
      return ref.index == 0 ? Inner{} : Inner{store, ref};
    });
    return Handle{*store_, std::move(made), LossReason::sample_invalid_labels};
  }

 private:
  RuntimeStore* store_ = nullptr;
  std::unique_ptr<VecCore> core_;
};

class RuntimeMeter;

/// The way from label names to a vector of one kind.
///
/// Borrows   the meter and the name: to be used in the expression that makes it.
template <std::size_t N>
class RuntimeVecMaker {
 public:
  RuntimeVecMaker(const RuntimeMeter& meter, std::string_view name, const LabelNames<N>& keys)
      : meter_{meter}, name_{name}, keys_{keys} {}

  using Options = InstrumentOptions;
  [[nodiscard]] auto gauge(const Options& options = {}) const { return make<RuntimeGauge>(Kind::gauge, options); }
  [[nodiscard]] auto counter(const Options& options = {}) const { return make<RuntimeCounter>(Kind::counter, options); }
  [[nodiscard]] auto histogram(const Options& options = {}) const {
    return make<RuntimeHistogram>(Kind::histogram, options);
  }
  [[nodiscard]] auto summary(const Options& options = {}) const { return make<RuntimeSummary>(Kind::summary, options); }
  [[nodiscard]] auto state_set(const Options& options = {}) const {
    return make<RuntimeStateSet>(Kind::stateset, options);
  }
  [[nodiscard]] auto measure_gauge(const Options& options = {}) const {
    return make<RuntimeMeasureGauge>(Kind::measureset, options);
  }
  [[nodiscard]] auto measure_counter(const Options& options = {}) const {
    return make<RuntimeMeasureCounter>({Kind::measureset, true}, options);
  }

 private:
  template <class Handle>
  [[nodiscard]] RuntimeVec<Handle, N> make(InstrumentKind kind, const Options& options) const;

  const RuntimeMeter& meter_;
  std::string_view name_;
  LabelNames<N> keys_;
};

/// Makes the instruments of a runtime store. All options of a stateful meter hold, but for a freshness other than
/// committed and a window of one cycle, which are refused.
///
/// Threads   safe from any thread.
/// Lifetime  must not outlive the store.
class RuntimeMeter {
 public:
  explicit RuntimeMeter(RuntimeStore& store)
      : store_{&store}, meter_{store.change([](Store& inner) { return StatefulMeter{inner}; })} {}

  /// The first declaration that was refused through this meter or one derived from it.
  [[nodiscard]] std::optional<Error> error() const {
    return store_->change([&](Store&) { return meter_.error(); });
  }
  /// A meter whose names begin with `prefix` and a dot.
  [[nodiscard]] RuntimeMeter prefixed(std::string_view prefix) const {
    return derive([&] { return meter_.prefixed(prefix); });
  }
  [[nodiscard]] RuntimeMeter with_labels(Labels labels) const {
    return derive([&] { return meter_.with_labels(labels); });
  }
  /// A scope has one host: what is said last of a key holds for all its series.
  [[nodiscard]] RuntimeMeter with_host_scope(const HostScope& scope) const {
    return derive([&] { return meter_.with_host_scope(scope); });
  }

  using Options = InstrumentOptions;
  using Name = std::string_view;
  [[nodiscard]] RuntimeGauge gauge(Name name, const Options& options = {}) const {
    return make<RuntimeGauge>([&] { return meter_.gauge(name, options); });
  }
  [[nodiscard]] RuntimeCounter counter(Name name, const Options& options = {}) const {
    return make<RuntimeCounter>([&] { return meter_.counter(name, options); });
  }
  [[nodiscard]] RuntimeHistogram histogram(Name name, const Options& options = {}) const {
    return make<RuntimeHistogram>([&] { return meter_.histogram(name, options); });
  }
  [[nodiscard]] RuntimeSummary summary(Name name, const Options& options = {}) const {
    return make<RuntimeSummary>([&] { return meter_.summary(name, options); });
  }
  [[nodiscard]] RuntimeStateSet state_set(Name name, const Options& options = {}) const {
    return make<RuntimeStateSet>([&] { return meter_.state_set(name, options); });
  }
  [[nodiscard]] RuntimeMeasureGauge measure_gauge(Name name, const Options& options = {}) const {
    return make<RuntimeMeasureGauge>([&] { return meter_.measure_gauge(name, options); });
  }
  [[nodiscard]] RuntimeMeasureCounter measure_counter(Name name, const Options& options = {}) const {
    return make<RuntimeMeasureCounter>([&] { return meter_.measure_counter(name, options); });
  }

  /// A gauge that is there, and 0, before anything is measured.
  [[nodiscard]] RuntimeGauge seeded_gauge(Name name, const Options& options = {}) const {
    auto made = gauge(name, options);
    made.set(0);
    return made;
  }
  /// A counter that is there before anything is counted; it keeps the total that it has.
  [[nodiscard]] RuntimeCounter seeded_counter(Name name, const Options& options = {}) const {
    auto made = counter(name, options);
    made.add(0);
    return made;
  }

  /// Series told apart by label values: `meter.vec("requests_total", {"method"}).counter()` makes a vector, and
  /// `vector("GET").add(1)` writes one of its series.
  [[nodiscard]] RuntimeVecMaker<0> vec(Name name, const LabelNames<0>& keys) const { return {*this, name, keys}; }
  [[nodiscard]] RuntimeVecMaker<1> vec(Name name, const LabelNames<1>& keys) const { return {*this, name, keys}; }
  [[nodiscard]] RuntimeVecMaker<2> vec(Name name, const LabelNames<2>& keys) const { return {*this, name, keys}; }
  [[nodiscard]] RuntimeVecMaker<3> vec(Name name, const LabelNames<3>& keys) const { return {*this, name, keys}; }
  [[nodiscard]] RuntimeVecMaker<4> vec(Name name, const LabelNames<4>& keys) const { return {*this, name, keys}; }
  [[nodiscard]] RuntimeVecMaker<5> vec(Name name, const LabelNames<5>& keys) const { return {*this, name, keys}; }
  [[nodiscard]] RuntimeVecMaker<6> vec(Name name, const LabelNames<6>& keys) const { return {*this, name, keys}; }

 private:
  template <std::size_t N>
  friend class RuntimeVecMaker;
  RuntimeMeter(RuntimeStore& store, StatefulMeter meter) : store_{&store}, meter_{std::move(meter)} {}

  template <class Fn>
  [[nodiscard]] RuntimeMeter derive(Fn fn) const {
    return {*store_, store_->change([&](Store&) { return fn(); })};
  }
  template <class Handle, class Fn>
  [[nodiscard]] Handle make(Fn fn) const {
    return {*store_, store_->change([&](Store&) { return fn(); }), LossReason::sample_declaration_conflict};
  }
  RuntimeStore* store_;
  StatefulMeter meter_;
};

template <std::size_t N>
template <class Handle>
RuntimeVec<Handle, N> RuntimeVecMaker<N>::make(InstrumentKind kind, const Options& options) const {
  const auto& keys = keys_.all();
  auto core = meter_.store_->change(
      [&](Store&) { return meter_.meter_.vec_core(name_, kind, {keys.begin(), keys.end()}, options); });
  return {*meter_.store_, std::move(core).value_or(nullptr)};
}

}  // namespace cppd::metrix
