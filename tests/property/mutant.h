// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Faults that the test must find: each spoils the text of a frame, as a wrong engine or sink would.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cppd::property {

enum class Mutant : std::uint8_t {
  none,
  set_twice,
  set_lost,
  chart_lost,
  creates_swapped,
  updates_swapped,
  dimension_lost,
  label_lost,
  neighbours_value,
  obsolete_skipped,
  obsolete_twice,
  commit_without_label,
  capped_chart_begun,
  update_lost,
  gap_filled,
  stale_microseconds,
  ledger_dropped,  ///< not in the text: the count of a loss is forgotten
  count_,
};
[[nodiscard]] std::string_view mutant_name(Mutant mutant);

/// Spoils the place that `seed` chooses. False, and unchanged, when the frame has no such place.
[[nodiscard]] bool spoil(std::string& frame, Mutant mutant, std::uint64_t seed);

}  // namespace cppd::property
