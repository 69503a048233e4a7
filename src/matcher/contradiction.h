// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Selectors that parse and that no series can ever match: what a lint says of a template or a filter.
/// Source: charts contract S9, S10, S12 and K22.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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

/// What can be proved of one selector, alone and beside another. A proof is never wrong, and false means only that
/// there is none: a bounded effort goes into each pair of terms.
///
/// Threads   immutable; copies share what they compiled.
/// Cost      as why_nothing_matches.
class SelectorFacts {
 public:
  /// Empty     for a selector that does not parse.
  [[nodiscard]] static std::optional<SelectorFacts> read(std::string_view selector);

  [[nodiscard]] std::optional<std::string> why_nothing_matches(Lookup lookup) const;
  /// Is it proved that no series matches both?
  [[nodiscard]] bool excludes(const SelectorFacts& other) const;
  /// Is it proved that what this one matches, `other` matches too?
  [[nodiscard]] bool implies(const SelectorFacts& other) const;
  /// Is it proved that all series have the label, and none an empty one?
  [[nodiscard]] bool requires_text(std::string_view label) const;
  /// The only values that the label can have. Empty when there is no list of them.
  ///
  /// Borrows   this object and its copies.
  [[nodiscard]] std::optional<std::vector<std::string_view>> values(std::string_view label) const;
  /// Is it proved that the label `mine` of series matched here never has the value of `theirs` of those matched by
  /// `other`? Both labels are taken to be there.
  [[nodiscard]] bool values_apart(std::string_view mine, const SelectorFacts& other, std::string_view theirs) const;
  /// Do the terms for the name let `name` in?
  [[nodiscard]] bool takes_name(std::string_view name) const;

 private:
  struct Proof;
  explicit SelectorFacts(std::shared_ptr<const Proof> proof);
  std::shared_ptr<const Proof> proof_;
};

}  // namespace cppd::matcher
