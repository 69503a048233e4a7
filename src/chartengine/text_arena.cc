// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/text_arena.h>

#include <algorithm>
#include <cstring>

namespace cppd::chartengine {
namespace {

constexpr std::size_t kFirstBlockUnits = 64;
}  // namespace

TextRef TextArena::add(std::string_view text) {
  text = text.substr(0, kTextBytesMax);
  const auto place = take(units_of(text.size()));
  if (!text.empty()) std::memcpy(at(place), text.data(), text.size());
  return {place, static_cast<std::uint16_t>(text.size())};
}

void TextArena::remove(TextRef text) { give(text.place, units_of(text.bytes)); }

std::uint32_t TextArena::take(std::size_t units) {
  if (units < free_.size() && free_[units] != kNoPlace) {
    const auto place = free_[units];
    std::memcpy(&free_[units], at(place), sizeof place);
    return place;
  }
  if (block_units_ - next_ < units) {
    if (next_ < block_units_) give(last_block() | next_, block_units_ - next_);
    const auto wanted = std::clamp<std::size_t>(block_units_ * 2, kFirstBlockUnits, std::size_t{1} << kUnitBits);
    block_units_ = static_cast<std::uint32_t>(std::max(wanted, units));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block_units_ * kUnitBytes));
    bytes_ += block_units_ * kUnitBytes;
    next_ = 0;
  }
  const auto place = last_block() | next_;
  next_ += static_cast<std::uint32_t>(units);
  return place;
}

void TextArena::give(std::uint32_t place, std::size_t units) {
  if (free_.size() <= units) free_.resize(units + 1, kNoPlace);
  std::memcpy(at(place), &free_[units], sizeof place);
  free_[units] = place;
}

}  // namespace cppd::chartengine
