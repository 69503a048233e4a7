// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/yaml_decode.h>

#include <cppd/base/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <tuple>

namespace cppd::yaml {
namespace {

/// A scalar for a message: `text`, cut when long.
std::string shown(const Node& node) {
  constexpr std::size_t kShownBytesMax = 40;
  const auto text = node.text();
  if (text.size() <= kShownBytesMax) return fmt::format("`{}`", to_valid_utf8(text));
  return fmt::format("`{}...`", to_valid_utf8(text.substr(0, kShownBytesMax)));
}

}  // namespace

std::string Path::text() const {
  if (parent == nullptr) return std::string{key};
  auto out = parent->text();
  if (key.empty()) return out + fmt::format("[{}]", index);
  if (!out.empty()) out += '.';
  return out.append(key);
}

void Decoder::fail(const Node& at, const Path& path, std::string what) {
  report(Severity::error, at, path, std::move(what));
}

void Decoder::fail_kind(const Node& at, const Path& path, std::string_view want) {
  auto found = std::string{kind_name(at.kind())};
  if (at.is_scalar() && !at.is_null()) found += " " + shown(at);
  fail(at, path, fmt::format("expected {}, found {}", want, found));
}

void Decoder::report(Severity severity, const Node& at, const Path& path, std::string what) {
  if (severity == Severity::ignored) return;
  Error error{.what = std::move(what), .location = document_.location(at)};
  if (auto place = path.text(); !place.empty()) error.context.push_back(std::move(place));
  (severity == Severity::error ? errors_ : warnings_).push_back(std::move(error));
}

bool Decoder::check_key(const Entry& entry, const Path& path) {
  if (!entry.key->is_scalar()) {
    fail(*entry.key, path, fmt::format("{} cannot be a key", kind_name(entry.key->kind())));
    return false;
  }
  if (entry.duplicate) {
    report(strictness_.duplicate_keys, *entry.key, path, fmt::format("key \"{}\" is written twice", entry.key->text()));
  }
  return true;
}

void Decoder::mapping(const Node& node, const Path& path, std::string_view what, std::initializer_list<Field> fields) {
  if (node.is_null()) return;
  if (!node.is_mapping()) return fail_kind(node, path, fmt::format("a mapping ({})", what));
  for (const auto& entry : node.entries()) {
    if (!check_key(entry, path)) continue;
    const auto key = entry.key->text();
    const auto* field = std::find_if(fields.begin(), fields.end(), [&](const Field& f) { return f.key() == key; });
    if (field != fields.end()) {
      field->decode(*this, *entry.value, Path{.parent = &path, .key = key});
      continue;
    }
    if (strictness_.unknown_keys == Severity::ignored) continue;
    std::vector<std::string_view> known;
    for (const auto& candidate : fields) known.push_back(candidate.key());
    auto message = fmt::format("unknown key \"{}\" in {}", key, what);
    if (const auto near = nearest(key, known); !near.empty()) message += fmt::format("; did you mean \"{}\"?", near);
    report(strictness_.unknown_keys, *entry.key, path, std::move(message));
  }
}

std::vector<Error> Decoder::in_order(std::vector<Error> errors) {
  std::vector<std::size_t> order(errors.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto place = [&](std::size_t i) { return std::tuple{errors[i].location->line, errors[i].location->column, i}; };
  std::sort(order.begin(), order.end(),
            [&](std::size_t left, std::size_t right) { return place(left) < place(right); });
  std::vector<Error> out;
  for (const auto i : order) {
    if (!out.empty() && out.back().location == errors[i].location && out.back().what == errors[i].what) continue;
    out.push_back(std::move(errors[i]));
  }
  return out;
}

void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::string& into) {
  const auto text = node.as_text();
  if (!text) return decoder.fail_kind(node, path, "text");
  into = *text;
}

void decode_yaml(Decoder& decoder, const Node& node, const Path& path, bool& into) {
  const auto value = node.is_null() ? false : node.as_bool();
  if (!value) return decoder.fail_kind(node, path, "a bool");
  into = *value;
}

void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::int64_t& into) {
  if (node.is_null()) {
    into = 0;
  } else if (const auto value = node.as_int64()) {
    into = *value;
  } else if (node.kind() == Kind::integer || node.kind() == Kind::floating) {
    decoder.fail(node, path, fmt::format("{} is out of range", shown(node)));
  } else {
    decoder.fail_kind(node, path, "an integer");
  }
}

void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::uint64_t& into) {
  if (node.is_null()) {
    into = 0;
  } else if (const auto value = node.as_uint64()) {
    into = *value;
  } else if (node.kind() == Kind::integer || node.kind() == Kind::floating) {
    decoder.fail(node, path, fmt::format("{} is out of range", shown(node)));
  } else {
    decoder.fail_kind(node, path, "an integer that is not negative");
  }
}

void decode_yaml(Decoder& decoder, const Node& node, const Path& path, double& into) {
  const auto value = node.is_null() ? std::optional{0.0} : node.as_double();
  if (!value) return decoder.fail_kind(node, path, "a number");
  into = *value;
}

}  // namespace cppd::yaml
