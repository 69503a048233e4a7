// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// All that can be said against a chart template without a sample.
#pragma once

#include <cppd/base/result.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::agent {

/// What is wrong with a template: its language first; when that is right, every selector that does not parse and every
/// dimension whose name cannot be inferred; then what the rules of the lint find, but for those `allowed`.
///
/// Errors    with file, line and column; the context is the field path.
[[nodiscard]] std::vector<Error> check_template(std::string_view text, const std::string& file,
                                                std::span<const std::string> allowed = {});

}  // namespace cppd::agent
