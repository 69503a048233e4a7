// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Texts and numbers as the vectors write them: a text that is not UTF-8 is `{"b64": "..."}`, or its field ends in
/// `_b64`; a number that is not finite is a string.
#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace cppd::conformance {

[[nodiscard]] std::string base64_decode(std::string_view text);
[[nodiscard]] std::string base64_encode(std::string_view bytes);

/// A string, or an object with `b64`.
[[nodiscard]] std::string text_of(const nlohmann::json& value);
[[nodiscard]] nlohmann::json to_text(std::string_view text);
/// The field `key` of an object, or `<key>_b64`.
[[nodiscard]] std::string text_field(const nlohmann::json& object, const std::string& key);
/// A list of texts; empty when it is absent or null.
[[nodiscard]] std::vector<std::string> texts_field(const nlohmann::json& object, const std::string& key);

[[nodiscard]] nlohmann::json to_number(double value);

}  // namespace cppd::conformance
