// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Expressions that RE2 compiles and that still find nothing.
#pragma once

#include <string_view>

namespace cppd::matcher {

/// True when a search for `pattern` is known to fail in every text: a class without a character, a character before the
/// begin of the text, or one behind its end. False for everything that is not that simple.
///
/// `pattern` has to be one that Regex::parse accepts.
[[nodiscard]] bool regex_finds_nothing(std::string_view pattern);

}  // namespace cppd::matcher
