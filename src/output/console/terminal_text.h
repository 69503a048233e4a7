// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Text on a terminal: what is safe to print, and how many columns it takes.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cppd::output {

/// What the terminal can show.
enum class Charset : bool { ascii, utf8 };

/// What the environment (LC_ALL, LC_CTYPE, LANG) promises. Leaves the program's own locale alone.
[[nodiscard]] Charset locale_charset();

/// Text of others made safe: control characters, escape sequences and what turns the direction of writing become `?`,
/// as does what the charset cannot show; tabs and line ends become spaces.
[[nodiscard]] std::string printable(std::string_view text, Charset charset);

/// Columns of text that is printable: wide characters count twice, combining ones not at all.
[[nodiscard]] std::size_t columns(std::string_view text);

/// `text` in exactly `width` columns: padded, or cut with an ellipsis.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width, Charset charset);
/// As fit, padded on the left; what is cut is the end.
[[nodiscard]] std::string fit_right(std::string_view text, std::size_t width, Charset charset);
/// At most `width` columns.
[[nodiscard]] std::string clip(std::string_view text, std::size_t width, Charset charset);

/// `text` as one word: white space, control characters and `=` become `_`. Empty: `_`.
[[nodiscard]] std::string one_word(std::string_view text);

}  // namespace cppd::output
