// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What a page that has changed consists of: its families, what becomes of each, and which series are too many. It
/// lives as long as the page is worked out; a page that is like the one before needs none.
#pragma once

#include "family_book.h"
#include "series_limit.h"
#include "verdict.h"

#include <cppd/kit/prometheus/scrape_memory.h>
#include <cppd/metrix/handle.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus_collector {

/// 0: no limit.
struct SeriesLimits {
  std::uint64_t page_max = 0;
  std::uint64_t family_max = 0;
};

struct FamilyOnPage {
  std::string name;
  prometheus::FamilyType type = prometheus::FamilyType::unknown;
  Verdict verdict{};
  FamilyRecord* record = nullptr;  ///< of a family that is charted
  /// Of a charted scalar: the charted histogram or summary whose sum or count would have the same charts.
  const FamilyOnPage* namesake = nullptr;
  std::uint64_t lines = 0;
  bool cut = false;  ///< only what `first` keeps is charted
  FirstSeries first{};
  std::optional<metrix::DescriptorPin> descriptor{};  ///< once it was declared
};

/// Threads   confined.
/// Borrows   the page.
class PageSurvey {
 public:
  explicit PageSurvey(prometheus::ScrapeMemory& page);

  /// Decides what each family is charted as; titles of families that are new go into the book.
  void judge(const FallbackTypes& fallback, FamilyBook& book);
  /// Cuts the excess, in the order of names and packed labels.
  ///
  /// Cost      nothing within the limits; else one more pass, and memory for the series that stay.
  void limit(const SeriesLimits& limits);
  [[nodiscard]] bool page_limit_reached() const { return page_limit_reached_; }

  /// The family of the line that the page tells as number `line`.
  [[nodiscard]] FamilyOnPage& family_of(std::size_t line) { return families_[line_families_[line]]; }
  [[nodiscard]] std::size_t lines() const { return line_families_.size(); }
  [[nodiscard]] const std::deque<FamilyOnPage>& families() const { return families_; }

 private:
  [[nodiscard]] std::uint32_t find_or_add(std::string_view name);
  void find_namesakes();
  [[nodiscard]] bool within(const SeriesLimits& limits) const;
  void collect_first(const SeriesLimits& limits);

  prometheus::ScrapeMemory& page_;
  std::deque<FamilyOnPage> families_;  // addresses of names stay
  boost::unordered_flat_map<std::string_view, std::uint32_t> index_;
  std::vector<std::uint32_t> line_families_;
  bool page_limit_reached_ = false;
};

}  // namespace cppd::prometheus_collector
