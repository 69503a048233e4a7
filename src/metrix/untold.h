// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What an immediate store has done since its reader last took its changes.
#pragma once

#include <cppd/metrix/descriptor.h>
#include <cppd/metrix/types.h>

#include <cstdint>
#include <vector>

namespace cppd::metrix {

/// Births and deaths between two takes, by slot. A series that came and went in between is never told; a slot that went
/// from one series to another, or was empty in between, is told as dead and as born.
struct Untold {
  static constexpr std::uint8_t kTold = 1;     ///< the reader knows the series
  static constexpr std::uint8_t kChanged = 2;  ///< the slot is in `changed`
  static constexpr std::uint8_t kDied = 4;     ///< it was absent in between

  std::vector<std::uint8_t> flags;  ///< by slot; what is missing is 0
  std::vector<std::uint32_t> changed;
  DescriptorList redescribed;
  DescriptorList retired;
  std::vector<SeriesRef> unsettled;  ///< summaries whose quantiles have to be worked out

  // What was told last; the spans of Changes are these.
  std::vector<SeriesId> told_born;
  std::vector<SeriesId> told_died;
  std::vector<DescriptorId> told_redescribed;
  std::vector<DescriptorId> told_retired;
};

}  // namespace cppd::metrix
