// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/yaml.h>

#include "yaml_scalar.h"

#include <cmath>

namespace cppd::yaml {
namespace {

// Bounds of the integers as doubles that can be compared with: the first value that no longer fits.
constexpr double kInt64End = 9223372036854775808.0;
constexpr double kUint64End = 18446744073709551616.0;

}  // namespace

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::null: return "nothing";
    case Kind::boolean: return "a bool";
    case Kind::integer: return "an integer";
    case Kind::floating: return "a number";
    case Kind::text: return "text";
    case Kind::sequence: return "a list";
    case Kind::mapping: return "a mapping";
  }
  return "";
}

const Node* Node::find(std::string_view key) const {
  for (auto entry = entries_.rbegin(); entry != entries_.rend(); ++entry) {
    if (entry->key->is_scalar() && entry->key->text() == key) return entry->value;
  }
  return nullptr;
}

std::optional<std::string_view> Node::as_text() const {
  if (!is_scalar()) return std::nullopt;
  return is_null() ? std::string_view{} : std::string_view{text_};
}

std::optional<bool> Node::as_bool() const {
  if (kind_ != Kind::boolean) return std::nullopt;
  return parse_boolean(text_);
}

std::optional<std::int64_t> Node::as_int64() const {
  if (kind_ == Kind::integer) {
    const auto value = parse_integer(text_);
    if (!value || !std::holds_alternative<std::int64_t>(*value)) return std::nullopt;
    return std::get<std::int64_t>(*value);
  }
  if (kind_ != Kind::floating) return std::nullopt;
  const auto value = std::trunc(as_double().value_or(NAN));
  if (!(value >= -kInt64End && value < kInt64End)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::uint64_t> Node::as_uint64() const {
  if (kind_ == Kind::integer) {
    const auto value = parse_integer(text_);
    if (!value) return std::nullopt;
    if (const auto* large = std::get_if<std::uint64_t>(&*value)) return *large;
    const auto small = std::get<std::int64_t>(*value);
    if (small < 0) return std::nullopt;
    return static_cast<std::uint64_t>(small);
  }
  if (kind_ != Kind::floating) return std::nullopt;
  const auto value = std::trunc(as_double().value_or(NAN));
  if (!(value >= 0 && value < kUint64End)) return std::nullopt;
  return static_cast<std::uint64_t>(value);
}

std::optional<double> Node::as_double() const {
  if (kind_ != Kind::floating && kind_ != Kind::integer) return std::nullopt;
  if (const auto value = parse_integer(text_)) {
    return std::visit([](auto number) { return static_cast<double>(number); }, *value);
  }
  return parse_floating(text_);
}

}  // namespace cppd::yaml
