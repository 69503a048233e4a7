// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// From the bytes of a page to observations in the store.
#pragma once

#include "family_book.h"
#include "page_survey.h"
#include "point_table.h"
#include "verdict.h"

#include <cppd/base/ledger.h>
#include <cppd/kit/prometheus/scrape_memory.h>
#include <cppd/matcher/selector.h>
#include <cppd/metrix/store.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace cppd::prometheus_collector {

/// What a page came to.
struct PageSummary {
  std::uint64_t samples = 0;  ///< lines with a sample, those that the selector refuses not counted
  std::uint64_t capped = 0;   ///< of them: over a limit
  std::uint64_t refused = 0;  ///< new lines that the selector refused
  std::uint64_t bad_lines = 0;
  std::optional<prometheus::BadLine> first_bad{};
  bool page_limit_reached = false;
  bool changed = false;
};

/// Writes pages into a store, between its begin() and its commit() or abort().
///
/// A line that is known is observed as it is read; a part of a histogram or summary is kept in its cell, and the points
/// are staged when the page has ended. Lines that are new, and those that have no series at the moment, are
/// parked; when the page has ended and has changed, it is worked out which series are charted, what is parked finds its
/// series, and what must not be charted any more is taken back.
///
/// Threads   confined to the shard of its store.
/// Cost      a page like the one before allocates nothing.
class PageWriter final : private prometheus::ScrapeSink {
 public:
  struct Options {
    matcher::SelectorList selector{};
    FallbackTypes fallback{};
    std::uint64_t family_series_max = 0;  ///< 0: no limit
  };
  PageWriter(metrix::Store& store, Options options);

  /// Starts a page; one that was not finished is forgotten. At most `series_max` series of it are charted; 0: no limit.
  void begin(std::uint64_t series_max);
  void feed(std::string_view bytes) { page_.feed(bytes); }
  /// What is not charted is counted in `ledger`, on every page anew.
  PageSummary finish(Ledger& ledger);

  /// Whether a family on the last page has a name that begins so.
  [[nodiscard]] bool has_family(std::string_view prefix);
  /// Families and lines that are remembered.
  [[nodiscard]] std::size_t families() const { return book_.size(); }
  [[nodiscard]] std::size_t lines() const { return page_.line_count(); }

 private:
  void on_known(std::span<const prometheus::KnownSample> samples) override;
  std::uint64_t on_new(const prometheus::NewSample& sample) override;

  struct Staged {
    metrix::SeriesRef ref;
    double value;
    bool overwritten = false;  // by a later line that was observed while it was read
  };
  class Assignment;
  void work_out(Ledger& ledger);
  [[nodiscard]] metrix::DescriptorId descriptor_of(FamilyOnPage& family, const metrix::Schema& schema);
  void count_bad_lines(Ledger& ledger) const;
  void lose(Ledger& ledger, LossReason reason, std::string_view name, std::uint64_t lines);

  metrix::Store& store_;
  Options options_;
  prometheus::ScrapeMemory page_;
  FamilyBook book_;
  std::uint64_t series_max_ = 0;

  // Of the page at hand.
  std::vector<double> parked_;  // values of lines without a living series, in the order of the page
  std::uint64_t observed_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t parked_not_finite_ = 0;
  bool series_missing_ = false;  // a parked value is of a line that had a series before

  // Of the last page that was worked out; they hold until the next one is.
  PointTable points_{store_};
  PageSummary summary_;
  Ledger::Counts losses_{};
  bool worked_out_ = true;  // false while it is being done: an exception may leave it half done
};

}  // namespace cppd::prometheus_collector
