// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Which series of a family stay when there are too many. Source: diff D11.
#pragma once

#include <cppd/base/label.h>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>

namespace cppd::prometheus_collector {

/// Replaces `into` by the text after which the store orders the series of one name: `key 0xFF value 0xFF ...`. Labels
/// called `without`, which tell the parts of one series apart, are left out.
void pack_labels(Labels labels, std::string_view without, std::string& into);

/// The first series of a family in the order of the store, whatever the order in which they come.
///
/// Cost      memory for as many as may stay.
class FirstSeries {
 public:
  /// `packed` of pack_labels(); at most `most` are kept.
  void add(std::string_view packed, std::size_t most);
  /// Keeps no more than `most`.
  void shrink(std::size_t most);

  [[nodiscard]] std::size_t size() const { return kept_.size(); }
  /// True when a series that was added is not kept.
  [[nodiscard]] bool cut() const { return cut_; }
  [[nodiscard]] bool keeps(std::string_view packed) const { return kept_.contains(packed); }

 private:
  std::set<std::string, std::less<>> kept_;  // compares bytes as unsigned
  bool cut_ = false;
};

}  // namespace cppd::prometheus_collector
