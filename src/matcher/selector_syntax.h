// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The grammar of series selectors, shared by matching (selector.cc) and by the proof that nothing can match
/// (contradiction.cc). Source: charts contract section 3, S1 to S6.
#pragma once

#include <cppd/base/result.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::matcher {

inline constexpr std::string_view kNameLabel = "__name__";

/// A term in its parts. A metric name in front of the braces is a term for `__name__`.
struct SelectorTerm {
  std::string_view key;
  std::string_view format;  ///< as Matcher::create knows it
  bool negated;
  std::string_view pattern;

  /// Does the term say a metric name under which series can be looked up (S9)?
  [[nodiscard]] bool is_candidate() const;
};

/// The terms of one selector. Patterns are not looked into.
class SelectorTerms {
 public:
  /// Errors    a blank expression, and those of S4 that are not about a pattern.
  [[nodiscard]] static Result<SelectorTerms> read(std::string_view expression);
  [[nodiscard]] static bool none_in(std::string_view expression);

  /// Never none.
  /// Borrows   this object, which may be moved.
  [[nodiscard]] std::span<const SelectorTerm> terms() const { return terms_; }

 private:
  SelectorTerms() = default;
  std::unique_ptr<const std::string> text_;  // the terms look into it
  std::vector<SelectorTerm> terms_;
};

}  // namespace cppd::matcher
