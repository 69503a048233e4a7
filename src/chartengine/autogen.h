// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Names of charts that nobody wrote a template for. Source: charts contract 4.9 (A1 to A12).
#pragma once

#include <cppd/base/label.h>
#include <cppd/chartengine/program.h>
#include <cppd/metrix/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace cppd::chartengine {

/// What autogen looks at of one series.
struct AutogenSource {
  std::string_view name;
  Labels labels;  ///< sorted by key
  metrix::Kind kind;
  metrix::Kind source;
  metrix::Role role;
  const metrix::MetricMeta& meta;
};

struct AutogenChart {
  std::string id;
  std::string dimension;
  bool static_dimension = true;
};

/// The metric family of a series: its name without the suffix of its role. Empty when it has none (A1).
[[nodiscard]] std::optional<std::string_view> autogen_family(const AutogenSource& source);

/// Chart and dimension of a series of family `family`. Empty when a structural label is missing (A7).
[[nodiscard]] std::optional<AutogenChart> autogen_chart(const AutogenSource& source, std::string_view family);

/// What its CHART line says; the same for all series of one descriptor.
[[nodiscard]] ChartMeta autogen_meta(const AutogenSource& source, std::string_view family,
                                     std::string_view context_namespace);

/// The text of a label value in an id: `\`, space and dot become `_`, apostrophes go (P25).
void append_id_part(std::string& out, std::string_view value);

}  // namespace cppd::chartengine
