// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Globs and simple patterns. Source: charts contract S10, S11; helpers contract section 5.
#pragma once

#include <cppd/base/result.h>

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
  std::string pattern_;
};

/// Words separated by white space, each a glob that `!` may negate; the first that matches decides, none means no.
///
/// Threads   immutable. Cost   matching allocates nothing.
class SimplePatterns {
 public:
  [[nodiscard]] static Result<SimplePatterns> parse(std::string_view text);
  [[nodiscard]] bool matches(std::string_view text) const;

 private:
  struct Word {
    Glob glob;
    bool positive;
  };
  std::vector<Word> words_;
};

}  // namespace cppd::matcher
