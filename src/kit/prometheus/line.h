// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The grammar of the text exposition, one entry at a time. Both faces of the parser (exposition.h, scrape_memory.h)
/// read with it. Source: Prometheus text format 0.0.4 with quoted names; helpers contract section 7.2.
#pragma once

#include <cppd/base/label.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus {

/// What a `# TYPE` line can declare. `unknown` is what it calls untyped, and what no line declares.
enum class FamilyType : std::uint8_t { unknown, counter, gauge, histogram, summary };

enum class ParseErrc : std::uint8_t {
  bad_start,             ///< neither a name, a brace nor a comment
  bad_comment_name,      ///< no name behind HELP or TYPE
  help_not_utf8,         ///< the text of a HELP line
  no_label_name,         ///< a label name, a quoted name or the closing brace was expected
  no_equal_sign,         ///< behind a label name
  no_label_value,        ///< a quoted value was expected, or its quote stays open
  label_value_not_utf8,  ///<
  name_twice,            ///< a second metric name
  name_missing,          ///< braces without a name
  no_value,              ///<
  bad_value,             ///<
  value_out_of_range,    ///< too large for a double
  bad_timestamp,         ///<
  trailing_text,         ///< something stands behind value and timestamp, such as an exemplar
};
[[nodiscard]] std::string_view describe(ParseErrc reason);

/// A line that was left out. Both numbers are 1-based; `column` counts bytes.
struct BadLine {
  std::uint32_t line;
  std::uint32_t column;
  ParseErrc reason;

  friend bool operator==(const BadLine&, const BadLine&) = default;
};

/// One entry. Its views look into the text that was read or into the reader, until its next read.
struct Entry {
  enum class Kind : std::uint8_t {
    incomplete,  ///< the text ends before the entry does
    end,         ///< a NUL where a line begins: the rest is not to be read
    blank,       ///< also comments, and TYPE lines with a word that is no type
    help,
    type,
    sample,
    bad,
  };

  Kind kind = Kind::blank;
  FamilyType type = FamilyType::unknown;  ///< of a TYPE line
  ParseErrc reason{};                     ///< of a bad line
  std::size_t bytes = 0;                  ///< of the whole entry with its line end
  std::size_t key_bytes = 0;              ///< of a sample: what stands before its value
  std::size_t bad_at = 0;                 ///< of a bad line: where it went wrong
  std::string_view name;
  std::string_view text;  ///< of a HELP line
  Labels labels;          ///< of a sample, sorted by key; equal keys in the order they are written
  double value = 0;
};

/// Reads entries.
///
/// Threads   confined.
/// Cost      allocates only until its buffers have grown to the longest line.
class EntryReader {
 public:
  /// Bytes that a sample may take when its label values hold line ends. A quote that stays open would otherwise take
  /// the rest of the page with it.
  static constexpr std::size_t kBrokenLineBytesMax = std::size_t{64} << 10;

  /// The entry at the beginning of `text`. `last` says that nothing follows `text`.
  ///
  /// Shape     a bad line is one physical line: `bytes` ends behind its first line end.
  Entry read(std::string_view text, bool last);

  /// The name and labels of a sample that read() has accepted before, from its key alone.
  Entry read_key(std::string_view key);

  /// Bounds of later samples are rewritten as `type`, the last one declared, asks for.
  ///
  /// Source    helpers contract 29, Q18: the last TYPE of any family counts.
  void set_last_type(FamilyType type) { last_type_ = type; }
  [[nodiscard]] FamilyType last_type() const { return last_type_; }

 private:
  class Cursor;
  void read_comment(Cursor& cursor, Entry& entry);
  void read_meta(Cursor& cursor, Entry& entry, bool help);
  void read_sample(Cursor& cursor, Entry& entry);
  bool read_labels(Cursor& cursor, Entry& entry, bool& named);
  void read_value(Cursor& cursor, Entry& entry);
  std::string_view unescape(std::string_view raw, bool quotes);
  void finish_labels(Entry& entry);

  FamilyType last_type_ = FamilyType::unknown;
  std::vector<Label> labels_;  // raw until finish_labels
  std::string unescaped_;      // never grows while views into it live
};

}  // namespace cppd::prometheus
