// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Lines of charts and hosts from any texts: each is made safe for its place. Source: charts contract 5.1, 5.2; agent
/// contract 2.7.
#pragma once

#include <cppd/base/result.h>
#include <cppd/netdataapi/frame.h>

#include <cstdint>
#include <string_view>

namespace cppd::netdataapi {

struct ChartLine {
  std::string_view type_id;
  std::string_view chart_id;
  std::string_view title;
  std::string_view units;
  std::string_view family;
  std::string_view context;
  std::string_view type;
  std::int64_t priority;
  std::int64_t update_every;
  bool obsolete = false;
  std::string_view plugin;
  std::string_view module;
};

struct DimensionLine {
  std::string_view name;
  std::string_view algorithm;
  std::int64_t multiplier;
  std::int64_t divisor;
  bool hidden = false;
  bool obsolete = false;
  bool is_float = false;
};

/// Where a label comes from, as the receiver numbers it.
enum class LabelSource : std::uint8_t { automatic = 1, configuration = 2 };

// Each sanitises its texts; fields are not checked beyond that.

void write_host(Frame& frame, std::string_view guid);
void write_host_define(Frame& frame, std::string_view guid, std::string_view hostname);
void write_host_label(Frame& frame, std::string_view key, std::string_view value);
void write_host_define_end(Frame& frame);
void write_chart(Frame& frame, const ChartLine& chart);
void write_dimension(Frame& frame, const DimensionLine& dimension);
void write_label(Frame& frame, std::string_view key, std::string_view value, LabelSource source);
void write_label_commit(Frame& frame);
/// A constant of the chart that is being defined or updated.
///
/// Errors    a name of which nothing is left, and a value that is not finite; nothing is written then.
[[nodiscard]] Result<> write_variable(Frame& frame, std::string_view id, double value);
void write_disable(Frame& frame);

}  // namespace cppd::netdataapi
