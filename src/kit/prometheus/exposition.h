// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The complete parse of one page. The steady path of a running job: scrape_memory.h. Typed families: families.h.
#pragma once

#include <cppd/base/label.h>
#include <cppd/kit/prometheus/classify.h>
#include <cppd/kit/prometheus/line.h>
#include <cppd/matcher/selector.h>

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus {

/// One line of the page that holds a sample.
struct Series {
  std::string_view name;
  double value;
  std::uint32_t labels_begin, labels_count;
  std::uint32_t line;  ///< 1-based
};

struct Help {
  std::string_view name, text;

  friend bool operator==(const Help&, const Help&) = default;
};

/// A page.
///
/// Threads   confined.
/// Borrows   the body that it was parsed from.
class Exposition {
 public:
  Exposition() = default;
  Exposition(Exposition&&) = default;
  Exposition& operator=(Exposition&&) = default;
  Exposition(const Exposition&) = delete;
  Exposition& operator=(const Exposition&) = delete;

  /// In the order of the page.
  [[nodiscard]] std::span<const Series> series() const { return series_; }
  /// Sorted by key, without the name; equal keys are kept in the order they are written.
  [[nodiscard]] Labels labels(const Series& series) const {
    return Labels{labels_}.subspan(series.labels_begin, series.labels_count);
  }
  /// One verdict for each series, in the order they fall.
  [[nodiscard]] std::span<const Sample> samples() const { return samples_; }
  [[nodiscard]] std::span<const Help> help() const { return help_; }
  [[nodiscard]] std::span<const BadLine> bad_lines() const { return bad_lines_; }

  /// Indices of the series called `name`, in the order of the page.
  [[nodiscard]] std::vector<std::uint32_t> find(std::string_view name) const;
  /// The largest value of some series, 0 for none. A NaN stays when it comes first and never replaces a number.
  [[nodiscard]] double max(std::span<const std::uint32_t> series) const;

 private:
  friend void parse(std::string_view body, const matcher::SelectorList* selector, Exposition& into);
  std::string_view keep(std::string_view text, std::string_view body);

  std::vector<Series> series_;
  std::vector<Label> labels_;
  std::vector<Sample> samples_;
  std::vector<Help> help_;
  std::vector<BadLine> bad_lines_;
  std::deque<std::string> owned_;  // texts that the body does not hold as they are: they had escapes
};

/// Replaces what `into` holds by what `body` says. Lines that are damaged are left out and listed.
///
/// Shape     HELP and TYPE lines count for whatever `selector`, which may be null, says of their series.
/// Cost      one pass; allocates only while `into` grows.
/// Source    Prometheus text format 0.0.4; helpers contract sections 7.2 to 7.5; diff D1 for damaged lines.
void parse(std::string_view body, const matcher::SelectorList* selector, Exposition& into);

}  // namespace cppd::prometheus
