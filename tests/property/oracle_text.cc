// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of the protocol, put together field by field. Source: charts contract 5.1, 5.2.
#include "oracle.h"

#include <cppd/base/text.h>

#include <fmt/format.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace cppd::property {
namespace {

std::string quoted(std::string_view text) { return "'" + wire_value(text) + "'"; }

/// Shortest digits that read back as `value`, by trying; as a plain decimal (E5).
std::string decimal(double value) {
  std::string text;
  for (int digits = 0; digits <= 17; ++digits) {
    text = fmt::format("{:.{}e}", value, digits);
    if (std::strtod(text.c_str(), nullptr) == value) break;
  }
  const bool minus = text.front() == '-';
  if (minus) text.erase(0, 1);
  const auto e = text.find('e');
  int exponent = std::atoi(text.c_str() + e + 1);
  std::string digits = text.substr(0, e);
  std::erase(digits, '.');
  while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
  std::string out;
  if (exponent < 0) {
    out = "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
  } else {
    while (digits.size() < static_cast<std::size_t>(exponent) + 1) digits += '0';
    out = digits.substr(0, static_cast<std::size_t>(exponent) + 1);
    if (digits.size() > out.size()) out += "." + digits.substr(out.size());
  }
  if (out == "0.0") out = "0";
  return (minus ? "-" : "") + out;
}

}  // namespace

std::string trimmed(std::string_view text) { return std::string{trim(text)}; }

std::string wire_value(std::string_view text) {
  std::size_t end = 0;
  while (end < text.size() && text[text.size() - 1 - end] == '\\') ++end;
  if (end % 2 == 1) text.remove_suffix(1);  // diff D7
  std::string out;
  for (const char c : text) {
    if (c == '\'' || c == '\0') continue;
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out;
}

std::string wire_id(std::string_view text) { return wire_value(trimmed(text)); }

std::string received_id(std::string_view text) {
  std::string out;
  const auto wire = wire_id(text);
  for (std::size_t i = 0; i < wire.size(); ++i) {
    if (wire[i] == '\\' && i + 1 < wire.size()) ++i;
    out += wire[i];
  }
  return out;
}

std::string id_part(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c != '\'') out += c == '\\' || c == ' ' || c == '.' ? '_' : c;
  }
  return out;
}

std::string chart_line(const Job& job, const std::string& id, const Meta& meta, bool obsolete) {
  return fmt::format("CHART '{}.{}' '' {} {} {} {} '{}' '{}' '1' '{}' 'go.d.plugin' 'app'\n", wire_id(job.type_id),
                     wire_id(id), quoted(meta.title), quoted(meta.units), quoted(meta.family), quoted(meta.context),
                     meta.type, meta.priority, obsolete ? "obsolete" : "");
}

std::string dimension_line(const std::string& name, const Shape& shape, bool obsolete) {
  const auto id = wire_id(name);
  if (id.empty()) return {};
  std::string options;
  const auto add = [&](bool yes, std::string_view word) {
    if (yes) options += (options.empty() ? "" : " ") + std::string{word};
  };
  add(shape.hidden, "hidden");
  add(obsolete, "obsolete");
  add(shape.is_float, "type=float");
  return fmt::format("DIMENSION '{}' '{}' '{}' '{}' '{}' '{}'\n", id, id, shape.algorithm,
                     shape.multiplier == 0 ? 1 : shape.multiplier, shape.divisor == 0 ? 1 : shape.divisor, options);
}

std::string label_lines(const Job& job, const std::map<std::string, std::string>& labels) {
  std::string out;
  const auto add = [&](std::string_view key, std::string_view value, int source) {
    if (!wire_id(key).empty()) out += fmt::format("CLABEL '{}' {} '{}'\n", wire_id(key), quoted(value), source);
  };
  for (const auto& [key, value] : job.labels) {
    if (!labels.contains(key) && key != "_collect_job") add(key, value, 2);
  }
  for (const auto& [key, value] : labels) {
    if (key != "_collect_job") add(key, value, 1);
  }
  if (!trimmed(job.name).empty()) add("_collect_job", job.name, 1);
  return out.empty() ? out : out + "CLABEL_COMMIT\n";  // diff D7
}

std::string number_text(double value, bool is_float, LossReason* loss, bool* lost) {
  if (lost) *lost = false;
  if (!std::isfinite(value)) return {};
  if (is_float) return decimal(value);
  const auto say = [&](LossReason reason) {
    if (loss) *loss = reason;
    if (lost) *lost = true;
  };
  const double whole = std::trunc(value);
  if (whole < -9223372036854775808.0 || whole >= 9223372036854775808.0) {
    say(LossReason::value_out_of_range);
    return "-9223372036854775808";  // charts K10
  }
  if (whole != value) say(LossReason::value_truncated);
  return fmt::format("{}", static_cast<std::int64_t>(whole));
}

std::string host_line(const std::string& guid) { return "HOST '" + guid + "'\n\n"; }

std::string host_definition(const metrix::HostScope& host) {
  if (host.guid.empty()) return {};
  std::string out = fmt::format("HOST_DEFINE '{}' '{}'\n", host.guid, host.hostname);
  std::map<std::string, std::string> labels{host.labels.begin(), host.labels.end()};
  labels.try_emplace("_hostname", host.hostname);
  for (const auto& [key, value] : labels) out += fmt::format("HOST_LABEL '{}' '{}'\n", wire_id(key), wire_value(value));
  return out + "HOST_DEFINE_END\n\n";
}

}  // namespace cppd::property
