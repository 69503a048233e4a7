// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Regular expressions: the one door to RE2. Source: helpers contract section 5.3.
#pragma once

#include <cppd/base/result.h>

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::matcher {

/// A search, not anchored, in linear time.
///
/// Shape     the syntax of Go's regexp: `(?P<n>` and `(?<n>` name a group, one name may be used twice, `\C` is refused.
///           Ill-formed bytes of a text count as U+FFFD each.
/// Threads   immutable; copies share what they compiled.
/// Cost      linear in the text; allocates only for texts that are not UTF-8, and RE2 for states it meets first.
///           The memory of one expression is bounded.
class Regex {
 public:
  /// Where the expression has to match.
  enum class Anchor : bool { none, both };

  /// Errors    bad syntax; more than the memory bound.
  [[nodiscard]] static Result<Regex> parse(std::string_view pattern, Anchor anchor = Anchor::none);

  [[nodiscard]] bool matches(std::string_view text) const;

  /// The leftmost match: groups[0] is all of it, groups[i] the i-th group. Groups without a part in the match get a
  /// view whose data() is null. `groups` may be shorter than group_count() + 1.
  ///
  /// Borrows   the views look into `text`.
  [[nodiscard]] bool search(std::string_view text, std::span<std::string_view> groups) const;

  [[nodiscard]] std::size_t group_count() const;
  /// Element i is the name of group i + 1, empty when it has none.
  [[nodiscard]] const std::vector<std::string>& group_names() const;

  /// Fills `$1`, `$name`, `${name}` and `$$` of `replacement` from the groups of a match and appends it. A name is as
  /// long as can be; one that no group has is empty.
  void expand(std::string_view replacement, std::span<const std::string_view> groups, std::string& into) const;

 private:
  struct Program;
  explicit Regex(std::shared_ptr<const Program> program);
  std::shared_ptr<const Program> program_;
};

}  // namespace cppd::matcher
