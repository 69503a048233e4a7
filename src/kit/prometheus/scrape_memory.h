// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The steady path of a running job: scraping a page whose lines are mostly those of the scrape before.
#pragma once

#include <cppd/base/label.h>
#include <cppd/kit/prometheus/classify.h>
#include <cppd/kit/prometheus/key_pack.h>
#include <cppd/kit/prometheus/line.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus {

/// A sample of a line that was there before, with what the sink said when it was born.
struct KnownSample {
  std::uint64_t user;
  double value;
};

/// A sample of a line that was not there before. All views die with the call.
struct NewSample {
  std::string_view name;
  Labels labels;          ///< sorted by key, without the name
  FamilyType type;        ///< declared so far for the name, or for the family that its suffix points to
  std::string_view help;  ///< of the name, or of that family; empty when none was given so far
  double value;
};

/// Where samples go, in the order of the page; neighbours that are known come together.
class ScrapeSink {
 public:
  virtual ~ScrapeSink() = default;
  virtual void on_known(std::span<const KnownSample> samples) = 0;
  /// Returns what on_known() is to say for this line from the next scrape on; ScrapeMemory::kIgnored for nothing.
  virtual std::uint64_t on_new(const NewSample& sample) = 0;
  /// A line of the last scrape is not on this page. Told at the end.
  virtual void on_gone(std::uint64_t /*user*/) {}
};

/// A remembered line as the whole page explains it.
struct RememberedSample {
  std::uint64_t& user;
  std::string_view name;
  Labels labels;
  Component component;
  FamilyType type;
};

/// Remembers the lines of the last page. A line whose bytes before the value are the same costs a compare and a number;
/// an unchanged comment costs a compare. Other lines are parsed as exposition.h does, with the same results.
///
/// Threads   confined.
/// Cost      a page whose lines are known allocates nothing. Memory: 10 bytes per line, and what its bytes differ in
/// from
///           those of the line before; twice that while a page with changed lines is read.
class ScrapeMemory {
 public:
  static constexpr std::uint64_t kIgnored = ~std::uint64_t{0};
  static constexpr std::size_t kBatch = 256;
  static constexpr std::size_t kBadLinesKept = 64;
  static constexpr std::size_t kCarryKeptBytes = std::size_t{64} << 10;  ///< room for a split line between pages

  ScrapeMemory();
  ~ScrapeMemory();
  ScrapeMemory(ScrapeMemory&&) noexcept;
  ScrapeMemory& operator=(ScrapeMemory&&) noexcept;

  /// Starts a scrape. One that was not finished is forgotten: the lines are those of the last finished one, and what
  /// the sink said of lines born since then is lost.
  ///
  /// Borrows   `sink`, until finish().
  void begin(ScrapeSink& sink);
  /// The next piece of the page; lines may be split over pieces anywhere.
  void feed(std::string_view chunk);
  void finish();

  /// True when the lines of this page, samples or comments, are not those of the page before. Types may have moved:
  /// for_each_sample() tells anew.
  [[nodiscard]] bool changed() const { return changed_; }
  /// The first bad lines of this page, and the count of all.
  [[nodiscard]] std::span<const BadLine> bad_lines() const { return bad_lines_; }
  [[nodiscard]] std::uint64_t bad_line_count() const { return bad_line_count_; }

  /// Every line with a sample, in the order of the page, classified by all lines of the page. Lines that the sink
  /// ignores are neither told nor taken for evidence, as if they were not on the page.
  void for_each_sample(const std::function<void(const RememberedSample&)>& visit);
  /// Every HELP line, in the order of the page.
  void for_each_help(const std::function<void(std::string_view name, std::string_view text)>& visit) const;

  [[nodiscard]] std::size_t line_count() const { return lines_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  enum class LineKind : std::uint8_t {
    text,     ///< the key is the whole line: a comment, a blank line
    declare,  ///< the same, a HELP or TYPE line
    bad,      ///< the same, a line that could not be parsed
    sample,   ///< the key is what stands before the value
  };
  struct Line {
    LineKind kind;
    bool always_parsed;  ///< equal bytes do not suffice to know the line again
  };
  /// The lines of a page.
  struct Lines {
    std::vector<std::uint64_t> users;
    std::vector<Line> lines;
    KeyPack keys;

    [[nodiscard]] std::size_t size() const { return lines.size(); }
    void push(std::string_view key, std::uint64_t user, Line line);
    void finish();
  };
  struct Change;  // what only a page with changed lines needs
  class Batch;

  std::size_t consume(std::string_view text, bool last);
  const char* match_known(const char* at, const char* end);
  bool take_entry(std::string_view text, bool last, std::size_t& bytes);
  void take_sample(Entry entry, std::string_view key, bool one_line);
  void take_other(const Entry& entry, std::string_view whole);
  [[nodiscard]] bool find_known(std::string_view key, std::size_t& index);
  void accept_known(std::size_t index, std::string_view key);
  void expect(std::size_t index);
  void note_bad(const Entry& entry);

  Lines lines_;               // of the last finished page
  std::size_t next_ = 0;      // the line of it that is expected now
  KeyPack::Cursor expected_;  // its key
  std::unique_ptr<Change> change_;
  ScrapeSink* sink_ = nullptr;
  EntryReader reader_;
  std::string carry_;  // the beginning of an entry whose end has not come yet
  std::uint32_t line_number_ = 1;
  bool ended_ = false;
  bool changed_ = false;
  std::vector<BadLine> bad_lines_;
  std::uint64_t bad_line_count_ = 0;
};

}  // namespace cppd::prometheus
