// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The arrays of a store by slot, one record per series each, and what a commit changed in them.
#pragma once

#include <cppd/metrix/types.h>

#include <cstdint>
#include <span>
#include <vector>

namespace cppd::metrix {

/// What the open cycle stages.
struct StagedSlot {
  double staged = 0;
  std::uint32_t stamp = 0;  // cycle that staged the value
  std::uint32_t generation = 0;
};

/// What the series is.
struct SlotIdentity {
  DescriptorId descriptor{};
  LabelSetId labels{};
  ClaimId claim{};
  std::uint32_t pins = 0;  // of a part: Store::kPart and the slot of its head, which has the pins of all
};

/// The committed side of one series.
struct Committed {
  double value = 0;
  double previous = 0;           ///< of the commit before that wrote the series; for deltas
  std::uint32_t seen = 0;        ///< attempt number of the last successful write; 0: not present
  std::uint32_t seen_clock = 0;  ///< the same on the clock of successful commits; ages the series
  std::uint32_t previous_seen = 0;
  DescriptorId descriptor{};
};

/// What the last successful commit changed in the set of series, for readers that keep state per series.
struct Changes {
  std::uint64_t clock = 0;  ///< successful commits or takes so far; a reader that missed one starts over
  std::span<const SeriesId> born;
  std::span<const SeriesId> died;  ///< their slots may be taken again by the next cycle
  std::span<const DescriptorId> redescribed;
  /// Without series: changed, or no longer in use. What was known of these ids is void before `born`.
  std::span<const DescriptorId> retired;
};

/// A place in `items`: one that was given back, else a new one.
template <class Id, class Item>
[[nodiscard]] Id take_place(std::vector<Item>& items, std::vector<Id>& given_back) {
  if (given_back.empty()) {
    items.emplace_back();
    return static_cast<Id>(items.size() - 1);
  }
  const auto id = given_back.back();
  given_back.pop_back();
  return id;
}

/// Empties a list of what came and went, and gives back the room that only a burst needed.
template <class Item>
void empty(std::vector<Item>& list) {
  constexpr std::size_t kKept = 1024;
  if (list.capacity() > kKept)
    list = std::vector<Item>{};
  else
    list.clear();
}

}  // namespace cppd::metrix
