// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Instruments of structured metrics: histograms, summaries, state sets and measure sets. Made by the meters of
/// instrument.h. A point that breaks the schema of its instrument is refused as a whole and counted.
/// Source: metrix contract 2.6 to 2.9.
#pragma once

#include <cppd/metrix/handle.h>

#include <initializer_list>
#include <span>
#include <string_view>

namespace cppd::metrix {

struct HistogramBucket {
  double upper_bound;
  double cumulative_count;
};
/// Borrows   `buckets` for the call. A last bucket with the bound +Inf is allowed and says nothing new.
struct HistogramPoint {
  double count = 0;
  double sum = 0;
  std::span<const HistogramBucket> buckets{};
};

struct SummaryQuantile {
  double quantile;
  double value;  ///< may be NaN: a gap
};
/// Borrows   `quantiles` for the call; in any order.
struct SummaryPoint {
  double count = 0;
  double sum = 0;
  std::span<const SummaryQuantile> quantiles{};
};

struct StateValue {
  std::string_view state;
  bool on;
};
struct FieldValue {
  std::string_view field;
  double value;
};

/// What handles of structured series share. True from their functions: the point is staged.
///
/// Threads   confined to the shard of the store.
/// Cost      a known series: a look at the point and a store per part; nothing is allocated.
class StructuredInstrument : public Instrument {
 public:
  StructuredInstrument() = default;
  StructuredInstrument(Store& store, SeriesRef ref) : Instrument{store, ref}, bundle_{store.bundle(ref)} {}

 protected:
  [[nodiscard]] bool usable() const { return bundle_ != nullptr && store_ != nullptr; }
  /// A handle without a series: its use is counted.
  bool refuse_use() const {
    if (store_) store_->count_refusal(ref_);
    return false;
  }
  [[nodiscard]] const Schema& schema() const { return bundle_->shape->schema; }
  bool refuse(LossReason reason = LossReason::sample_invalid_point) const {
    store_->refuse_point(*bundle_, reason);
    return false;
  }

  Bundle* bundle_ = nullptr;  // stays while the handle pins its head
};

/// A histogram whose source keeps the counts. Without bounds of its own it takes those of each point; a point with
/// other bounds than the one before replaces every series of the name.
class Histogram : public StructuredInstrument {
 public:
  using StructuredInstrument::StructuredInstrument;
  bool observe_point(const HistogramPoint& point) const;
  [[nodiscard]] Histogram with(Labels labels) const { return derive<Histogram>(labels); }
};

/// A histogram that counts by itself.
class StatefulHistogram : public StructuredInstrument {
 public:
  using StructuredInstrument::StructuredInstrument;
  bool observe(double value) const;
  [[nodiscard]] StatefulHistogram with(Labels labels) const { return derive<StatefulHistogram>(labels); }
};

/// A summary whose source works out the quantiles.
class Summary : public StructuredInstrument {
 public:
  using StructuredInstrument::StructuredInstrument;
  bool observe_point(const SummaryPoint& point) const;
  [[nodiscard]] Summary with(Labels labels) const { return derive<Summary>(labels); }
};

/// A summary that estimates its quantiles from a sample of what it is given.
class StatefulSummary : public StructuredInstrument {
 public:
  using StructuredInstrument::StructuredInstrument;
  bool observe(double value) const;
  [[nodiscard]] StatefulSummary with(Labels labels) const { return derive<StatefulSummary>(labels); }
};

/// States of which some are on, or exactly one. Each point replaces all of them.
class StateSet : public StructuredInstrument {
 public:
  using StructuredInstrument::StructuredInstrument;
  /// States that are not named are off.
  bool observe(std::span<const StateValue> states) const;
  bool observe(std::initializer_list<StateValue> states) const { return observe(std::span{states}); }
  /// Turns these states on and all others off.
  bool enable(std::span<const std::string_view> states) const;
  bool enable(std::initializer_list<std::string_view> states) const { return enable(std::span{states}); }
  [[nodiscard]] StateSet with(Labels labels) const { return derive<StateSet>(labels); }
};

/// What the handles of measure sets share: numbers that belong together, each under its field. A point names every
/// field, by place or by name.
class MeasureInstrument : public StructuredInstrument {
 public:
  using StructuredInstrument::StructuredInstrument;

 protected:
  bool replace(std::span<const double> values) const;
  bool replace(std::span<const FieldValue> fields) const;
  bool add(std::span<const double> deltas) const;
  bool add(std::span<const FieldValue> deltas) const;
  bool add(std::string_view field, double delta) const;
  bool set(std::string_view field, double value) const;
};

/// Gauges that a source states.
class MeasureSet : public MeasureInstrument {
 public:
  using MeasureInstrument::MeasureInstrument;
  bool observe_point(std::span<const double> values) const { return replace(values); }
  bool observe_point(std::initializer_list<double> values) const { return replace(values); }
  bool observe_fields(std::span<const FieldValue> fields) const { return replace(fields); }
  bool observe_fields(std::initializer_list<FieldValue> fields) const { return replace(fields); }
  [[nodiscard]] MeasureSet with(Labels labels) const { return derive<MeasureSet>(labels); }
};

/// Counters whose source states the totals.
class MeasureCounter : public MeasureInstrument {
 public:
  using MeasureInstrument::MeasureInstrument;
  bool observe_total_point(std::span<const double> totals) const { return replace(totals); }
  bool observe_total_point(std::initializer_list<double> totals) const { return replace(totals); }
  bool observe_total_fields(std::span<const FieldValue> totals) const { return replace(totals); }
  bool observe_total_fields(std::initializer_list<FieldValue> totals) const { return replace(totals); }
  [[nodiscard]] MeasureCounter with(Labels labels) const { return derive<MeasureCounter>(labels); }
};

/// Counters that count up in the store. A negative part refuses the whole point.
class StatefulMeasureCounter : public MeasureInstrument {
 public:
  using MeasureInstrument::MeasureInstrument;
  bool add_point(std::span<const double> deltas) const { return add(deltas); }
  bool add_point(std::initializer_list<double> deltas) const { return add(std::span{deltas}); }
  bool add_fields(std::span<const FieldValue> deltas) const { return add(deltas); }
  bool add_fields(std::initializer_list<FieldValue> deltas) const { return add(std::span{deltas}); }
  bool add_field(std::string_view field, double delta) const { return add(field, delta); }
  [[nodiscard]] StatefulMeasureCounter with(Labels labels) const { return derive<StatefulMeasureCounter>(labels); }
};

/// Gauges that are set and changed in the store.
class StatefulMeasureGauge : public MeasureInstrument {
 public:
  using MeasureInstrument::MeasureInstrument;
  bool set_point(std::span<const double> values) const { return replace(values); }
  bool set_point(std::initializer_list<double> values) const { return replace(values); }
  bool set_fields(std::span<const FieldValue> fields) const { return replace(fields); }
  bool set_fields(std::initializer_list<FieldValue> fields) const { return replace(fields); }
  /// The other fields stay as they are, or are 0.
  bool set_field(std::string_view field, double value) const { return set(field, value); }
  bool add_point(std::span<const double> deltas) const { return add(deltas); }
  bool add_point(std::initializer_list<double> deltas) const { return add(std::span{deltas}); }
  bool add_fields(std::span<const FieldValue> deltas) const { return add(deltas); }
  bool add_fields(std::initializer_list<FieldValue> deltas) const { return add(std::span{deltas}); }
  bool add_field(std::string_view field, double delta) const { return add(field, delta); }
  [[nodiscard]] StatefulMeasureGauge with(Labels labels) const { return derive<StatefulMeasureGauge>(labels); }
};

}  // namespace cppd::metrix
