// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/number.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace cppd::netdataapi {
namespace {

constexpr double kExactIntegers = 1e15;  // below this every integer has at most 15 digits and is its own shortest form

/// A decimal of at most 15 digits that reads back as `value` is the shortest one, because no two of them are the same
/// double. Most measured values have few digits behind the point, and this is several times cheaper than the general
/// way.
char* write_short_fraction(char* at, double value) {
  constexpr struct {
    double scale;
    int digits;
  } kScales[] = {{10, 1}, {100, 2}, {1000, 3}};
  for (const auto& [scale, digits] : kScales) {
    const double scaled = value * scale;
    if (scaled >= kExactIntegers) return nullptr;
    const double whole = std::nearbyint(scaled);
    if (whole / scale != value) continue;
    const auto number = static_cast<std::uint64_t>(whole);
    const auto unit = static_cast<std::uint64_t>(scale);
    at = std::to_chars(at, at + 20, number / unit).ptr;
    *at++ = '.';
    auto fraction = number % unit;
    for (int i = digits - 1; i >= 0; --i) {
      at[i] = static_cast<char>('0' + fraction % 10);
      fraction /= 10;
    }
    return at + digits;
  }
  return nullptr;
}

}  // namespace

char* write_integer(char* at, std::int64_t value) { return std::to_chars(at, at + 24, value).ptr; }

char* write_float(char* at, double value) {
  if (std::signbit(value)) {
    *at++ = '-';
    value = -value;
  }
  if (value < kExactIntegers) {
    const auto whole = static_cast<std::uint64_t>(value);
    if (static_cast<double>(whole) == value) return std::to_chars(at, at + 20, whole).ptr;
    if (char* end = write_short_fraction(at, value)) return end;
  }
  // d.ddde[+-]dd: the digits are laid out around the point.
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  const char* mark = static_cast<const char*>(std::memchr(text, 'e', static_cast<std::size_t>(end - text)));
  char digits[24];
  int count = 0;
  for (const char* c = text; c < mark; ++c) {
    if (*c != '.') digits[count++] = *c;
  }
  int exponent = 0;
  std::from_chars(mark + (mark[1] == '+' ? 2 : 1), end, exponent);
  if (exponent < 0) {
    *at++ = '0';
    *at++ = '.';
    for (int i = -1; i > exponent; --i) *at++ = '0';
    std::memcpy(at, digits, static_cast<std::size_t>(count));
    return at + count;
  }
  for (int i = 0; i <= exponent; ++i) *at++ = i < count ? digits[i] : '0';
  if (exponent + 1 < count) {
    *at++ = '.';
    std::memcpy(at, digits + exponent + 1, static_cast<std::size_t>(count - exponent - 1));
    at += count - exponent - 1;
  }
  return at;
}

}  // namespace cppd::netdataapi
