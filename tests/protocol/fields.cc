// SPDX-License-Identifier: GPL-3.0-or-later
#include "protocol/fields.h"

#include <array>
#include <charconv>
#include <cmath>
#include <system_error>

namespace cppd::protocol {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

/// Reads a quoted field that opens at `at`; returns where it ends, past the closing quote, or npos.
std::size_t quoted_field(std::string_view line, std::size_t at, Field& into) {
  const char quote = line[at];
  into.quote = quote == '\'' ? Quote::single_quote : Quote::double_quote;
  for (std::size_t i = at + 1; i < line.size(); ++i) {
    if (line[i] == quote) return i + 1;
    if (line[i] == '\\' && ++i == line.size()) break;
    into.text.push_back(line[i]);
  }
  return std::string_view::npos;
}

/// The significant digits of a decimal: no sign, dot, or zeros at either end.
std::string significant_digits(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (is_digit(c) && !(digits.empty() && c == '0')) digits.push_back(c);
  }
  while (!digits.empty() && digits.back() == '0') digits.pop_back();
  return digits;
}

}  // namespace

void split(std::string_view line, Line& into) {
  into.fault = LineFault::none;
  std::size_t used = 0;
  const auto fail = [&](LineFault fault) {
    into.fields.resize(used);
    into.fault = fault;
  };
  for (std::size_t at = 0; at < line.size();) {
    if (line[at] == ' ') return fail(LineFault::spacing);
    if (used == into.fields.size()) into.fields.emplace_back();
    Field& field = into.fields[used];
    field.text.clear();
    field.quote = Quote::none;
    if (line[at] == '\'' || line[at] == '"') {
      at = quoted_field(line, at, field);
      if (at == std::string_view::npos) return fail(LineFault::open_quote);
      if (at < line.size() && line[at] != ' ') return fail(LineFault::adjacent);
    } else {
      const auto end = std::min(line.find(' ', at), line.size());
      field.text.assign(line.substr(at, end - at));
      if (field.text != "=" && field.text.find_first_of("'\"\\=") != std::string::npos) return fail(LineFault::bare);
      at = end;
    }
    ++used;
    if (at < line.size() && ++at == line.size()) return fail(LineFault::spacing);
  }
  into.fields.resize(used);
}

std::optional<std::int64_t> integer(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  if (digits.empty() || !is_digit(digits[0]) || (digits[0] == '0' && text.size() > 1)) return std::nullopt;
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> decimal(std::string_view text) {
  std::string_view digits = text;
  if (digits.starts_with('-')) digits.remove_prefix(1);
  const auto dot = digits.find('.');
  const auto whole = digits.substr(0, dot);
  if (whole.empty() || (whole.size() > 1 && whole[0] == '0')) return std::nullopt;
  if (dot == digits.size() - 1) return std::nullopt;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i != dot && !is_digit(digits[i])) return std::nullopt;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

bool shortest(std::string_view text, double value) {
  if (text.find('.') != std::string_view::npos && text.ends_with('0')) return false;
  std::array<char, 64> buffer;
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific).ptr;
  std::string_view scientific{buffer.data(), static_cast<std::size_t>(end - buffer.data())};
  return significant_digits(text) == significant_digits(scientific.substr(0, scientific.find('e')));
}

bool is_uuid(std::string_view text) {
  const bool dashed = text.size() == 36;
  if (!dashed && text.size() != 32) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = dashed && (i == 8 || i == 13 || i == 18 || i == 23);
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

}  // namespace cppd::protocol
