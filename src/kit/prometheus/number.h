// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Numbers as expositions write them: values, and the bounds and quantiles in labels.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace cppd::prometheus {

enum class NumberError : std::uint8_t { syntax, out_of_range };

/// Reads all of `text` as Go's ParseFloat does: decimal or hexadecimal, `_` between digits, `Inf`, `Infinity` and `NaN`
/// in any case. Too small reads as zero.
[[nodiscard]] std::expected<double, NumberError> parse_go_float(std::string_view text);

/// The value of a sample: as parse_go_float, without underscores and hexadecimals.
/// Source    helpers contract section 7.2, row Value.
[[nodiscard]] std::expected<double, NumberError> parse_value(std::string_view text);

/// The text that the parser gives a bound: `1` is `1.0`, a million is `1e+06`.
/// Source    OpenMetrics 1.0, "Considerations: Canonical Numbers"; six digits before an exponent as Go prints `%g`.
[[nodiscard]] std::string format_bound(double value);

namespace detail {
inline constexpr std::array<double, 23> kPowersOfTen = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                                        1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                                        1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

struct Digits {
  std::uint64_t value = 0;
  const char* end;
};

/// 19 digits always fit; reading stops behind the 20th, so that no number leads far.
inline Digits read_digits(const char* at, std::uint64_t before) {
  const char* const end = at + 20;
  while (at != end && static_cast<unsigned char>(*at - '0') < 10)
    before = before * 10 + static_cast<unsigned char>(*at++ - '0');
  return {before, at};
}
}  // namespace detail

inline constexpr std::size_t kShortNumberBytesMax = 64;

/// Reads the usual short numbers and says where they end; null for all others, which parse_value may still know.
///
/// Shape     exact: a mantissa below 2^53 times or divided by a power of ten up to 22 rounds once.
///           Reads at most kShortNumberBytesMax bytes from `at`.
inline const char* parse_short_number(const char* at, double& value) {
  const bool negative = *at == '-';
  at += negative ? 1 : 0;
  const auto whole = detail::read_digits(at, 0);
  auto digits = whole.end - at;
  auto mantissa = whole.value;
  const char* end = whole.end;
  std::int64_t exponent = 0;
  if (*end == '.') {
    const auto fraction = detail::read_digits(end + 1, mantissa);
    exponent = -(fraction.end - (end + 1));
    digits -= exponent;
    mantissa = fraction.value;
    end = fraction.end;
  }
  if (digits == 0 || digits > 19) return nullptr;
  if (*end == 'e' || *end == 'E') {
    const bool down = end[1] == '-';
    const char* begin = end + (down || end[1] == '+' ? 2 : 1);
    const auto power = detail::read_digits(begin, 0);
    if (power.end == begin || power.end - begin > 4) return nullptr;
    exponent += down ? -static_cast<std::int64_t>(power.value) : static_cast<std::int64_t>(power.value);
    end = power.end;
  }
  if (exponent != 0 && mantissa > std::uint64_t{1} << 53) return nullptr;
  auto magnitude = static_cast<double>(mantissa);
  if (exponent < 0) {
    if (exponent < -22) return nullptr;
    magnitude /= detail::kPowersOfTen[static_cast<std::size_t>(-exponent)];
  } else if (exponent > 0) {
    if (exponent > 22) return nullptr;
    magnitude *= detail::kPowersOfTen[static_cast<std::size_t>(exponent)];
  }
  value = negative ? -magnitude : magnitude;
  return end;
}

}  // namespace cppd::prometheus
