// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A YAML document as a tree of nodes that know their place in the file. Reading it into structs: yaml_decode.h;
/// writing YAML: yaml_write.h.
///
/// Source    YAML 1.1 as libyaml 0.2.5 parses it and as Go's yaml.v2 resolves its scalars, anchors and merge keys
///           (charts contract T3 to T5 and 1.3).
#pragma once

#include <cppd/base/result.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::yaml {

/// What a node is after its tag, or the look of a plain scalar, was resolved.
enum class Kind : std::uint8_t { null, boolean, integer, floating, text, sequence, mapping };

/// For messages: "nothing", "a bool", "an integer", "a number", "text", "a list", "a mapping".
[[nodiscard]] std::string_view kind_name(Kind kind);

class Node;

/// One key and its value. Entries stand in the order in which they apply: a later one overwrites an earlier one.
struct Entry {
  const Node* key;
  const Node* value;
  bool merged = false;     ///< it came through a merge key `<<`
  bool duplicate = false;  ///< the same key was written out before in this mapping
};

/// One value of a document.
///
/// Lifetime  that of its Document.
/// Threads   immutable.
class Node {
 public:
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] bool is_null() const { return kind_ == Kind::null; }
  [[nodiscard]] bool is_scalar() const { return kind_ < Kind::sequence; }
  [[nodiscard]] bool is_sequence() const { return kind_ == Kind::sequence; }
  [[nodiscard]] bool is_mapping() const { return kind_ == Kind::mapping; }

  /// 1-based; the column counts bytes. Of an alias: the place of what it stands for.
  [[nodiscard]] std::uint32_t line() const { return line_; }
  [[nodiscard]] std::uint32_t column() const { return column_; }

  /// A scalar as it was written, without quotes; `!!binary` decoded. Empty for lists and mappings.
  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] std::span<const Node* const> items() const { return items_; }
  [[nodiscard]] std::span<const Entry> entries() const { return entries_; }
  /// The value that counts under `key`, or nullptr.
  [[nodiscard]] const Node* find(std::string_view key) const;

  /// Empty      each of these: when the node cannot be read as that type. Null is none of them but a text, the empty
  /// one.
  [[nodiscard]] std::optional<std::string_view> as_text() const;
  [[nodiscard]] std::optional<bool> as_bool() const;
  /// A float is truncated toward zero when it fits.
  [[nodiscard]] std::optional<std::int64_t> as_int64() const;
  [[nodiscard]] std::optional<std::uint64_t> as_uint64() const;
  [[nodiscard]] std::optional<double> as_double() const;

 private:
  friend class Builder;
  Kind kind_ = Kind::null;
  std::uint16_t height_ = 1;    // levels of nodes below and including this one
  std::uint32_t expanded_ = 1;  // nodes below and including this one, aliases counted and followed
  std::uint32_t line_ = 0;
  std::uint32_t column_ = 0;
  std::string text_;
  std::vector<const Node*> items_;
  std::vector<Entry> entries_;
};

inline constexpr std::size_t kDepthMax = 1000;            ///< levels of nesting, aliases followed
inline constexpr std::size_t kAliasedNodesMax = 400'000;  ///< nodes that aliases and merges may add in all

/// The first document of a stream.
///
/// Threads   immutable after parse().
class Document {
 public:
  /// Reads the first document of `text`; what follows it is not looked at. Nothing but comments is a null root.
  ///
  /// Errors    the first fault of the syntax, an undefined or self-containing alias, a wrong merge, an explicit tag
  /// that
  ///           does not fit its text, or a bound above; with file, line and column.
  [[nodiscard]] static Result<Document> parse(std::string_view text, std::string file = {});

  [[nodiscard]] const Node& root() const { return *root_; }
  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] Location location(const Node& node) const { return {file_, node.line(), node.column()}; }
  /// Keys that were written twice in one mapping, in document order: an error for a strict reader.
  [[nodiscard]] std::span<const Node* const> duplicate_keys() const { return duplicate_keys_; }

 private:
  friend class Builder;
  Document() = default;
  std::string file_;
  std::deque<Node> nodes_;  // addresses stay when the document moves
  const Node* root_ = nullptr;
  std::vector<const Node*> duplicate_keys_;
};

}  // namespace cppd::yaml
