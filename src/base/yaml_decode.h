// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// From a YAML tree into structs. Every mistake of a document is collected, each with its place and its field path.
///
///     void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Server& into) {
///       decoder.mapping(node, path, "server", {{"host", into.host}, {"port", into.port}, {"tls", into.tls}});
///     }
///
/// decode_yaml is found by the namespace of the type, so members may be of any type that has one: the types below,
/// Duration, AutoBool, and structs of one's own.
///
/// Source    charts contract 1.3 and T3: what yaml.v2 accepts for a type, with the deviations listed at as_int64.
#pragma once

#include <cppd/base/yaml.h>

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cppd::yaml {

/// The way from the root to a value, as a chain on the stack: `groups[0].charts[2].title`.
struct Path {
  const Path* parent = nullptr;
  std::string_view key{};  ///< empty for an item of a list and for the root
  std::size_t index = 0;

  [[nodiscard]] std::string text() const;
};

class Decoder;

/// A key that a mapping may have, and where its value goes.
class Field {
 public:
  template <class T>
  Field(std::string_view key, T& into)  // NOLINT(google-explicit-constructor)
      : key_(key), into_(&into), decode_([](Decoder& decoder, const Node& node, const Path& path, void* target) {
          decode_yaml(decoder, node, path, *static_cast<T*>(target));
        }) {}

  [[nodiscard]] std::string_view key() const { return key_; }
  void decode(Decoder& decoder, const Node& node, const Path& path) const { decode_(decoder, node, path, into_); }

 private:
  std::string_view key_;
  void* into_;
  void (*decode_)(Decoder&, const Node&, const Path&, void*);
};

enum class Severity : std::uint8_t { error, warning, ignored };

/// What a document may contain without being wrong.
struct Strictness {
  Severity unknown_keys = Severity::error;
  Severity duplicate_keys = Severity::error;  ///< the last one counts
};

/// Collects what is wrong while decode_yaml functions walk a document.
///
/// Borrows   the document.
/// Threads   confined.
class Decoder {
 public:
  explicit Decoder(const Document& document, Strictness strictness = {})
      : document_(document), strictness_(strictness) {}

  void fail(const Node& at, const Path& path, std::string what);
  /// As fail, in the common words: `expected WANT, found a list`.
  void fail_kind(const Node& at, const Path& path, std::string_view want);

  /// Decodes the entries of a mapping into `fields`, in document order: what a merge key brought is overwritten by what
  /// is written after it. Null leaves all fields as they are. `what` names the mapping in messages.
  void mapping(const Node& node, const Path& path, std::string_view what, std::initializer_list<Field> fields);
  /// Calls `each(key, value, path)` for the entries of a mapping with free keys, in document order.
  template <class Each>
  void each_entry(const Node& node, const Path& path, Each each) {
    if (node.is_null()) return;
    if (!node.is_mapping()) return fail_kind(node, path, "a mapping");
    for (const auto& entry : node.entries()) {
      if (!check_key(entry, path)) continue;
      each(entry.key->text(), *entry.value, Path{.parent = &path, .key = entry.key->text()});
    }
  }

  [[nodiscard]] bool failed() const { return !errors_.empty(); }
  /// In document order, without repetitions (an alias can lead to one mistake twice).
  [[nodiscard]] std::vector<Error> take_errors() { return in_order(std::move(errors_)); }
  [[nodiscard]] std::vector<Error> take_warnings() { return in_order(std::move(warnings_)); }
  [[nodiscard]] const Document& document() const { return document_; }

 private:
  bool check_key(const Entry& entry, const Path& path);
  void report(Severity severity, const Node& at, const Path& path, std::string what);
  static std::vector<Error> in_order(std::vector<Error> errors);

  const Document& document_;
  Strictness strictness_;
  std::vector<Error> errors_;
  std::vector<Error> warnings_;
};

// Null gives the zero value of each type. A value that does not fit leaves `into` as it was.
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::string& into);
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, bool& into);
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::int64_t& into);
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::uint64_t& into);
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, double& into);

/// The narrower integers.
template <std::integral T>
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, T& into) {
  std::conditional_t<std::is_signed_v<T>, std::int64_t, std::uint64_t> wide = into;
  decode_yaml(decoder, node, path, wide);
  if (std::in_range<T>(wide)) {
    into = static_cast<T>(wide);
  } else {
    decoder.fail(node, path, "`" + std::string{node.text()} + "` is out of range");
  }
}

/// Absent and present are kept apart; null is absent. What is present already is decoded over, as a merge does.
template <class T>
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::optional<T>& into) {
  if (node.is_null()) {
    into.reset();
    return;
  }
  if (!into) into.emplace();
  decode_yaml(decoder, node, path, *into);
}

/// Lists only: a single value is not taken for a list of one. Null is the empty list.
template <class T>
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::vector<T>& into) {
  if (!node.is_null() && !node.is_sequence()) return decoder.fail_kind(node, path, "a list");
  into.clear();
  into.reserve(node.items().size());
  for (const auto* item : node.items()) {
    const auto index = into.size();
    decode_yaml(decoder, *item, Path{.parent = &path, .index = index}, into.emplace_back());
  }
}

/// Free keys. Null is the empty map.
template <class T>
void decode_yaml(Decoder& decoder, const Node& node, const Path& path, std::map<std::string, T>& into) {
  if (node.is_null()) into.clear();
  decoder.each_entry(node, path, [&](std::string_view key, const Node& value, const Path& at) {
    T decoded{};
    decode_yaml(decoder, value, at, decoded);
    into.insert_or_assign(std::string{key}, std::move(decoded));
  });
}

/// What read() found wrong: the document is usable when `errors` is empty.
struct Findings {
  std::vector<Error> errors{};
  std::vector<Error> warnings{};
};

/// Parses `text` and decodes its root into `into`.
template <class T>
[[nodiscard]] Findings read(std::string_view text, std::string file, T& into, Strictness strictness = {}) {
  const auto document = Document::parse(text, std::move(file));
  if (!document) return {.errors = {document.error()}};
  Decoder decoder{*document, strictness};
  decode_yaml(decoder, document->root(), Path{}, into);
  return {.errors = decoder.take_errors(), .warnings = decoder.take_warnings()};
}

}  // namespace cppd::yaml
