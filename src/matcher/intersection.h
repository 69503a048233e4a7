// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Whether two patterns have a text in common: the proof that two profiles do not claim one metric.
/// Source: helpers contract section 5.6.
#pragma once

#include <cppd/base/result.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cppd::matcher {

/// How much work an analyzer may do in all its queries.
struct IntersectionBudget {
  std::int64_t states_max = 0;       ///< 0: 20,000; negative is an error
  std::int64_t transitions_max = 0;  ///< 0: 500,000; negative is an error
};

/// Finds the shortest text that two patterns match. Among texts of one length the first in a fixed order of characters
/// wins, so that answers repeat.
///
/// Errors    invalid_input for a pattern that is no glob, or has a class that could never match (stricter than Glob);
///           limit when the budget is spent; stopped when `cancelled` says so.
/// Threads   confined.
class IntersectionAnalyzer {
 public:
  explicit IntersectionAnalyzer(IntersectionBudget budget = {}, std::function<bool()> cancelled = {});

  using Witness = std::optional<std::string>;
  /// A text that both globs match and none of `exclude` does.
  [[nodiscard]] Result<Witness> globs(std::string_view left, std::string_view right,
                                      std::span<const std::string> exclude, bool require_non_empty);
  /// A text for which both simple patterns say yes.
  [[nodiscard]] Result<Witness> simple_patterns(std::string_view left, std::string_view right, bool require_non_empty);

 private:
  std::int64_t states_max_, transitions_max_;
  std::int64_t states_ = 0, transitions_ = 0;
  std::function<bool()> cancelled_;
};

}  // namespace cppd::matcher
