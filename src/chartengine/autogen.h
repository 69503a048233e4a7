// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Names of charts that nobody wrote a template for. Source: charts contract 4.9 (A1 to A12).
#pragma once

#include <cppd/chartengine/routing.h>

#include <optional>
#include <string>
#include <string_view>

namespace cppd::chartengine {

/// The metric family of a series: its name without the suffix of its role. Empty when it has none (A1).
[[nodiscard]] std::optional<std::string_view> autogen_family(const RoutedSeries& source);

/// Puts chart and dimension of a series of family `family` into `route`. False when a structural label is missing (A7).
[[nodiscard]] bool autogen_chart(const RoutedSeries& source, std::string_view family, AutogenRoute& route);

/// What its CHART line says; the same for all series of one descriptor.
[[nodiscard]] ChartMeta autogen_meta(const RoutedSeries& source, std::string_view family,
                                     std::string_view context_namespace);

/// The text of a label value in an id: `\`, space and dot become `_`, apostrophes go (P25).
void append_id_part(std::string& out, std::string_view value);

}  // namespace cppd::chartengine
