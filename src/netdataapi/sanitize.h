// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What text may look like on the wire. Source: charts contract 5.1 (E1, E2) and 5.6 (R3).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace cppd::netdataapi {

/// `type.id` of a chart is refused by the receiver when it is longer.
inline constexpr std::size_t kTypeIdBytesMax = 1200;

/// Is clean_value(text) sure to be `text` itself? A fast answer; false says nothing.
[[nodiscard]] bool surely_clean_value(std::string_view text);
/// As surely_clean_value, for clean_id(text); never true for an empty text.
[[nodiscard]] bool surely_clean_id(std::string_view text);

/// Deletes `'` and NUL, turns line ends into spaces; then a trailing backslash that would eat the closing quote at the
/// receiver is dropped (diff D7).
void append_value(std::string& out, std::string_view text);
/// As append_value, of the trimmed text.
void append_id(std::string& out, std::string_view text);
[[nodiscard]] std::string clean_value(std::string_view text);
[[nodiscard]] std::string clean_id(std::string_view text);
/// What the receiver reads where `wire` is written between quotes: a backslash is gone, and what follows it stays.
/// Names that are one to it are one.
[[nodiscard]] std::string received(std::string_view wire);
/// Bytes of clean_id(text).
[[nodiscard]] std::size_t id_bytes(std::string_view text);

}  // namespace cppd::netdataapi
