// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Fields of the lines that the daemon sends. Private to this module. Source: agent contract F-1 to F-3, F-6.
#pragma once

#include <cppd/netdataapi/ingress.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::netdataapi {

inline constexpr std::string_view kFunction = "FUNCTION";
inline constexpr std::string_view kFunctionPayload = "FUNCTION_PAYLOAD";
inline constexpr std::string_view kFunctionPayloadEnd = "FUNCTION_PAYLOAD_END";
inline constexpr std::string_view kFunctionCancel = "FUNCTION_CANCEL";
inline constexpr std::string_view kFunctionProgress = "FUNCTION_PROGRESS";
inline constexpr std::string_view kQuit = "QUIT";

/// Cuts a line at its blanks. A field that begins with `"` goes on to the next `"` and may have escapes inside, as Go's
/// string literals have them; bytes inside that are not UTF-8 become replacement characters.
///
/// Empty     a quote that does not end, or goes on after its end, and an unknown escape.
[[nodiscard]] std::optional<std::vector<std::string>> split_fields(std::string_view line);

/// The first word of a line, without blanks before it.
[[nodiscard]] std::string_view first_word(std::string_view line);

/// The call of a FUNCTION or FUNCTION_PAYLOAD line; has_payload tells which. With `short_calls` a FUNCTION may end
/// after its text.
///
/// Empty     a line that is not one of them, or is malformed.
[[nodiscard]] std::optional<Call> parse_call(std::string_view line, bool short_calls);

/// The uid of a FUNCTION or FUNCTION_PAYLOAD line that is malformed or was cut.
///
/// Empty     another line, or a uid that no answer can be addressed to.
[[nodiscard]] std::string rescue_uid(std::string_view line);

}  // namespace cppd::netdataapi
