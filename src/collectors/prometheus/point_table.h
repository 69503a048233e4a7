// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Histograms and summaries of a page, once it is known which line is which part of which point. Source: prometheus
/// contract section 7, rows summary, histogram and schema.
#pragma once

#include "family_book.h"

#include <cppd/base/ledger.h>
#include <cppd/metrix/store.h>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus_collector {

/// Where the value of a line lands until its page has ended. A point is all or nothing, and its lines come in any
/// order.
using Cell = std::uint32_t;

/// The points of a page, with a cell for each line that is a part of one.
///
/// Threads   confined to the shard of its store.
/// Cost      a page: a store per line, then one pass over the points; nothing is allocated. Memory: a value and a place
///           per line.
class PointTable {
 public:
  static constexpr Cell kZero = 0;  ///< holds 0, for a sum that no line gives; no line has it

  explicit PointTable(metrix::Store& store) : store_{&store} {}

  void put(Cell cell, double value) { values_[cell] = value; }
  [[nodiscard]] double value(Cell cell) const { return values_[cell]; }

  /// Judges the points by the values of the page. False when lines need other series than those they have: a point that
  /// is good has none that lives, or what a family was charted as has outlived its retention.
  bool judge(const FamilyBook& book);
  /// Stages the points that are good.
  void stage();
  /// Counts the lines of the points that are not.
  void count_losses(Ledger& ledger) const;

  // Building, by PointAssembly.

  struct Point {
    metrix::SeriesRef head{};
    metrix::Bundle* bundle = nullptr;  ///< while `head` lives; null: without series for now
    std::uint32_t places_begin = 0;    ///< cells of the finite bounds or quantiles, ascending, of count and of sum
    std::uint32_t bounds = 0;
    std::uint32_t family = 0;
    std::uint32_t lines = 0;
    std::optional<LossReason> refusal{};  ///< of this page
  };
  struct Family {
    std::string name;
    FamilyRecord* record;  // of the book; stays until its next page that is worked out
    bool has_other_schema = false;
    bool good = false;  // on this page: a point is
  };
  [[nodiscard]] Cell add_cell(double value);
  [[nodiscard]] std::uint32_t add_family(std::string_view name, FamilyRecord& record);
  [[nodiscard]] Family& family(std::uint32_t number) { return families_[number]; }
  /// `places` in the order of Point::places_begin.
  Point& add_point(const Point& point, std::span<const Cell> places);
  /// Why the values of `places` are no point; empty when they are one.
  [[nodiscard]] std::optional<LossReason> find_fault(metrix::Kind kind, std::span<const Cell> places) const;
  /// Gives back the room that building took.
  void shrink();

 private:
  [[nodiscard]] std::span<const Cell> places(const Point& point) const {
    return std::span{places_}.subspan(point.places_begin, point.bounds + 2);
  }
  [[nodiscard]] std::optional<LossReason> histogram_fault(std::span<const Cell> buckets, double count) const;
  [[nodiscard]] std::optional<LossReason> summary_fault(std::span<const Cell> quantiles, double count) const;
  void stage(const Point& point);

  metrix::Store* store_;
  std::vector<double> values_{0};  // by cell
  std::vector<Cell> places_;
  std::vector<Point> points_;
  std::vector<Family> families_;
};

}  // namespace cppd::prometheus_collector
