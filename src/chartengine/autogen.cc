// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/chartengine/autogen.h>

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace cppd::chartengine {
namespace {

using metrix::Kind;
using metrix::Role;

std::string_view find(Labels labels, std::string_view key) {
  for (const auto& label : labels) {
    if (label.key == key) return label.value;
  }
  return {};
}

bool strip(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

/// Unit guessed from a name: A4.
std::string unit_of(std::string_view name) {
  while (strip(name, "_total") || strip(name, "_sum") || strip(name, "_count") || strip(name, "_ratio")) {
  }
  const auto underscore = name.rfind('_');
  if (underscore == std::string_view::npos) return "events";
  const auto unit = name.substr(underscore + 1);
  return std::string{unit == "hertz" ? "Hz" : unit};
}

std::string per_second(std::string unit) {
  if (unit != "seconds" && unit != "time" && !unit.ends_with("/s")) unit += "/s";
  return unit;
}

/// As per_second for units that are guessed: those never end in `/s` of themselves.
std::string guessed_per_second(std::string unit) {
  if (unit != "seconds" && unit != "time") unit += "/s";
  return unit;
}

ChartType type_by_units(std::string_view units) {
  return units.ends_with("bytes") || units.ends_with("bytes/s") ? ChartType::area : ChartType::line;
}

/// Family guessed from a name: A6.
std::string family_of(std::string_view name) {
  std::string_view family = name;
  if (name.starts_with("go_"))
    family = "go";
  else if (name.starts_with("process_"))
    family = "process";
  else if (const auto first = name.find('_'); first != std::string_view::npos) {
    if (const auto second = name.find('_', first + 1); second != std::string_view::npos)
      family = name.substr(0, second);
  }
  auto cut = family;
  while (!cut.empty() && std::isdigit(static_cast<unsigned char>(cut.back()))) cut.remove_suffix(1);
  if (cut.size() > 1) family = cut;
  return std::string{family};
}

std::string_view after_last_dot(std::string_view name) {
  const auto dot = name.rfind('.');
  return dot == std::string_view::npos || dot + 1 == name.size() ? name : name.substr(dot + 1);
}

/// `digits` characters of base `base`, or nothing when there are fewer.
std::optional<std::uint32_t> number(std::string_view& text, std::size_t digits, int base) {
  if (text.size() < digits) return std::nullopt;
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[i];
    int digit = -1;
    if (c >= '0' && c <= '9')
      digit = c - '0';
    else if (c >= 'a' && c <= 'f')
      digit = c - 'a' + 10;
    else if (c >= 'A' && c <= 'F')
      digit = c - 'A' + 10;
    if (digit < 0 || digit >= base) return std::nullopt;
    value = value * static_cast<std::uint32_t>(base) + static_cast<std::uint32_t>(digit);
  }
  text.remove_prefix(digits);
  return value;
}

/// Reads `text` as the inside of a double-quoted Go string. Empty when it is none.
std::optional<std::string> unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const char c = text.front();
    text.remove_prefix(1);
    if (c == '"' || c == '\n') return std::nullopt;
    if (c != '\\') {
      out += c;
      continue;
    }
    if (text.empty()) return std::nullopt;
    const char escape = text.front();
    text.remove_prefix(1);
    constexpr std::string_view kSimple = "abfnrtv\\\"";
    constexpr std::string_view kMeaning = "\a\b\f\n\r\t\v\\\"";
    if (const auto simple = kSimple.find(escape); simple != std::string_view::npos) {
      out += kMeaning[simple];
      continue;
    }
    if (escape == 'x') {
      const auto byte = number(text, 2, 16);
      if (!byte) return std::nullopt;
      out += static_cast<char>(*byte);
    } else if (escape == 'u' || escape == 'U') {
      const auto code = number(text, escape == 'u' ? 4 : 8, 16);
      if (!code || *code > 0x10FFFF || (*code >= 0xD800 && *code <= 0xDFFF)) return std::nullopt;
      append_utf8(out, *code);
    } else if (escape >= '0' && escape <= '7') {
      std::string_view from{text.data() - 1, text.size() + 1};
      const auto byte = number(from, 3, 8);
      if (!byte || *byte > 255) return std::nullopt;
      text = from;
      out += static_cast<char>(*byte);
    } else {
      return std::nullopt;
    }
  }
  return out;
}

/// A label value in an autogen id: A3.
void append_id_value(std::string& out, std::string_view value) {
  if (value.find('\\') == std::string_view::npos) return append_id_part(out, value);
  const auto plain = unescape(value);
  const bool control = plain && std::ranges::any_of(*plain, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  append_id_part(out, plain && !control ? *plain : value);  // backslashes that are left become `_`
}

/// The label that a flattened part of a structured metric carries for its structure.
std::string_view structural_key(const RoutedSeries& source) {
  switch (source.role) {
    case Role::histogram_bucket: return "le";
    case Role::summary_quantile: return "quantile";
    case Role::stateset_state: return source.name;
    case Role::measureset_field: return "measure_field";
    default: return {};
  }
}

/// What the id of a chart and the last part of its context begin with, into `name`.
void start_name(const RoutedSeries& source, std::string_view family, std::string& name) {
  name = source.role == Role::none || source.role == Role::stateset_state ? source.name : family;
  if (source.role == Role::histogram_count || source.role == Role::summary_count) name += "_count";
  if (source.role == Role::histogram_sum || source.role == Role::summary_sum) name += "_sum";
}

}  // namespace

void append_id_part(std::string& out, std::string_view value) {
  const auto start = out.size();
  out += value;
  unsigned quotes = 0;
  for (auto i = start; i < out.size(); ++i) {
    const char c = out[i];
    quotes += c == '\'' ? 1 : 0;
    out[i] = c == '\\' || c == ' ' || c == '.' ? '_' : c;
  }
  if (quotes > 0) out.erase(std::remove(out.begin() + static_cast<std::ptrdiff_t>(start), out.end(), '\''), out.end());
}

std::optional<std::string_view> autogen_family(const RoutedSeries& source) {
  auto name = source.name;
  switch (source.role) {
    case Role::histogram_bucket: strip(name, "_bucket"); break;
    case Role::histogram_count:
    case Role::summary_count: strip(name, "_count"); break;
    case Role::histogram_sum:
    case Role::summary_sum: strip(name, "_sum"); break;
    case Role::measureset_field: {
      const auto field = find(source.labels, "measure_field");
      if (field.empty() || !strip(name, fmt::format("_{}", field))) return std::nullopt;
      break;
    }
    default: break;
  }
  return name.empty() ? source.name : name;
}

bool autogen_chart(const RoutedSeries& source, std::string_view family, AutogenRoute& route) {
  const auto key = structural_key(source);
  const auto structural = key.empty() ? std::string_view{} : find(source.labels, key);
  if (!key.empty() && structural.empty()) return false;
  start_name(source, family, route.chart_id);
  route.static_dimension = key.empty();
  route.dimension = source.role == Role::summary_quantile ? "quantile_" : "";
  route.dimension += key.empty() ? after_last_dot(route.chart_id) : structural;
  for (const auto& label : source.labels) {
    if (label.key.empty() || label.value.empty() || label.key == key) continue;
    route.chart_id += '-';
    route.chart_id += label.key;
    route.chart_id += '=';
    append_id_value(route.chart_id, label.value);
  }
  return true;
}

ChartMeta autogen_meta(const RoutedSeries& source, std::string_view family, std::string_view context_namespace) {
  const bool counter = source.kind == Kind::counter;
  const bool scalar = source.role == Role::none;
  const auto title_name = scalar || source.role == Role::stateset_state ? source.name : family;
  std::string units;
  bool units_from_meta = true;
  switch (source.role) {
    case Role::histogram_bucket: units = "observations/s", units_from_meta = false; break;
    case Role::histogram_count:
    case Role::summary_count: units = "events/s", units_from_meta = false; break;
    case Role::stateset_state: units = "state", units_from_meta = false; break;
    default: units = counter ? guessed_per_second(unit_of(title_name)) : unit_of(title_name);
  }
  auto type = source.role == Role::histogram_bucket ? ChartType::heatmap
              : !units_from_meta                    ? ChartType::line
                                                    : type_by_units(units);
  if (units_from_meta && !source.meta.unit.empty()) {
    units = counter ? per_second(source.meta.unit) : source.meta.unit;
    type = type_by_units(units);
  }
  std::string start;
  start_name(source, family, start);
  return {.title = source.meta.description.empty() ? fmt::format("Metric \"{}\"", title_name) : source.meta.description,
          .family = source.meta.chart_family.empty() ? family_of(title_name) : source.meta.chart_family,
          .context = context_namespace.empty() ? start : fmt::format("{}.{}", context_namespace, start),
          .units = std::move(units),
          .algorithm = counter ? Algorithm::incremental : Algorithm::absolute,
          .type = type,
          .priority = source.meta.chart_priority > 0 ? source.meta.chart_priority : kDefaultPriority};
}

}  // namespace cppd::chartengine
