// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Series selectors: `name{label="value",...}` and lists of them. Source: charts contract section 3, metrix contract
/// section 9, helpers contract section 6.
#pragma once

#include <cppd/base/label.h>
#include <cppd/base/result.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::matcher {

/// A term of a selector that refuses a series.
///
/// Borrows   the selector, and the series for what was found.
struct RefusedTerm {
  std::string_view key;                     ///< `__name__` for the metric name
  std::string_view symbol;                  ///< `=`, `!=`, `=~`, `!~`, `=*` or `!*`
  std::string_view pattern;                 ///< without its quotes
  std::optional<std::string_view> found{};  ///< empty: the series has no such label
};

/// One selector.
///
/// Threads   immutable; copies share what they compiled.
/// Cost      matching allocates nothing.
class Selector {
 public:
  /// Errors    every case of S4 (charts contract) and a blank expression.
  [[nodiscard]] static Result<Selector> parse(std::string_view expression);
  /// True for expressions without a term, blank or `{}`: lists skip them, parse() refuses them.
  [[nodiscard]] static bool selects_everything(std::string_view expression);

  [[nodiscard]] bool matches(std::string_view name, Labels labels) const;
  /// As it was written.
  [[nodiscard]] const std::string& text() const;
  /// Every term that does not hold, in their order. Empty when the series is selected.
  [[nodiscard]] std::vector<RefusedTerm> refused_by(std::string_view name, Labels labels) const;
  /// Candidate metric names (S9), sorted and unique; empty when every series has to be tested.
  [[nodiscard]] const std::vector<std::string>& metric_names() const;
  /// Labels that a term constrains, `__name__` excluded, sorted and unique.
  [[nodiscard]] const std::vector<std::string>& constrained_keys() const;

 private:
  struct Program;
  explicit Selector(std::shared_ptr<const Program> program);
  std::shared_ptr<const Program> program_;
};

/// `allow` and `deny` lists: passes when (allow is empty or any of it matches) and nothing of deny matches (S13).
///
/// Threads   immutable.
class SelectorList {
 public:
  /// Passes everything.
  SelectorList() = default;
  /// Blank entries are skipped. Errors    the first entry that does not parse, as `parse selector "<item>": ...`.
  [[nodiscard]] static Result<SelectorList> parse(std::span<const std::string> allow,
                                                  std::span<const std::string> deny);

  [[nodiscard]] bool matches(std::string_view name, Labels labels) const;
  /// The entry of `deny` that refuses the series. Null when none of them does; whatever `allow` says.
  ///
  /// Borrows   the list.
  [[nodiscard]] const Selector* denied_by(std::string_view name, Labels labels) const;
  /// Entries that are not blank.
  [[nodiscard]] std::span<const Selector> allow() const { return allow_; }
  /// True when nothing can be refused.
  [[nodiscard]] bool passes_all() const { return allow_.empty() && deny_.empty(); }

 private:
  std::vector<Selector> allow_;
  std::vector<Selector> deny_;
};

}  // namespace cppd::matcher
