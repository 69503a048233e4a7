// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The one grammar in which users select texts: `= text`, `* glob`, `~ expression`, `simple_patterns: words`.
/// Source: helpers contract sections 5.1 and 5.5.
#pragma once

#include <cppd/base/result.h>
#include <cppd/matcher/literal.h>
#include <cppd/matcher/pattern.h>
#include <cppd/matcher/regex.h>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace cppd::matcher {

/// Answers yes or no for a text.
///
/// Threads   immutable; copies are cheap.
/// Cost      matching allocates nothing.
class Matcher {
 public:
  /// Always `answer`.
  explicit Matcher(bool answer) : rule_{answer} {}

  /// One line: `['!'] SYMBOL blanks expression` or `['!'] NAME ':' expression`.
  /// Errors    neither form; an expression its kind refuses.
  [[nodiscard]] static Result<Matcher> parse(std::string_view line);
  /// `format` is one of string, glob, regexp, simple_patterns.
  /// Errors    an unknown format; an expression it refuses.
  [[nodiscard]] static Result<Matcher> create(std::string_view format, std::string_view expression);
  /// Texts in which `text` stands at `place`.
  [[nodiscard]] static Matcher string(std::string text, Place place);
  /// Any line of `includes` and no line of `excludes`; without includes everything is included.
  /// Errors    both lists empty; the first line that does not parse, which is named.
  [[nodiscard]] static Result<Matcher> includes_excludes(std::span<const std::string> includes,
                                                         std::span<const std::string> excludes);

  [[nodiscard]] bool matches(std::string_view text) const;
  /// The answer when it is the same for every text and known to be so.
  [[nodiscard]] std::optional<bool> constant() const;

  friend Matcher operator!(Matcher operand);
  friend Matcher operator&&(Matcher left, Matcher right);
  friend Matcher operator||(Matcher left, Matcher right);

 private:
  struct Pair;
  struct Not {
    std::shared_ptr<const Matcher> operand;
  };
  using Rule = std::variant<bool, Literal, std::shared_ptr<const Glob>, Regex, std::shared_ptr<const SimplePatterns>,
                            Not, std::shared_ptr<const Pair>>;
  explicit Matcher(Rule rule) : rule_{std::move(rule)} {}

  Rule rule_;
};

/// Constants are folded: what cannot change the answer is dropped.
[[nodiscard]] Matcher operator!(Matcher operand);
[[nodiscard]] Matcher operator&&(Matcher left, Matcher right);
[[nodiscard]] Matcher operator||(Matcher left, Matcher right);

}  // namespace cppd::matcher
