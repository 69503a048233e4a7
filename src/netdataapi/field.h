// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Which texts may stand in a field of a line. Source: agent contract D-1, D-2, F-6; charts contract 5.2.
#pragma once

#include <cstddef>
#include <string_view>

namespace cppd::netdataapi {

inline constexpr std::size_t kUidBytesMax = 128;

/// A field without quotes: not empty; no control character, blank, DEL or any of `= ' " \`.
[[nodiscard]] bool valid_bare_field(std::string_view text);
/// A field in single quotes: no control character, DEL or `'`, and no odd number of backslashes at the end.
[[nodiscard]] bool valid_quoted_field(std::string_view text);
/// A field in double quotes, as the daemon reads the lines of functions: no control character, DEL, `"` or backslash.
[[nodiscard]] bool valid_double_quoted_field(std::string_view text);
/// A bare field that an answer can be addressed to: not longer than kUidBytesMax.
[[nodiscard]] bool valid_uid(std::string_view text);

/// Backslashes at the end of `text`; an odd number of them escapes the quote that follows.
[[nodiscard]] std::size_t trailing_backslashes(std::string_view text);

}  // namespace cppd::netdataapi
