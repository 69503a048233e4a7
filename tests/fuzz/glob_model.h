// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Globs by the letter of the grammar, without regard to cost: what the matcher has to agree with.
#pragma once

#include <optional>
#include <string_view>

namespace cppd::fuzz {

/// Does `text` match `pattern`? Both have to be UTF-8.
///
/// Empty     for a pattern that is no glob.
/// Cost      bytes of the pattern times bytes of the text.
/// Source    helpers contract 5.2.
[[nodiscard]] std::optional<bool> glob_matches(std::string_view pattern, std::string_view text);

}  // namespace cppd::fuzz
