// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Numbers and units for people.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cppd::output {

/// A value in a unit of its own size: 3072 of `KiB/s` is `3.000 MiB/s`. Bytes in the binary prefixes, bits and hertz in
/// the decimal ones, times from ns to days; counts of anything else get k, M, G, T from ten thousand on.
///
/// Shape     four significant digits; whole numbers below ten thousand as they are. NaN: `-` without a unit.
struct HumanValue {
  std::string number;
  std::string unit;
  [[nodiscard]] std::string text() const { return unit.empty() ? number : number + ' ' + unit; }
};
[[nodiscard]] HumanValue humanize(double value, std::string_view units);

/// A value as it is, for files and pipes: at least six significant digits, no exponent below 1e15. NaN: `-`.
[[nodiscard]] std::string plain_number(double value);

/// `1 chart`, `2 charts`.
[[nodiscard]] std::string counted(std::uint64_t count, std::string_view what);

}  // namespace cppd::output
