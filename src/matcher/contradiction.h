// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Selectors that parse and that no series can ever match: what a lint says of a template or a filter.
/// Source: charts contract S9, S10, S12 and K22.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cppd::matcher {

/// How series come to a selector.
enum class Lookup : std::uint8_t {
  all_series,  ///< each is tested: filters
  by_name,     ///< those called like a candidate name (S9) are, all when there is none: dimensions of templates
};

/// Why no series can match, as "the terms for label a exclude each other". Never wrong, but not complete: a bounded
/// effort goes into each pair of terms.
///
/// Empty     when a series may match, and for a selector that does not parse.
/// Cost      for a person who waits: it compiles expressions and walks pairs of patterns.
[[nodiscard]] std::optional<std::string> why_nothing_matches(std::string_view selector, Lookup lookup);

}  // namespace cppd::matcher
