// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Durations as users write them in configuration. Source: helpers contract 1.1 to 1.3. JSON: config_json.h.
#pragma once

#include <cppd/base/result.h>

#include <chrono>
#include <compare>
#include <string>
#include <string_view>

namespace cppd {

namespace yaml {
class Decoder;
class Node;
struct Path;
}  // namespace yaml

/// Reads `NUMBER UNIT` pairs, `1d12h`, `1.5s` or `1 hour 15 minutes`, with one sign before all of them. Units: ns us µs
/// ms s m h d w wk mo M y, and the words that begin with them (`sec`, `minutes`, `hrs`, `weeks`, `months`, ...).
///
/// Source    helpers contract 1.1. Departure Q01, Q02: what belongs to no pair, and what overflows, is an error.
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration(std::string_view text);

/// As parse_duration; a bare number is seconds (helpers contract 1.2).
[[nodiscard]] Result<std::chrono::nanoseconds> parse_duration_setting(std::string_view text);

/// The value of `seconds`. Errors    not finite, or out of range.
[[nodiscard]] Result<std::chrono::nanoseconds> duration_of_seconds(double seconds);

/// `1h0m0.5s`, `1.5ms`, `0s`: hours, minutes and seconds, or one smaller unit.
[[nodiscard]] std::string duration_text(std::chrono::nanoseconds value);

/// A short time, written back as a number of seconds.
struct Duration {
  std::chrono::nanoseconds value{};

  [[nodiscard]] std::string text() const { return duration_text(value); }
  [[nodiscard]] std::string json_text() const;  ///< `1.5`, `1e-9`
  [[nodiscard]] std::string yaml_text() const;  ///< `1.5`, `1e-09`, `1e+06`
  friend auto operator<=>(const Duration&, const Duration&) = default;
};

/// A long time, written back as text with a unit.
struct LongDuration {
  std::chrono::nanoseconds value{};

  /// The largest unit that divides the value: `2w`, `36h`, `90m`; else seconds, else duration_text.
  /// Departure Q03: nothing is rounded, so the text reads back as the same value.
  [[nodiscard]] std::string text() const;
  friend auto operator<=>(const LongDuration&, const LongDuration&) = default;
};

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Duration& into);
void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, LongDuration& into);

}  // namespace cppd
