// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/config_json.h>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cppd {
namespace {

using nlohmann::json;
using std::chrono::nanoseconds;

Result<nanoseconds> duration_of(const json& value) {
  if (value.is_null()) return nanoseconds{0};
  if (value.is_number()) return duration_of_seconds(value.get<double>());
  if (value.is_string()) return parse_duration_setting(value.get_ref<const std::string&>());
  return std::unexpected(invalid_input(fmt::format("expected a duration, found {}", value.type_name())));
}

template <class T>
Result<> decode_duration(const json& value, T& into) {
  const auto parsed = duration_of(value);
  if (!parsed) return std::unexpected(parsed.error());
  into.value = *parsed;
  return ok;
}

}  // namespace

Result<> decode_json(const json& value, Duration& into) { return decode_duration(value, into); }
Result<> decode_json(const json& value, LongDuration& into) { return decode_duration(value, into); }

Result<> decode_json(const json& value, AutoBool& into) {
  if (value.is_null()) {
    into = AutoBool{};
  } else if (value.is_boolean()) {
    into = AutoBool{value.get<bool>()};
  } else if (value.is_string()) {
    const auto parsed = AutoBool::parse(value.get_ref<const std::string&>());
    if (!parsed) return std::unexpected(parsed.error());
    into = *parsed;
  } else {
    return std::unexpected(
        invalid_input(fmt::format("expected auto, enabled or disabled, found {}", value.type_name())));
  }
  return ok;
}

json encode_json(const Duration& value) { return json::parse(value.json_text()); }
json encode_json(const LongDuration& value) { return value.text(); }
json encode_json(const AutoBool& value) { return std::string{value.text()}; }

}  // namespace cppd
