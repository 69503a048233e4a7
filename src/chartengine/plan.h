// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What one cycle must tell the reader of the charts. Numbers are slots of the engine that made the plan.
/// Source: charts contract 4.1 (P4, P5).
#pragma once

#include <cppd/chartengine/program.h>
#include <cppd/metrix/types.h>

#include <cstdint>
#include <vector>

namespace cppd::chartengine {

/// Empties a list that is filled anew each cycle; storage that a burst of births left behind is given back.
template <class T>
void clear(std::vector<T>& list) {
  constexpr std::size_t kKept = 32;
  if (list.capacity() > kKept && list.size() < list.capacity() / 8)
    std::vector<T>{}.swap(list);
  else
    list.clear();
}

/// What a DIMENSION line says besides the name.
struct DimensionAttributes {
  std::int64_t multiplier = 1;
  std::int64_t divisor = 1;
  Algorithm algorithm = Algorithm::absolute;
  bool hidden = false;
  bool is_float = false;
  bool variable = false;  ///< of the chart (diff D9); nothing else applies then
  friend bool operator==(const DimensionAttributes&, const DimensionAttributes&) = default;
};

/// A dimension as laid out in its chart.
struct Dimension {
  static constexpr std::uint32_t kDynamicOrder = (1U << 26) - 1;

  std::uint32_t name = 0;
  std::uint32_t attributes = 0;
  std::uint32_t last_seen = 0;    ///< success clock; behind that of its chart while nothing changes
  std::uint32_t order : 26 = 0;   ///< index of its rule when it is static
  bool materialized : 1 = false;  ///< the reader knows it
  bool bucket : 1 = false;        ///< of a histogram, named by its bound
  bool observed : 1 = false;      ///< when the chart was last planned with care
  bool listed : 1 = false;        ///< has a value in the updates of its chart
  bool variable : 1 = false;      ///< a variable of the chart, not a dimension (diff D9)
  [[nodiscard]] bool dynamic() const { return order == kDynamicOrder; }
};

struct Plan {
  struct Labelled {
    std::uint32_t chart;
    std::uint32_t first_label;  ///< in `labels`
    std::uint32_t label_count;
  };
  struct DimensionRef {
    std::uint32_t chart;
    std::uint32_t dimension;
  };
  struct Update {
    std::uint32_t chart;
    std::uint32_t first_value;  ///< in `values`; one per listed dimension, in order
    std::uint32_t last_seen;    ///< before this build
  };
  struct Removed {
    std::uint32_t chart;
    std::uint32_t name;
    std::uint32_t attributes;
  };

  std::vector<Labelled> created;             ///< by chart id
  std::vector<DimensionRef> new_dimensions;  ///< by chart id, then in the order of the chart
  std::vector<Labelled> relabelled;          ///< by chart id
  std::vector<std::uint32_t> redefined;      ///< charts whose definition changed while they live
  std::vector<DimensionRef> redefined_dimensions;
  std::vector<Update> updates;              ///< by chart id
  std::vector<double> values;               ///< not finite: no value
  std::vector<Removed> removed_dimensions;  ///< capped ones first, then expired ones
  std::vector<std::uint32_t> removed_charts;
  std::size_t capped_dimensions = 0;  ///< how many of `removed_dimensions` were capped
  std::size_t capped_charts = 0;      ///< how many of `removed_charts` were capped; they come first
  std::vector<metrix::LabelId> labels;

  [[nodiscard]] bool empty() const {
    return created.empty() && new_dimensions.empty() && relabelled.empty() && redefined.empty() &&
           redefined_dimensions.empty() && updates.empty() && removed_dimensions.empty() && removed_charts.empty();
  }
  /// Keeps the storage.
  void clear() {
    const auto empty_all = [](auto&... lists) { (chartengine::clear(lists), ...); };
    empty_all(created, new_dimensions, relabelled, redefined, redefined_dimensions, removed_dimensions, removed_charts,
              labels);
    updates.clear(), values.clear();
    capped_dimensions = capped_charts = 0;
  }
};

}  // namespace cppd::chartengine
