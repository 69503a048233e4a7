// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The lexical half of the protocol reader: a line becomes fields, a field a number. Knows no command.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::protocol {

enum class Quote : std::uint8_t { none, single_quote, double_quote };

struct Field {
  std::string text;  ///< as the receiver sees it: quotes gone, escapes applied
  Quote quote = Quote::none;
};

/// What is wrong with the way a line is written; empty when it is well-formed.
enum class LineFault : std::uint8_t {
  none,
  spacing,     ///< not exactly one space between fields, or white space at an end
  open_quote,  ///< a quoted field does not end; a backslash before the closing quote does this
  adjacent,    ///< a character directly after a closing quote
  bare,        ///< quote, backslash or equals sign inside a bare field
};

struct Line {
  std::vector<Field> fields;
  LineFault fault = LineFault::none;
};

/// Splits a line as the receiver does, and notes where the line is not written as charts 5.2 demands.
///
/// Shape     fields come out also of a faulty line, up to the fault.
/// Cost      one pass; reuses the storage of `into`.
void split(std::string_view line, Line& into);

/// A decimal integer of 64 bits without leading zeros, plus sign or `-0`.
[[nodiscard]] std::optional<std::int64_t> integer(std::string_view text);

/// A fixed decimal without exponent, `inf`, `nan`, leading zeros or a bare dot.
[[nodiscard]] std::optional<double> decimal(std::string_view text);

/// Whether `text`, a decimal, has no more digits than its value needs to be read back exactly.
[[nodiscard]] bool shortest(std::string_view text, double value);

/// A UUID in the dashed form, or the compact one of 32 hexadecimal digits.
[[nodiscard]] bool is_uuid(std::string_view text);

}  // namespace cppd::protocol
