// SPDX-License-Identifier: GPL-3.0-or-later
#include "yaml_scalar.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <locale.h>
#include <stdlib.h>

namespace cppd::yaml {
namespace {

bool digit(char c) { return c >= '0' && c <= '9'; }

template <std::size_t N>
bool one_of(std::string_view text, const std::array<std::string_view, N>& list) {
  return std::find(list.begin(), list.end(), text) != list.end();
}

constexpr std::array<std::string_view, 11> kTrue{"y",    "Y",    "yes", "Yes", "YES", "true",
                                                 "True", "TRUE", "on",  "On",  "ON"};
constexpr std::array<std::string_view, 11> kFalse{"n",     "N",     "no",  "No",  "NO", "false",
                                                  "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 5> kNull{"", "~", "null", "Null", "NULL"};
constexpr std::array<std::string_view, 3> kNan{".nan", ".NaN", ".NAN"};
constexpr std::array<std::string_view, 3> kInf{".inf", ".Inf", ".INF"};

std::string without_underscores(std::string_view text) {
  std::string out{text};
  std::erase(out, '_');
  return out;
}

/// `[-+]? ( '.' digits | digits [ '.' digits? ] ) ( [eE] [-+]? digits )?`
bool looks_like_decimal(std::string_view text) {
  std::size_t at = 0;
  const auto run = [&] {
    const auto begin = at;
    while (at < text.size() && digit(text[at])) ++at;
    return at > begin;
  };
  const auto sign = [&] {
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
  };
  sign();
  const bool whole = run();
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!run() && !whole) return false;
  } else if (!whole) {
    return false;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    sign();
    if (!run()) return false;
  }
  return at == text.size();
}

/// Empty when it is too large for a double; too small is zero.
std::optional<double> decimal_value(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (fault == std::errc{}) return value;
  if (fault != std::errc::result_out_of_range) return std::nullopt;
  static const locale_t c_locale = ::newlocale(LC_ALL_MASK, "C", nullptr);
  value = ::strtod_l(std::string{text}.c_str(), nullptr, c_locale);
  if (std::isinf(value)) return std::nullopt;
  return value;
}

/// The digits of `text` in `base`, all of them.
std::optional<std::uint64_t> magnitude_of(std::string_view text, int base) {
  std::uint64_t value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (fault != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

}  // namespace

std::optional<Integer> parse_integer(std::string_view written) {
  if (written.empty() || !(digit(written[0]) || written[0] == '+' || written[0] == '-')) return std::nullopt;
  const auto plain = without_underscores(written);
  std::string_view text = plain;
  const bool negative = text.starts_with('-');
  const bool is_signed = negative || text.starts_with('+');
  if (is_signed) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char marker = text[1];
    base = marker == 'x' || marker == 'X' ? 16 : marker == 'b' || marker == 'B' ? 2 : 8;
    text.remove_prefix(digit(marker) ? 1 : 2);
    if (!digit(marker) && base == 8 && marker != 'o' && marker != 'O') return std::nullopt;
  }
  const auto magnitude = magnitude_of(text, base);
  if (!magnitude) return std::nullopt;
  constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (negative) {
    if (*magnitude > kMax + 1) return std::nullopt;
    return Integer{static_cast<std::int64_t>(~*magnitude + 1)};
  }
  if (*magnitude <= kMax) return Integer{static_cast<std::int64_t>(*magnitude)};
  if (is_signed) return std::nullopt;
  return Integer{*magnitude};
}

bool underscores_between_digits(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool between = i > 0 && i + 1 < text.size() && digit(text[i - 1]) && digit(text[i + 1]);
    if (text[i] == '_' && !between) return false;
  }
  return true;
}

std::optional<double> parse_floating(std::string_view text) {
  if (one_of(text, kNan)) return std::numeric_limits<double>::quiet_NaN();
  const bool negative = text.starts_with('-');
  const auto unsigned_text = text.substr(negative || text.starts_with('+') ? 1 : 0);
  if (one_of(unsigned_text, kInf)) {
    return negative ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  }
  if (text.empty() || text[0] == '_') return std::nullopt;
  if (text[0] == '.' && !underscores_between_digits(text)) return std::nullopt;
  const auto plain = without_underscores(text);
  if (!looks_like_decimal(plain)) return std::nullopt;
  return decimal_value(plain);
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (one_of(text, kTrue)) return true;
  if (one_of(text, kFalse)) return false;
  return std::nullopt;
}

Kind resolve_plain(std::string_view text) {
  if (one_of(text, kNull)) return Kind::null;
  if (parse_boolean(text)) return Kind::boolean;
  const char first = text[0];
  if (first == '.' || first == '+' || first == '-' || digit(first)) {
    if (parse_integer(text)) return Kind::integer;
    if (parse_floating(text)) return Kind::floating;
  }
  return Kind::text;
}

Result<Kind> resolve(std::string_view tag, bool plain, std::string_view text) {
  if (tag.empty()) return plain ? resolve_plain(text) : Kind::text;
  if (!tag.starts_with(kTagPrefix)) return Kind::text;
  const auto type = tag.substr(kTagPrefix.size());
  const auto looks = resolve_plain(text);
  const auto must_be = [&](Kind kind) -> Result<Kind> {
    if (looks == kind || (kind == Kind::floating && looks == Kind::integer)) return kind;
    return std::unexpected(invalid_input(fmt::format("`{}` cannot be read as !!{}", text, type)));
  };
  if (type == "null") return must_be(Kind::null);
  if (type == "bool") return must_be(Kind::boolean);
  if (type == "int") return must_be(Kind::integer);
  if (type == "float") return must_be(Kind::floating);
  return Kind::text;
}

std::optional<std::string> decode_base64(std::string_view text) {
  const auto value_of = [](char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (digit(c)) return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
  };
  std::string compact;
  for (const char c : text) {
    if (c != '\n' && c != '\r') compact += c;
  }
  if (compact.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < compact.size() && compact[compact.size() - 1 - padding] == '=') ++padding;
  std::string out;
  std::uint32_t bits = 0;
  for (std::size_t i = 0; i < compact.size(); ++i) {
    const bool pad = i >= compact.size() - padding;
    const int value = pad ? 0 : value_of(compact[i]);
    if (value < 0) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    if (i % 4 == 3) {
      for (const int shift : {16, 8, 0}) out += static_cast<char>(bits >> shift & 0xFF);
      bits = 0;
    }
  }
  out.resize(out.size() - padding);
  return out;
}

}  // namespace cppd::yaml
