// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Which part of which family a series is. Source: helpers contract section 7.5.
#pragma once

#include <cppd/base/label.h>
#include <cppd/kit/prometheus/line.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace cppd::prometheus {

enum class Component : std::uint8_t {
  scalar,
  histogram_bucket,
  histogram_sum,
  histogram_count,
  summary_quantile,
  summary_sum,
  summary_count,
};

/// The name of the family that a series called `name` belongs to as `component`.
[[nodiscard]] std::string_view family_name(std::string_view name, Component component);
/// The label that tells the parts of one histogram or summary apart: `le`, `quantile`, or none.
[[nodiscard]] std::string_view structural_label(Component component);

/// The parser's verdict on one series.
struct Sample {
  std::uint32_t series;  ///< the caller's number for it
  Component component;
  FamilyType type;  ///< of its family; of a scalar, as declared for its own name

  friend bool operator==(const Sample&, const Sample&) = default;
};

/// Classifies the series of one page in their order. A `_sum` or `_count` that comes before anything tells what its
/// family is waits for it, so verdicts do not always come in the order of the lines.
///
/// Threads   confined.
/// Borrows   names, until finish().
class Classifier {
 public:
  /// A TYPE line.
  void declare(std::string_view name, FamilyType type, std::vector<Sample>& verdicts);
  void add(std::uint32_t series, std::string_view name, Labels labels, std::vector<Sample>& verdicts);
  /// The end of the page: what still waits becomes scalars.
  void finish(std::vector<Sample>& verdicts);

  /// The type declared for, or shown by, the family `name`; unknown when nothing has said so yet.
  [[nodiscard]] FamilyType type_of(std::string_view name) const;

 private:
  struct Waiting {
    std::uint32_t series;
    std::string_view name;
    bool is_sum;
    bool released = false;
  };
  void settle(std::string_view family, FamilyType type, std::vector<Sample>& verdicts);
  void add_total(std::uint32_t series, std::string_view name, bool is_sum, std::vector<Sample>& verdicts);

  boost::unordered_flat_map<std::string_view, FamilyType> types_;
  std::vector<Waiting> waiting_;
  boost::unordered_flat_map<std::string_view, std::vector<std::uint32_t>> waiting_for_;  // family to index of waiting_
};

}  // namespace cppd::prometheus
