// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/json_view.h>

#include "json_text.h"

#include <fmt/format.h>

namespace cppd::output {
namespace {

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out.append(",\"").append(key).append("\":");
  append_json_text(out, value);
}

}  // namespace

void append_json(const BoardJob& job, std::string& out) {
  for (const auto& chart : job.charts) {
    if (!chart.updated) continue;
    const auto& info = *chart.info;
    out += "{\"time\":\"";
    append_time(out, job.at);
    out += '"';
    append_member(out, "job", job.name);
    append_member(out, "id", info.id);
    append_member(out, "context", info.context);
    append_member(out, "family", info.family);
    append_member(out, "units", info.units);
    out += ",\"labels\":{";
    std::string_view between;
    for (const auto& [key, value] : info.labels) {
      out += std::exchange(between, ",");
      append_json_text(out, key);
      out += ':';
      append_json_text(out, value);
    }
    out += "},\"dimensions\":{";
    between = {};
    for (std::size_t i = 0; i < info.dimensions.size(); ++i) {
      out += std::exchange(between, ",");
      append_json_text(out, info.dimensions[i].name);
      out += ':';
      append_json_number(out, chart.values[i]);
    }
    out += "}}\n";
  }
}

}  // namespace cppd::output
