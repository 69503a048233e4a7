// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/arena.h>
#include <cppd/base/internal_error.h>

#include <algorithm>
#include <cstring>

namespace cppd {
namespace {

constexpr std::uint32_t kFirstBlockUnits = 64;

}  // namespace

std::uint32_t Arena::take(std::size_t bytes) {
  const auto units = units_of(bytes);
  if (units > kBlockUnits) return add_block(units);
  if (units < free_.size() && free_[units] != kNoPlace) {
    const auto place = free_[units];
    std::memcpy(&free_[units], at(place), sizeof place);
    return place;
  }
  if (open_units_ - next_ < units) {
    if (next_ < open_units_) list_free(open_ | next_, open_units_ - next_);
    const auto wanted = std::clamp(open_units_ * 2, kFirstBlockUnits, kBlockUnits);
    const auto block_units = std::max(wanted, static_cast<std::uint32_t>(units));
    open_ = add_block(block_units);
    open_units_ = block_units;
    next_ = 0;
  }
  const auto place = open_ | next_;
  next_ += static_cast<std::uint32_t>(units);
  return place;
}

void Arena::give(std::uint32_t place, std::size_t bytes) {
  const auto units = units_of(bytes);
  if (units <= kBlockUnits) return list_free(place, units);
  blocks_[place >> kUnitBits].reset();
  free_blocks_.push_back(place >> kUnitBits);
  bytes_ -= units * kUnitBytes;
}

/// Place of the first unit of a new block.
std::uint32_t Arena::add_block(std::size_t units) {
  auto memory = std::make_unique_for_overwrite<char[]>(units * kUnitBytes);
  std::uint32_t number;
  if (free_blocks_.empty()) {
    require(blocks_.size() < (kNoPlace >> kUnitBits), "an arena has room for another block");
    number = static_cast<std::uint32_t>(blocks_.size());
    blocks_.push_back(std::move(memory));
  } else {
    number = free_blocks_.back();
    free_blocks_.pop_back();
    blocks_[number] = std::move(memory);
  }
  bytes_ += units * kUnitBytes;
  return number << kUnitBits;
}

void Arena::list_free(std::uint32_t place, std::size_t units) {
  if (free_.size() <= units) free_.resize(units + 1, kNoPlace);
  std::memcpy(at(place), &free_[units], sizeof place);
  free_[units] = place;
}

}  // namespace cppd
