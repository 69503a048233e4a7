// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Globs and simple patterns. Source: charts contract S10, S11; helpers contract sections 5.2 and 5.4.
#pragma once

#include <cppd/base/result.h>
#include <cppd/matcher/literal.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::matcher {

/// A shell-style glob that must match the whole text: `*` any run (also of `/`), `?` one code point, `[abc] [a-z]
/// [^a]`, `\c`.
///
/// Threads   immutable. Cost   matching allocates nothing.
class Glob {
 public:
  /// Errors    an unclosed `[` or a trailing backslash.
  [[nodiscard]] static Result<Glob> parse(std::string_view pattern);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  enum class Form : std::uint8_t {
    any,
    literal,  ///< literal_.text is the unescaped text
    general,  ///< literal_.text is the pattern
    never,    ///< a class that closes and still is none, such as `[a-]` (helpers Q12)
  };

  Form form_ = Form::literal;
  Literal literal_;
};

/// `text` as a glob that matches only `text`.
[[nodiscard]] std::string quote_glob(std::string_view text);

/// Words, each a glob that `!` may negate; the first that matches decides, none means no.
///
/// Threads   immutable. Cost   matching allocates nothing.
class SimplePatterns {
 public:
  /// Words separated by white space.
  /// Errors    the first word that is no glob.
  [[nodiscard]] static Result<SimplePatterns> parse(std::string_view text);

  /// Words that may hold spaces. They are trimmed, and blank ones skipped.
  /// Errors    a word that is no glob, a lone `!`, and words of which none is positive.
  [[nodiscard]] static Result<SimplePatterns> parse_list(std::span<const std::string> words);

  [[nodiscard]] bool matches(std::string_view text) const;
  /// True when there is no word, and so no match.
  [[nodiscard]] bool empty() const { return words_.empty(); }

 private:
  struct Word {
    Glob glob;
    bool positive;
  };
  [[nodiscard]] Result<> add(std::string_view glob, bool positive);

  std::vector<Word> words_;
};

}  // namespace cppd::matcher
