// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Lines of charts and hosts, from texts that are written as they are. What makes texts safe first is wire.h.
/// Source: charts contract 5.2.
#pragma once

#include <cppd/netdataapi/frame.h>

#include <cstdint>
#include <string_view>

namespace cppd::netdataapi {

struct ChartText {
  std::string_view type_id;
  std::string_view id;
  std::string_view name;
  std::string_view title;
  std::string_view units;
  std::string_view family;
  std::string_view context;
  std::string_view chart_type;
  std::int64_t priority;
  std::int64_t update_every;  ///< seconds
  std::string_view options;
  std::string_view plugin;
  std::string_view module;
};

struct DimensionText {
  std::string_view id;
  std::string_view name;
  std::string_view algorithm;
  std::int64_t multiplier;
  std::int64_t divisor;
  std::string_view options;
};

void put_chart(Frame& frame, const ChartText& chart);
void put_dimension(Frame& frame, const DimensionText& dimension);
void put_label(Frame& frame, std::string_view key, std::string_view value, std::int64_t source);
void put_label_commit(Frame& frame);

/// Without the number when it is 0 or less.
///
/// Unit      microseconds since the last update of this chart.
void put_begin(Frame& frame, std::string_view type_id, std::string_view id, std::int64_t microseconds);
void put_set(Frame& frame, std::string_view id, std::int64_t value);
/// NaN and infinities are written as `NaN`, `+Inf` and `-Inf`, which no receiver takes for a number.
void put_set(Frame& frame, std::string_view id, double value);
/// A gap.
void put_set(Frame& frame, std::string_view id);
/// A constant of the chart that is being defined or updated; numbers as in put_set().
void put_variable(Frame& frame, std::string_view id, double value);
void put_end(Frame& frame);

void put_host(Frame& frame, std::string_view guid);
void put_host_define(Frame& frame, std::string_view guid, std::string_view hostname);
/// Labels stand between put_host_define() and put_host_define_end(), in the order of their keys.
void put_host_label(Frame& frame, std::string_view key, std::string_view value);
void put_host_define_end(Frame& frame);

/// The plugin asks not to be started again.
void put_disable(Frame& frame);
void put_empty_line(Frame& frame);

}  // namespace cppd::netdataapi
