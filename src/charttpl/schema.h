// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The template language as a JSON schema: for editors, and for tools that write templates.
#pragma once

#include <string_view>

namespace cppd::charttpl {

/// The schema, draft 2020-12. It refuses whatever decode() refuses at its first stage, and most of what breaks a rule
/// of one place; a number with a fraction is no integer to it.
///
/// Source    charts contract V37, with the departures that `version` may be absent and that blank texts are refused.
[[nodiscard]] std::string_view schema();

}  // namespace cppd::charttpl
