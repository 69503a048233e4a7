// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Read side of the store for dumps, dashboards and tests. The chart engine reads the arrays of store.h directly.
#pragma once

#include <cppd/metrix/store.h>

#include <vector>

namespace cppd::metrix {

struct ReadOptions {
  bool raw = false;     ///< also series that were not written by the last successful cycle
  std::string scope{};  ///< key of the host scope; empty is the default one
};

/// A cursor over what the last commit left visible.
///
/// Shape     series come in order of (name, packed labels), bytewise.
/// Threads   confined to the shard of its store.
/// Lifetime  until the next commit or abort of the store; used later, it throws InternalError.
class Reader {
 public:
  Reader(const Store& store, ReadOptions options);

  [[nodiscard]] std::span<const SeriesId> series() const;
  /// Empty when no visible series has this name and these labels (sorted by key).
  [[nodiscard]] std::optional<double> value(std::string_view name, Labels labels) const;
  /// Increase of a counter between its last two writes, when those were attempts in a row; a total that fell counts
  /// from zero, but for the sum of a histogram or summary, which may fall of itself. Empty for counts of one cycle
  /// only.
  [[nodiscard]] std::optional<double> delta(SeriesId id) const;
  [[nodiscard]] bool fresh(SeriesId id) const;
  /// Replaces `into` by the labels of a series, in key order.
  void labels(SeriesId id, std::vector<Label>& into) const;
  [[nodiscard]] const Store& store() const { return store_; }

 private:
  void check() const;

  const Store& store_;
  std::uint64_t epoch_;
  std::vector<SeriesId> series_;
};

}  // namespace cppd::metrix
