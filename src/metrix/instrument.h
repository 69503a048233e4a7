// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What a collector author writes with: meters make instruments, instruments are observed.
///
/// A refused declaration gives a handle that counts every use under a reason in the ledger; Meter::error() tells the
/// first refusal, and a job whose instruments were refused while it was made does not start. Source: metrix contract
/// sections 2 to 4.
#pragma once

#include <cppd/metrix/handle.h>
#include <cppd/metrix/label_names.h>
#include <cppd/metrix/structured.h>

#include <expected>
#include <memory>

namespace cppd::metrix {

/// A gauge of a snapshot meter. Observing twice in a cycle: the last value stays.
class Gauge : public Instrument {
 public:
  using Instrument::Instrument;
  /// Unit      the metric's own. Not finite: refused and counted.
  void observe(double value) const {
    if (store_) [[likely]]
      store_->observe(ref_, value);
  }
  /// This gauge with further labels; each key once.
  [[nodiscard]] Gauge with(Labels labels) const { return derive<Gauge>(labels); }
};

/// A counter of a snapshot meter: the source states its total.
class Counter : public Instrument {
 public:
  using Instrument::Instrument;
  void observe_total(double total) const {
    if (store_) [[likely]]
      store_->observe(ref_, total);
  }
  [[nodiscard]] Counter with(Labels labels) const { return derive<Counter>(labels); }
};

/// A gauge whose value lives in the store.
class StatefulGauge : public Instrument {
 public:
  using Instrument::Instrument;
  void set(double value) const {
    if (store_) store_->observe(ref_, value);
  }
  /// Adds to what was set in this cycle, else to the committed value, else to 0.
  void add(double delta) const {
    if (store_) store_->add(ref_, delta);
  }
  [[nodiscard]] StatefulGauge with(Labels labels) const { return derive<StatefulGauge>(labels); }
};

/// A counter whose total lives in the store. A negative delta is refused.
class StatefulCounter : public Instrument {
 public:
  using Instrument::Instrument;
  void add(double delta) const {
    if (store_) store_->add(ref_, delta);
  }
  [[nodiscard]] StatefulCounter with(Labels labels) const { return derive<StatefulCounter>(labels); }
};

/// Series of one descriptor told apart by label values; made when first asked for, forgotten when they expire.
///
/// Cost      a known child costs one hash of its values.
class VecCore {
 public:
  VecCore(Store& store, DescriptorId descriptor, std::shared_ptr<const HostScope> host,
          std::vector<std::pair<std::string, std::string>> fixed, std::vector<std::string> keys);

  /// Empty reference when the number of values is wrong or a key is there twice.
  [[nodiscard]] SeriesRef child(std::span<const std::string_view> values);
  [[nodiscard]] Store& store() { return store_; }
  /// Children that are remembered; the others are forgotten when half of them may have expired.
  [[nodiscard]] std::size_t remembered() const { return children_.size(); }

 private:
  struct Child {
    std::string values;  // each preceded by its length
    SeriesRef ref;
  };
  void forget_stale();
  [[nodiscard]] SeriesRef make(std::span<const std::string_view> values);
  [[nodiscard]] bool claims(SeriesRef ref) const;

  Store& store_;
  DescriptorPin descriptor_;
  std::shared_ptr<const HostScope> host_;  // null: the default scope
  ClaimId claim_{};                        // what it says of the host; good while the serial is
  std::uint32_t claim_serial_ = 0;
  std::vector<std::pair<std::string, std::string>> fixed_;  // labels of the meter
  std::vector<std::string> keys_;
  bool usable_ = true;
  boost::unordered_flat_map<std::uint64_t, std::vector<Child>> children_;  // by hash of the values
  std::uint64_t swept_deaths_ = 0;  // deaths in the store when stale children were last forgotten
  std::string scratch_;
};

template <class Handle, std::size_t N>
class Vec {
 public:
  Vec() = default;
  explicit Vec(std::unique_ptr<VecCore> core) : core_{std::move(core)} {}
  /// A refused one: each of its children is `refused`.
  explicit Vec(Handle refused) : refused_{std::move(refused)} {}

  /// The child with these label values, in the order of the keys.
  template <class... Values>
    requires(sizeof...(Values) == N)
  [[nodiscard]] Handle operator()(const Values&... values) const {
    const std::array<std::string_view, N> list{std::string_view{values}...};
    return at(list);
  }
  [[nodiscard]] Handle at(std::span<const std::string_view> values) const {
    if (!core_) return refused_;
    const auto ref = core_->child(values);
    return ref.index == 0 ? Handle{} : Handle{core_->store(), ref};
  }
  [[nodiscard]] std::size_t remembered() const { return core_ ? core_->remembered() : 0; }

 private:
  std::unique_ptr<VecCore> core_;
  Handle refused_;
};

/// What all meters share: prefix, labels and host scope of the instruments they make.
class Meter {
 public:
  Meter(Store& store, Mode mode) : store_{&store}, mode_{mode} {}

  /// The first declaration that was refused through this meter or one derived from it.
  [[nodiscard]] const std::optional<Error>& error() const { return *error_; }
  [[nodiscard]] Store& store() const { return *store_; }

  [[nodiscard]] Result<DescriptorId> declare(std::string_view name, InstrumentKind kind,
                                             const InstrumentOptions& options) const;
  /// A handle for a plain instrument of the meter; refused when the declaration or the labels are.
  [[nodiscard]] SeriesRef plain(std::string_view name, InstrumentKind kind, const InstrumentOptions& options) const;
  /// The core of a vector. Errors    counted, under the reason that uses of the vector count as well.
  [[nodiscard]] std::expected<std::unique_ptr<VecCore>, LossReason> vec_core(std::string_view name, InstrumentKind kind,
                                                                             std::vector<std::string> keys,
                                                                             const InstrumentOptions& options) const;

 protected:
  void set_prefix(std::string_view prefix) { prefix_ = prefix; }
  void add_labels(Labels labels);
  void set_scope(const HostScope& scope);

 private:
  void refuse(Error error) const;
  [[nodiscard]] bool scope_usable(std::string_view name) const;

  Store* store_;
  Mode mode_;
  std::string prefix_;
  std::vector<std::pair<std::string, std::string>> labels_;  // sorted by key
  std::shared_ptr<const HostScope> host_;                    // null: the default scope
  bool usable_ = true;
  bool scope_refused_ = false;
  std::shared_ptr<std::optional<Error>> error_ = std::make_shared<std::optional<Error>>();
};

/// The handles of the two modes.
struct SnapshotHandles {
  using GaugeHandle = metrix::Gauge;
  using CounterHandle = metrix::Counter;
  using HistogramHandle = metrix::Histogram;
  using SummaryHandle = metrix::Summary;
  using MeasureGaugeHandle = metrix::MeasureSet;
  using MeasureCounterHandle = metrix::MeasureCounter;
};
struct StatefulHandles {
  using GaugeHandle = StatefulGauge;
  using CounterHandle = StatefulCounter;
  using HistogramHandle = StatefulHistogram;
  using SummaryHandle = StatefulSummary;
  using MeasureGaugeHandle = StatefulMeasureGauge;
  using MeasureCounterHandle = StatefulMeasureCounter;
};

/// The way from label names to a vector of one kind.
///
/// Borrows   the meter and the name: to be used in the expression that makes it.
template <class Handles, std::size_t N>
class VecMaker {
 public:
  VecMaker(const Meter& meter, std::string_view name, const LabelNames<N>& keys)
      : meter_{meter}, name_{name}, keys_{keys} {}

  [[nodiscard]] auto gauge(const InstrumentOptions& options = {}) const {
    return make<typename Handles::GaugeHandle>(Kind::gauge, options);
  }
  [[nodiscard]] auto counter(const InstrumentOptions& options = {}) const {
    return make<typename Handles::CounterHandle>(Kind::counter, options);
  }
  [[nodiscard]] auto histogram(const InstrumentOptions& options = {}) const {
    return make<typename Handles::HistogramHandle>(Kind::histogram, options);
  }
  [[nodiscard]] auto summary(const InstrumentOptions& options = {}) const {
    return make<typename Handles::SummaryHandle>(Kind::summary, options);
  }
  [[nodiscard]] auto state_set(const InstrumentOptions& options = {}) const {
    return make<StateSet>(Kind::stateset, options);
  }
  [[nodiscard]] auto measure_gauge(const InstrumentOptions& options = {}) const {
    return make<typename Handles::MeasureGaugeHandle>(Kind::measureset, options);
  }
  [[nodiscard]] auto measure_counter(const InstrumentOptions& options = {}) const {
    return make<typename Handles::MeasureCounterHandle>({Kind::measureset, true}, options);
  }

 private:
  template <class Handle>
  [[nodiscard]] Vec<Handle, N> make(InstrumentKind kind, const InstrumentOptions& options) const {
    const auto& keys = keys_.all();
    auto core = meter_.vec_core(name_, kind, {keys.begin(), keys.end()}, options);
    if (!core) return Vec<Handle, N>{Handle{meter_.store(), Store::refusal(core.error())}};
    return Vec<Handle, N>{std::move(*core)};
  }
  const Meter& meter_;
  std::string_view name_;
  LabelNames<N> keys_;
};

/// Derives meters and makes instruments; `Handles` are those of its mode.
template <class Self, class Handles>
class TypedMeter : public Meter {
 public:
  /// A meter whose names begin with `prefix` and a dot.
  [[nodiscard]] Self prefixed(std::string_view prefix) const {
    return changed([&](Self& m) { m.set_prefix(prefix); });
  }
  [[nodiscard]] Self with_labels(Labels labels) const {
    return changed([&](Self& m) { m.add_labels(labels); });
  }
  [[nodiscard]] Self with_host_scope(const HostScope& scope) const {
    return changed([&](Self& m) { m.set_scope(scope); });
  }

  using GaugeHandle = typename Handles::GaugeHandle;
  using CounterHandle = typename Handles::CounterHandle;
  using HistogramHandle = typename Handles::HistogramHandle;
  using SummaryHandle = typename Handles::SummaryHandle;
  using MeasureGaugeHandle = typename Handles::MeasureGaugeHandle;
  using MeasureCounterHandle = typename Handles::MeasureCounterHandle;

  [[nodiscard]] GaugeHandle gauge(std::string_view name, const InstrumentOptions& options = {}) const {
    return make<GaugeHandle>(plain(name, Kind::gauge, options));
  }
  [[nodiscard]] CounterHandle counter(std::string_view name, const InstrumentOptions& options = {}) const {
    return make<CounterHandle>(plain(name, Kind::counter, options));
  }
  /// Structured kinds: the schema is in the options, `meter.histogram("latency", {.bounds = {1, 2, 5}})`.
  [[nodiscard]] HistogramHandle histogram(std::string_view name, const InstrumentOptions& options = {}) const {
    return make<HistogramHandle>(plain(name, Kind::histogram, options));
  }
  [[nodiscard]] SummaryHandle summary(std::string_view name, const InstrumentOptions& options = {}) const {
    return make<SummaryHandle>(plain(name, Kind::summary, options));
  }
  [[nodiscard]] StateSet state_set(std::string_view name, const InstrumentOptions& options = {}) const {
    return make<StateSet>(plain(name, Kind::stateset, options));
  }
  [[nodiscard]] MeasureGaugeHandle measure_gauge(std::string_view name, const InstrumentOptions& options = {}) const {
    return make<MeasureGaugeHandle>(plain(name, Kind::measureset, options));
  }
  [[nodiscard]] MeasureCounterHandle measure_counter(std::string_view name,
                                                     const InstrumentOptions& options = {}) const {
    return make<MeasureCounterHandle>(plain(name, {Kind::measureset, true}, options));
  }

  /// Series told apart by label values: `meter.vec("disk_io_bytes", {"disk"}).counter()` makes a vector, and
  /// `vector("sda").observe_total(1)` writes one of its series.
  [[nodiscard]] VecMaker<Handles, 0> vec(std::string_view name, const LabelNames<0>& keys) const {
    return {*this, name, keys};
  }
  [[nodiscard]] VecMaker<Handles, 1> vec(std::string_view name, const LabelNames<1>& keys) const {
    return {*this, name, keys};
  }
  [[nodiscard]] VecMaker<Handles, 2> vec(std::string_view name, const LabelNames<2>& keys) const {
    return {*this, name, keys};
  }
  [[nodiscard]] VecMaker<Handles, 3> vec(std::string_view name, const LabelNames<3>& keys) const {
    return {*this, name, keys};
  }
  [[nodiscard]] VecMaker<Handles, 4> vec(std::string_view name, const LabelNames<4>& keys) const {
    return {*this, name, keys};
  }
  [[nodiscard]] VecMaker<Handles, 5> vec(std::string_view name, const LabelNames<5>& keys) const {
    return {*this, name, keys};
  }
  [[nodiscard]] VecMaker<Handles, 6> vec(std::string_view name, const LabelNames<6>& keys) const {
    return {*this, name, keys};
  }

 protected:
  using Meter::Meter;

 private:
  template <class Change>
  [[nodiscard]] Self changed(Change change) const {
    Self copy = static_cast<const Self&>(*this);
    change(copy);
    return copy;
  }
  template <class Handle>
  [[nodiscard]] Handle make(SeriesRef ref) const {
    return Handle{store(), ref};
  }
};

class SnapshotMeter : public TypedMeter<SnapshotMeter, SnapshotHandles> {
 public:
  explicit SnapshotMeter(Store& store) : TypedMeter{store, Mode::snapshot} {}
  friend TypedMeter;
};

class StatefulMeter : public TypedMeter<StatefulMeter, StatefulHandles> {
 public:
  explicit StatefulMeter(Store& store) : TypedMeter{store, Mode::stateful} {}

  /// A gauge that is 0 from the start: writes, so a cycle is open.
  [[nodiscard]] StatefulGauge seeded_gauge(std::string_view name, const InstrumentOptions& options = {}) const {
    auto made = gauge(name, options);
    made.set(0);
    return made;
  }
  /// A counter that is there from the start, with the total that it had.
  [[nodiscard]] StatefulCounter seeded_counter(std::string_view name, const InstrumentOptions& options = {}) const {
    auto made = counter(name, options);
    made.add(0);
    return made;
  }
  friend TypedMeter;
};

}  // namespace cppd::metrix
