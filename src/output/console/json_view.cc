// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/output/console/json_view.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <iterator>

namespace cppd::output {
namespace {

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : to_valid_utf8(text)) {
    if (c == '"' || c == '\\')
      out.append({'\\', c});
    else if (static_cast<unsigned char>(c) < 0x20)
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    else
      out += c;
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += "null";
    return;
  }
  char digits[32];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
  out.append(",\"").append(key).append("\":");
  append_text(out, value);
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
      append_text(out, key);
      out += ':';
      append_text(out, value);
    }
    out += "},\"dimensions\":{";
    between = {};
    for (std::size_t i = 0; i < info.dimensions.size(); ++i) {
      out += std::exchange(between, ",");
      append_text(out, info.dimensions[i].name);
      out += ':';
      append_number(out, chart.values[i]);
    }
    out += "}}\n";
  }
}

}  // namespace cppd::output
