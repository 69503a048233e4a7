// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A switch with a third position: let the program decide. Source: helpers contract 1.4. JSON: config_json.h.
#pragma once

#include <cppd/base/result.h>

#include <optional>
#include <string_view>

namespace cppd {

namespace yaml {
class Decoder;
class Node;
struct Path;
}  // namespace yaml

class AutoBool {
 public:
  /// `auto`.
  constexpr AutoBool() = default;
  constexpr explicit AutoBool(std::optional<bool> value) : value_(value) {}

  /// `auto`, `enabled`, `disabled`, trimmed and in any case; blank is `auto`.
  [[nodiscard]] static Result<AutoBool> parse(std::string_view text);
  /// For text that was stored before: what is none of the three words, in any case, is `auto`.
  [[nodiscard]] static AutoBool of_stored(std::string_view text);

  [[nodiscard]] bool is_auto() const { return !value_; }
  [[nodiscard]] bool is_enabled() const { return value_ == true; }
  [[nodiscard]] bool is_disabled() const { return value_ == false; }
  [[nodiscard]] std::optional<bool> optional_bool() const { return value_; }
  [[nodiscard]] bool resolve(bool by_default) const { return value_.value_or(by_default); }
  [[nodiscard]] AutoBool with_default(bool by_default) const { return AutoBool{resolve(by_default)}; }
  [[nodiscard]] std::string_view text() const { return !value_ ? "auto" : *value_ ? "enabled" : "disabled"; }

  friend bool operator==(const AutoBool&, const AutoBool&) = default;

 private:
  std::optional<bool> value_;
};

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, AutoBool& into);

}  // namespace cppd
