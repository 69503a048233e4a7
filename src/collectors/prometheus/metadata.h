// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What a name and its HELP say about a chart. Source: prometheus contract section 7, instrument metadata.
#pragma once

#include <cppd/metrix/types.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace cppd::prometheus_collector {

/// HELP as a title: without `'` and without one trailing dot. Empty when nothing is left.
[[nodiscard]] std::string chart_title(std::string_view help);
/// The section of the dashboard: `go` and `process`, else the first two of at least three words of the name.
[[nodiscard]] std::string chart_family(std::string_view name);
/// The unit that the last word of the name tells, `events` when none does. `/s` of counters is the engine's.
[[nodiscard]] std::string metric_unit(std::string_view name);
[[nodiscard]] std::int64_t chart_priority(std::string_view name);

/// All of it, for the store. A summary has its unit by the second, but for a unit of time.
[[nodiscard]] metrix::InstrumentOptions instrument_options(std::string_view name, metrix::Kind kind,
                                                           std::string_view help);

}  // namespace cppd::prometheus_collector
