// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The texts and numbers of JSON.
#pragma once

#include <string>
#include <string_view>

namespace cppd::output {

/// In quotes; what is no UTF-8 becomes U+FFFD.
void append_json_text(std::string& out, std::string_view text);
/// The shortest that reads back as the same double; `null` when it is not finite.
void append_json_number(std::string& out, double value);

}  // namespace cppd::output
