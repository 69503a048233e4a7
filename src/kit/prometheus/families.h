// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Series put together to the metrics of their families, for collectors that read pages by hand, and what identifies a
/// sample. Source: helpers contract sections 7.6 and 7.7.
#pragma once

#include <cppd/kit/prometheus/exposition.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace cppd::prometheus {

/// Quantiles or bounds with their values, in the order of the page; nothing is added, sorted or joined.
using Points = std::vector<std::pair<double, double>>;

struct Scalar {
  FamilyType type;
  double value;
};
struct Summary {
  std::optional<double> sum, count;
  Points quantiles;
};
struct Histogram {
  std::optional<double> sum, count;
  Points buckets;  ///< cumulative counts, as written
};

/// One label set of a family.
struct Metric {
  std::vector<Label> labels;  ///< without `le` and `quantile` where they tell parts apart
  std::variant<Scalar, Summary, Histogram> value;
};

struct Family {
  std::string_view name, help;
  FamilyType type = FamilyType::unknown;
  std::vector<Metric> metrics;  ///< in order of appearance
};

/// The families of a page, sorted by name.
///
/// Shape     scalars that repeat are repeated; parts of one histogram or summary are joined.
/// Borrows   the page and its body.
[[nodiscard]] std::vector<Family> assemble(const Exposition& page);

/// Two samples that are the same part of the same metric.
struct Duplicate {
  std::uint32_t first, later;  ///< indices of Exposition::samples()

  friend bool operator==(const Duplicate&, const Duplicate&) = default;
};
/// Every sample that repeats an earlier one, in order.
[[nodiscard]] std::vector<Duplicate> find_duplicates(const Exposition& page);

using Digest = std::array<std::uint8_t, 32>;
/// SHA-256 over name and labels, each preceded by its length.
[[nodiscard]] Digest raw_identity(std::string_view name, Labels labels);
/// SHA-256 over the labels that all parts of a metric share; with the name of the family it identifies the metric.
[[nodiscard]] Digest labels_identity(Labels labels, Component component);

}  // namespace cppd::prometheus
