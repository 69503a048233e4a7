// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/autobool.h>

#include <cppd/base/text.h>
#include <cppd/base/yaml_decode.h>

#include <fmt/format.h>

namespace cppd {
namespace {

std::optional<AutoBool> of_word(std::string_view text) {
  const auto word = ascii_lower(text);
  if (word.empty() || word == "auto") return AutoBool{};
  if (word == "enabled") return AutoBool{true};
  if (word == "disabled") return AutoBool{false};
  return std::nullopt;
}

}  // namespace

Result<AutoBool> AutoBool::parse(std::string_view text) {
  if (const auto value = of_word(trim(text))) return *value;
  return std::unexpected(invalid_input(fmt::format("\"{}\" is none of auto, enabled, disabled", to_valid_utf8(text))));
}

AutoBool AutoBool::of_stored(std::string_view text) { return of_word(text).value_or(AutoBool{}); }

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, AutoBool& into) {
  if (node.is_null()) {
    into = AutoBool{};
  } else if (const auto value = node.as_bool()) {
    into = AutoBool{*value};
  } else if (node.kind() != yaml::Kind::text) {
    decoder.fail_kind(node, path, "auto, enabled or disabled");
  } else if (const auto parsed = AutoBool::parse(node.text())) {
    into = *parsed;
  } else {
    decoder.fail(node, path, parsed.error().what);
  }
}

}  // namespace cppd
