// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/lines.h>

#include "put.h"

#include <cmath>

namespace cppd::netdataapi {
namespace {

void put_quoted(Frame& frame, std::initializer_list<std::string_view> texts) {
  for (const auto text : texts) put_texts(frame, {" '", text, "'"});
}

void put_number(Frame& frame, double number) {
  if (std::isnan(number)) return frame.append("NaN");
  if (std::isinf(number)) return frame.append(number < 0 ? "-Inf" : "+Inf");
  char* at = frame.reserve(kNumberBytesMax);
  if (at != nullptr) frame.advance(write_float(at, number));
}

void put_quoted(Frame& frame, std::int64_t number) {
  frame.append(" '");
  put_integer(frame, number);
  frame.append("'");
}

}  // namespace

void put_chart(Frame& frame, const ChartText& chart) {
  put_texts(frame, {"CHART '", chart.type_id, ".", chart.id, "'"});
  put_quoted(frame, {chart.name, chart.title, chart.units, chart.family, chart.context, chart.chart_type});
  put_quoted(frame, chart.priority);
  put_quoted(frame, chart.update_every);
  put_quoted(frame, {chart.options, chart.plugin, chart.module});
  frame.append("\n");
}

void put_dimension(Frame& frame, const DimensionText& dimension) {
  frame.append("DIMENSION");
  put_quoted(frame, {dimension.id, dimension.name, dimension.algorithm});
  put_quoted(frame, dimension.multiplier);
  put_quoted(frame, dimension.divisor);
  put_quoted(frame, {dimension.options});
  frame.append("\n");
}

void put_label(Frame& frame, std::string_view key, std::string_view value, std::int64_t source) {
  frame.append("CLABEL");
  put_quoted(frame, {key, value});
  put_quoted(frame, source);
  frame.append("\n");
}

void put_label_commit(Frame& frame) { frame.append("CLABEL_COMMIT\n"); }

void put_begin(Frame& frame, std::string_view type_id, std::string_view id, std::int64_t microseconds) {
  put_texts(frame, {"BEGIN '", type_id, ".", id, "'"});
  if (microseconds > 0) {
    frame.append(" ");
    put_integer(frame, microseconds);
  }
  frame.append("\n");
}

void put_set(Frame& frame, std::string_view id, std::int64_t value) {
  put_texts(frame, {"SET '", id, "' = "});
  put_integer(frame, value);
  frame.append("\n");
}

void put_set(Frame& frame, std::string_view id, double value) {
  put_texts(frame, {"SET '", id, "' = "});
  put_number(frame, value);
  frame.append("\n");
}

void put_set(Frame& frame, std::string_view id) { put_texts(frame, {"SET '", id, "' = \n"}); }

void put_variable(Frame& frame, std::string_view id, double value) {
  put_texts(frame, {"VARIABLE CHART '", id, "' = "});
  put_number(frame, value);
  frame.append("\n");
}

void put_end(Frame& frame) { frame.append("END\n\n"); }

void put_host(Frame& frame, std::string_view guid) { put_texts(frame, {"HOST '", guid, "'\n\n"}); }

void put_host_define(Frame& frame, std::string_view guid, std::string_view hostname) {
  put_texts(frame, {"HOST_DEFINE '", guid, "' '", hostname, "'\n"});
}

void put_host_label(Frame& frame, std::string_view key, std::string_view value) {
  put_texts(frame, {"HOST_LABEL '", key, "' '", value, "'\n"});
}

void put_host_define_end(Frame& frame) { frame.append("HOST_DEFINE_END\n\n"); }

void put_disable(Frame& frame) { frame.append("DISABLE\n"); }

void put_empty_line(Frame& frame) { frame.append("\n"); }

}  // namespace cppd::netdataapi
