// SPDX-License-Identifier: GPL-3.0-or-later
// From a series to a chart that nobody asked for. Source: charts contract 4.9.
#include "oracle.h"

#include <cppd/base/text.h>

#include <cctype>
#include <cstdlib>
#include <string>

namespace cppd::property {
namespace {

using metrix::Role;

std::string without(const std::string& text, const std::string& suffix) {
  return text.ends_with(suffix) ? text.substr(0, text.size() - suffix.size()) : text;
}

/// A1.
std::optional<std::string> family_name(const Sample& sample) {
  std::string out = sample.name;
  if (sample.role == Role::histogram_bucket) out = without(out, "_bucket");
  if (sample.role == Role::histogram_count || sample.role == Role::summary_count) out = without(out, "_count");
  if (sample.role == Role::histogram_sum || sample.role == Role::summary_sum) out = without(out, "_sum");
  if (sample.role == Role::measureset_field) {
    const auto* field = sample.label("measure_field");
    if (field == nullptr || trimmed(*field).empty() || !out.ends_with("_" + *field)) return std::nullopt;
    out = without(out, "_" + *field);
  }
  return out.empty() ? sample.name : out;
}

/// A4.
std::string guessed_unit(std::string name) {
  for (bool again = true; again;) {
    const auto before = name;
    for (const char* suffix : {"_total", "_sum", "_count", "_ratio"}) name = without(name, suffix);
    again = name != before;
  }
  const auto at = name.find_last_of('_');
  if (at == std::string::npos) return "events";
  const auto unit = name.substr(at + 1);
  return unit == "hertz" ? "Hz" : unit;
}

/// A6.
std::string guessed_family(const std::string& name) {
  std::string out = name;
  if (name.starts_with("go_"))
    out = "go";
  else if (name.starts_with("process_"))
    out = "process";
  else {
    const auto one = name.find('_');
    const auto two = one == std::string::npos ? one : name.find('_', one + 1);
    if (two != std::string::npos) out = name.substr(0, two);
  }
  std::string cut = out;
  while (!cut.empty() && std::isdigit(static_cast<unsigned char>(cut.back())) != 0) cut.pop_back();
  return cut.size() > 1 ? cut : out;
}

/// The inside of a double-quoted string of Go; of its escapes those that the stories draw.
std::optional<std::string> unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"' || text[i] == '\n') return std::nullopt;
    if (text[i] != '\\') {
      out += text[i];
      continue;
    }
    if (++i == text.size()) return std::nullopt;
    if (text[i] == 't')
      out += '\t';
    else if (text[i] == 'n')
      out += '\n';
    else if (text[i] == '\\')
      out += '\\';
    else if (text[i] == '"')
      out += '"';
    else if (text[i] == 'u' && i + 4 < text.size()) {
      char* end = nullptr;
      const auto digits = text.substr(i + 1, 4);
      const auto code = std::strtoul(digits.c_str(), &end, 16);
      if (end != digits.c_str() + 4) return std::nullopt;
      append_utf8(out, static_cast<char32_t>(code));
      i += 4;
    } else {
      return std::nullopt;
    }
  }
  return out;
}

/// A3.
std::string id_value(const std::string& value) {
  if (value.find('\\') == std::string::npos) return id_part(value);
  auto plain = unescaped(value);
  if (!plain) return id_part(value);  // a backslash that an escape says is one: scenario auto-id-escapes
  for (const unsigned char c : *plain) {
    if (c < 0x20 || c == 0x7f) return id_part(value);
  }
  return id_part(*plain);
}

std::string tail_of(const std::string& name) {
  const auto dot = name.find_last_of('.');
  return dot == std::string::npos || dot + 1 == name.size() ? name : name.substr(dot + 1);
}

bool ends_in_second(const std::string& unit) { return unit == "seconds" || unit == "time"; }

/// The rows of A3's table.
struct Row {
  std::string start, skipped, dimension, units, tail, title;
  bool is_static = true, guess = true, heat = false;
};

std::optional<Row> row_of(const Sample& sample, const std::string& family) {
  const bool counter = sample.kind == metrix::Kind::counter;
  const auto guessed = [&](const std::string& name) {
    const auto unit = guessed_unit(name);
    return counter && !ends_in_second(unit) ? unit + "/s" : unit;
  };
  const auto structural = [&](Row row) -> std::optional<Row> {
    const auto* value = sample.label(row.skipped);
    if (value == nullptr || value->empty()) return std::nullopt;
    row.dimension += *value;
    row.is_static = false;
    return row;
  };
  switch (sample.role) {
    case Role::histogram_bucket:
      return structural({family, "le", "", "observations/s", family, family, false, false, true});
    case Role::histogram_count:
    case Role::summary_count:
      return Row{family + "_count", "", tail_of(family + "_count"), "events/s", family + "_count", family, true, false};
    case Role::histogram_sum:
    case Role::summary_sum:
      return Row{family + "_sum", "", tail_of(family + "_sum"), guessed(family), family + "_sum", family};
    case Role::summary_quantile: return structural({family, "quantile", "quantile_", guessed(family), family, family});
    case Role::stateset_state:
      return structural({sample.name, sample.name, "", "state", sample.name, sample.name, false, false});
    case Role::measureset_field: return structural({family, "measure_field", "", guessed(family), family, family});
    default: return Row{sample.name, "", tail_of(sample.name), guessed(sample.name), sample.name, sample.name};
  }
}

}  // namespace

std::optional<Route> Oracle::autogen(const Sample& sample, LossReason& loss) const {
  if (!autogen_) return std::nullopt;
  const auto family = family_name(sample);
  if (!family) return std::nullopt;
  std::vector<Label> labels;
  for (const auto& [key, value] : sample.labels) labels.push_back({key, value});
  for (const auto& rule : rules_) {
    if (!rule.applies_to(*family) || rule.accepts(*family, labels)) continue;
    loss = LossReason::series_filtered;
    return std::nullopt;
  }
  const auto row = row_of(sample, *family);
  if (!row) return std::nullopt;
  Route route;
  route.chart = row->start;
  for (const auto& [key, value] : sample.labels) {
    if (!key.empty() && !value.empty() && key != row->skipped) route.chart += "-" + key + "=" + id_value(value);
  }
  const auto prefix = trimmed(job_.type_id).empty() ? 0 : job_.type_id.size() + 1;
  if (prefix + route.chart.size() > autogen_bytes_ ||
      wire_id(job_.type_id).size() + 1 + wire_id(route.chart).size() > 1200) {
    loss = LossReason::chart_id_too_long;
    return std::nullopt;
  }
  route.owner = "__autogen__:" + route.chart;
  route.dimension = row->dimension;
  route.is_static = row->is_static;
  route.name_key = row->is_static ? "" : row->skipped;
  route.heat = row->heat;
  if (row->heat) route.bound = row->dimension == "+Inf" ? HUGE_VAL : std::strtod(row->dimension.c_str(), nullptr);
  const bool counter = sample.kind == metrix::Kind::counter;
  const auto& said = sample.family_meta;
  auto units = row->units;
  if (row->guess && !said.unit.empty()) {
    units = said.unit;
    if (counter && !ends_in_second(units) && !units.ends_with("/s")) units += "/s";
  }
  const bool area = row->guess && (units.ends_with("bytes") || units.ends_with("bytes/s"));
  route.meta = {said.description.empty() ? "Metric \"" + row->title + "\"" : said.description,
                units,
                said.chart_family.empty() ? guessed_family(row->title) : said.chart_family,
                namespace_.empty() ? row->tail : namespace_ + "." + row->tail,
                row->heat ? "heatmap"
                : area    ? "area"
                          : "line",
                said.chart_priority > 0 ? said.chart_priority : 70000};
  route.shape = {counter ? "incremental" : "absolute", 1, 1, false, sample.is_float};
  return route;
}

}  // namespace cppd::property
