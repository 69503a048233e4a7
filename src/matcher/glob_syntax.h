// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The grammar of globs, shared by matching (pattern.cc) and by the proof that two globs do not meet (intersection.cc).
/// Source: helpers contract section 5.2.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace cppd::matcher {

/// True when the pattern splits fully into `*`, `?`, closed classes that are not empty, `\c` and other characters.
[[nodiscard]] bool glob_is_closed(std::string_view pattern);

/// The bounds of one item of a class; equal for a single character.
struct ClassRange {
  char32_t low;
  char32_t high;
};

/// Reads a class item by item.
class ClassReader {
 public:
  /// `pattern` begins with the `[` of the class.
  explicit ClassReader(std::string_view pattern);

  [[nodiscard]] bool negated() const { return negated_; }
  /// The next item; nothing at the closing bracket, and for a class that is none: see valid().
  [[nodiscard]] std::optional<ClassRange> next();
  [[nodiscard]] bool valid() const { return valid_; }
  /// Bytes of the class with both brackets, once next() has given nothing and valid() holds.
  [[nodiscard]] std::size_t bytes() const { return at_; }

 private:
  std::optional<char32_t> character();

  std::string_view pattern_;
  std::size_t at_ = 1;
  bool negated_ = false;
  bool first_ = true;
  bool valid_ = true;
};

}  // namespace cppd::matcher
