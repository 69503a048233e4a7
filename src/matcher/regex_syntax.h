// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What has to be known of an expression before RE2 sees it.
#pragma once

#include <cppd/base/result.h>
#include <cppd/matcher/literal.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::matcher {

/// The text that an expression without operators looks for: `^a\.b$` is the whole of `a.b`.
[[nodiscard]] std::optional<Literal> literal_of_regex(std::string_view pattern);

struct PlainRegex {
  std::string pattern;             ///< without names, which RE2 knows in one spelling and only once each
  std::vector<std::string> names;  ///< one per capturing group
};

/// Errors    `\C`, and a group name that is empty or not of letters, digits and underscores.
[[nodiscard]] Result<PlainRegex> take_group_names(std::string_view pattern);

}  // namespace cppd::matcher
