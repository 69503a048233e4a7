// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// An array that grows in blocks: nothing is copied, references stay good, and few elements take little room.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <memory>
#include <vector>

namespace cppd::chartengine {

/// The first blocks have 16, 32, 64 and 128 elements, all others 256.
///
/// Cost      an access is two loads; at most half of the room is unused, and never more than a block.
template <class T>
class SlotArray {
 public:
  [[nodiscard]] T& operator[](std::size_t index) { return at(blocks_.data(), index); }
  [[nodiscard]] const T& operator[](std::size_t index) const { return at(blocks_.data(), index); }
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Elements that there is room for.
  [[nodiscard]] std::size_t room() const { return room_; }

  T& emplace_back() {
    if (size_ == room_) {
      const auto elements = kFirst << std::min<std::size_t>(blocks_.size(), kSmallBlocks);
      blocks_.push_back(std::make_unique<T[]>(elements));
      room_ += elements;
    }
    return (*this)[size_++];
  }
  void clear() {
    blocks_.clear();
    size_ = room_ = 0;
  }

 private:
  static constexpr std::size_t kFirst = 16;
  static constexpr std::size_t kSmallBlocks = 4;
  static constexpr std::size_t kFull = kFirst << kSmallBlocks;

  /// With kFirst added, an index below kFull has its block in its highest bit; one above has it in its quotient.
  [[nodiscard]] static T& at(const std::unique_ptr<T[]>* blocks, std::size_t index) {
    const auto shifted = index + kFirst;
    if (shifted >= kFull) [[likely]]
      return blocks[kSmallBlocks - 1 + shifted / kFull][shifted % kFull];
    const auto block = static_cast<std::size_t>(std::bit_width(shifted / kFirst)) - 1;
    return blocks[block][shifted - (kFirst << block)];
  }

  std::vector<std::unique_ptr<T[]>> blocks_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

}  // namespace cppd::chartengine
