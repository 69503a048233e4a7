// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The schema of structured metrics, and the plain parts that a series of one consists of. Source: metrix contract 2.6
/// to 2.9, 3.1, 6.1, 7.6.
#pragma once

#include <cppd/base/result.h>
#include <cppd/metrix/types.h>

#include <string>
#include <string_view>
#include <vector>

namespace cppd::metrix {

/// What an instrument is; a measure set is one of gauges or one of counters.
struct InstrumentKind {
  Kind kind;
  bool counter_fields = false;
  constexpr InstrumentKind(Kind kind, bool counter_fields = false) : kind{kind}, counter_fields{counter_fields} {}
};

[[nodiscard]] constexpr bool structured(Kind kind) {
  return kind == Kind::histogram || kind == Kind::summary || kind == Kind::stateset || kind == Kind::measureset;
}

/// What all points of one structured metric have in common. Empty for gauges and counters.
struct Schema {
  std::vector<double> bounds{};     ///< of a histogram: finite, ascending
  bool open = false;                ///< a histogram that takes the bounds of its points
  std::vector<double> quantiles{};  ///< of a summary: in [0, 1], ascending
  std::uint32_t reservoir = 0;      ///< samples that estimate the quantiles; 0 when there are none
  std::vector<std::string> states{};
  StateMode state_mode = StateMode::bitset;
  std::vector<MeasureField> fields{};
  bool counter_fields = false;
  friend bool operator==(const Schema&, const Schema&) = default;
};

/// The schema that the options of an instrument describe.
///
/// Errors    invalid_input when a list is missing, out of order or not for this kind.
[[nodiscard]] Result<Schema> schema_of(InstrumentKind what, Mode mode, const InstrumentOptions& options);

/// One plain series of a structured one: its descriptor, and the label that tells it from its neighbours.
struct Part {
  DescriptorId descriptor{};
  std::string key{};  ///< empty: the part has no label of its own
  std::string value{};
};

/// A schema with its parts. The order of the parts is: buckets, +Inf, count, sum; quantiles, count, sum; states;
/// fields.
struct Shape {
  Schema schema;
  std::vector<Part> parts;
  std::string reserved_key;  ///< label that a series of this metric must not have of itself
};

/// What a part is before it has a descriptor.
struct PartPlan {
  std::string name;
  std::string key{};
  std::string value{};
  Kind kind = Kind::gauge;
  Role role = Role::none;
  bool is_float = false;  ///< fields of a measure set only
};

/// The parts of a metric `name`, in the order of Shape.
[[nodiscard]] std::vector<PartPlan> plan_parts(std::string_view name, Kind kind, const Schema& schema);
[[nodiscard]] std::string reserved_key_of(std::string_view name, Kind kind);

/// A bound or quantile as the value of its label: shortest digits that give the number back, an exponent below 1e-4 and
/// from 1e6 on.
[[nodiscard]] std::string bound_text(double value);

}  // namespace cppd::metrix
