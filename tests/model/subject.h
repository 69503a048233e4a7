// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The store as operations see it, with the lies that the model must catch.
#pragma once

#include "model.h"

#include <cppd/metrix/instrument.h>
#include <cppd/metrix/reader.h>

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

namespace cppd::model {

/// Ways in which the adapter may lie, each at one place that its seed names.
enum class Mutant : std::uint8_t { none, lost_sample, late_expiry, wrong_order, kept_handle };
inline constexpr std::string_view kMutants[] = {"none", "lost_sample", "late_expiry", "wrong_order", "kept_handle"};

/// A number as a reader of the store shows it.
struct Shown {
  metrix::SeriesId id;
  std::string name;
  Pairs labels;
  double value;
  std::optional<double> delta;
  metrix::SeriesMeta meta;
};

class Subject {
 public:
  Subject(const metrix::StoreOptions& options, Mutant mutant, std::uint64_t mutant_seed);

  /// Does what the model said that the slot offers; never asked for what the model ignores.
  Outcome apply(const Op& op);

  [[nodiscard]] const metrix::Store& store() const { return store_; }
  [[nodiscard]] const Ledger& ledger() const { return ledger_; }
  /// What a reader of the store iterates over.
  [[nodiscard]] std::vector<Shown> read(const metrix::ReadOptions& options);
  /// What the store says of its retention; the lie about expiry does not show here.
  [[nodiscard]] std::uint64_t retention_window() const;
  /// Is the reference of the handle that was last dropped from the slot still good?
  [[nodiscard]] bool dropped_alive(int slot) const { return store_.alive(dropped_[slot]); }

 private:
  using Handle = std::variant<std::monostate, metrix::Gauge, metrix::Counter, metrix::StatefulGauge,
                              metrix::StatefulCounter, metrix::Histogram, metrix::StatefulHistogram, metrix::Summary,
                              metrix::StatefulSummary, metrix::StateSet, metrix::MeasureSet, metrix::MeasureCounter,
                              metrix::StatefulMeasureGauge, metrix::StatefulMeasureCounter>;
  /// How the children of a vector are made into handles.
  struct Vector {
    std::unique_ptr<metrix::VecCore> core;
    Op declared;
  };

  Outcome cycle(Do what);
  Outcome declare(const Op& op);
  template <class Meter>
  Outcome declare_with(Meter meter, const Op& op);
  Outcome hold(int slot, Handle handle);
  Outcome child(const Op& op);
  void drop(int slot);
  Outcome write(const Op& op);
  [[nodiscard]] bool at_place() { return place_++ == seeded_; }

  Ledger ledger_;
  metrix::StoreOptions options_;
  Mutant mutant_;
  std::uint64_t seeded_;
  std::uint64_t place_ = 0;
  metrix::Store store_;
  std::array<Handle, kSlots> handles_;
  std::array<Vector, kVecSlots> vectors_;
  std::array<metrix::SeriesRef, kSlots> dropped_{};
  std::vector<Handle> kept_;
};

}  // namespace cppd::model
