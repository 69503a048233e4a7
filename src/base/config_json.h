// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The types of configuration that have a text form of their own, as JSON values. Source: helpers contract 1.2 to 1.4.
#pragma once

#include <cppd/base/autobool.h>
#include <cppd/base/duration.h>
#include <cppd/base/result.h>

#include <nlohmann/json_fwd.hpp>

namespace cppd {

/// Text, or a number of seconds; null is zero.
/// Errors    any other value, and what parse_duration_setting refuses; `into` stays as it was.
[[nodiscard]] Result<> decode_json(const nlohmann::json& value, Duration& into);
[[nodiscard]] Result<> decode_json(const nlohmann::json& value, LongDuration& into);
/// A bool or one of the three words. Departure Q04: null is `auto`, as it is in YAML.
[[nodiscard]] Result<> decode_json(const nlohmann::json& value, AutoBool& into);

[[nodiscard]] nlohmann::json encode_json(const Duration& value);  ///< a number of seconds
[[nodiscard]] nlohmann::json encode_json(const LongDuration& value);
[[nodiscard]] nlohmann::json encode_json(const AutoBool& value);

}  // namespace cppd
