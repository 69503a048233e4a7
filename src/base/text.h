// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Small text helpers that several modules share.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cppd {

/// Removes Unicode white space at both ends (Go's TrimSpace). Ill-formed UTF-8 is not white space.
[[nodiscard]] std::string_view trim(std::string_view text);
/// Words between runs of Unicode white space (Go's Fields).
[[nodiscard]] std::vector<std::string_view> words(std::string_view text);
[[nodiscard]] inline bool blank(std::string_view text) { return trim(text).empty(); }

/// One character of UTF-8 text.
struct CodePoint {
  char32_t code = 0xFFFD;
  std::size_t bytes = 1;
  bool valid = false;
};
/// The first code point of a text that is not empty. An ill-formed byte counts as U+FFFD, one byte long.
[[nodiscard]] CodePoint decode_utf8(std::string_view text);
void append_utf8(std::string& into, char32_t code);

[[nodiscard]] std::string ascii_lower(std::string_view text);
[[nodiscard]] bool valid_utf8(std::string_view text);
/// Replaces each ill-formed byte by U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view text);

/// The candidate nearest to `word` by edit distance, empty when none is near enough to be a plausible misspelling.
[[nodiscard]] std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace cppd
