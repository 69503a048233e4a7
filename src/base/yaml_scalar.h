// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// YAML 1.1 scalars: what a text means under a tag, and its value. Private to base.
#pragma once

#include <cppd/base/yaml.h>

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace cppd::yaml {

/// Unsigned only when it does not fit the signed type.
using Integer = std::variant<std::int64_t, std::uint64_t>;

/// Decimal, `0x`, `0o` or leading-zero octal and `0b`, each with a sign and with underscores anywhere.
[[nodiscard]] std::optional<Integer> parse_integer(std::string_view text);
/// True when every underscore stands between two digits.
[[nodiscard]] bool underscores_between_digits(std::string_view text);
/// Decimal floats with underscores, and `.inf`, `.nan` in their spellings.
[[nodiscard]] std::optional<double> parse_floating(std::string_view text);
[[nodiscard]] std::optional<bool> parse_boolean(std::string_view text);

/// What a plain scalar without a tag is.
[[nodiscard]] Kind resolve_plain(std::string_view text);

/// `tag` is the tag as written in its long form, or empty; `plain` tells a plain scalar from a quoted or block one.
/// Errors    a tag of a standard type that the text does not fit.
[[nodiscard]] Result<Kind> resolve(std::string_view tag, bool plain, std::string_view text);

inline constexpr std::string_view kTagPrefix = "tag:yaml.org,2002:";
inline constexpr std::string_view kBinaryTag = "tag:yaml.org,2002:binary";
inline constexpr std::string_view kMergeTag = "tag:yaml.org,2002:merge";

/// Standard base64 with padding; line breaks are skipped.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace cppd::yaml
