// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Lines of a page that has changed become the points of a PointTable.
#pragma once

#include "page_survey.h"
#include "point_table.h"

#include <cppd/kit/prometheus/scrape_memory.h>
#include <cppd/metrix/store.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <expected>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace cppd::prometheus_collector {

/// Puts lines together to points, by family and labels, and gives those that can be charted their series. The first
/// good point of a family decides for its bounds or quantiles; others than those are left out.
///
/// Threads   confined to the shard of the store.
/// Borrows   the families of the survey.
class PointAssembly {
 public:
  PointAssembly(metrix::Store& store, PointTable& table) : store_{store}, table_{table} {}
  ~PointAssembly();
  PointAssembly(const PointAssembly&) = delete;
  PointAssembly& operator=(const PointAssembly&) = delete;

  /// The cell of a line of a histogram or summary, or why it can be no part of one.
  std::expected<Cell, LossReason> add(FamilyOnPage& family, const prometheus::RememberedSample& sample, double value);

  using Declare = std::function<metrix::DescriptorId(FamilyOnPage&, const metrix::Schema&)>;
  using Lose = std::function<void(FamilyOnPage&, LossReason, std::uint64_t lines)>;
  /// Fills the table, in the order of the first lines of the points. `lose` is told of points that are wrong whatever
  /// their values are.
  void finish(const Declare& declare, const Lose& lose);

  /// Keeps a label set until the assembly ends.
  [[nodiscard]] metrix::LabelSetId keep(Labels labels) { return kept_.emplace_back(store_.labels().acquire(labels)); }
  /// True for a family and labels that have come to a point; it may be a bad one on this page.
  [[nodiscard]] bool is_point(const FamilyOnPage& family, metrix::LabelSetId labels) const;

 private:
  struct Bound {
    double value;
    Cell cell;
  };
  struct Draft {
    FamilyOnPage* family;
    metrix::LabelSetId labels;
    std::vector<Bound> bounds{};
    Cell count = PointTable::kZero, sum = PointTable::kZero;
    bool has_bucket = false;
    bool label_twice = false;
    bool is_point = false;
    std::uint32_t lines = 0;
  };
  [[nodiscard]] Draft& draft_of(FamilyOnPage& family, Labels labels);
  [[nodiscard]] static std::optional<LossReason> find_fault(Draft& draft);
  [[nodiscard]] std::optional<LossReason> settle(Draft& draft, const Declare& declare);
  [[nodiscard]] std::uint32_t number_of(FamilyOnPage& family);

  metrix::Store& store_;
  PointTable& table_;
  std::vector<Draft> drafts_;
  boost::unordered_flat_map<std::pair<const FamilyOnPage*, metrix::LabelSetId>, std::uint32_t> index_;
  boost::unordered_flat_map<const FamilyOnPage*, std::uint32_t> numbers_;  // of the table
  std::vector<metrix::LabelSetId> kept_;
  std::vector<Label> base_;
  std::vector<Cell> places_;
};

}  // namespace cppd::prometheus_collector
