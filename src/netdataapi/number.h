// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Numbers of SET lines. Source: charts contract E5 and P22.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

namespace cppd::netdataapi {

/// Room that a number needs at most: the smallest double has 324 digits behind the point and 17 of its own.
inline constexpr std::size_t kNumberBytesMax = 352;

/// Writes the decimal of `value` and returns its end. `at` has room for kNumberBytesMax.
[[nodiscard]] char* write_integer(char* at, std::int64_t value);
/// Shortest digits that give the same double back, always as a plain decimal. Not for NaN and infinities.
[[nodiscard]] char* write_float(char* at, double value);
/// `value` cut toward zero. Empty when it does not fit or is not finite.
[[nodiscard]] inline std::optional<std::int64_t> to_integer(double value) {
  if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

}  // namespace cppd::netdataapi
