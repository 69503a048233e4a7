// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Many short texts that come and go one by one: ids of charts, names of dimensions.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

/// Where a text is. Six bytes, so that it fits beside others.
struct TextRef {
  std::uint32_t place = 0;
  std::uint16_t bytes = 0;
};

/// Texts lie one behind the other in blocks, in the order in which they came; what is freed is used again by texts of
/// about the same length.
///
/// Cost      up to seven bytes besides the text; the first block has half a KiB, later ones up to 64.
/// Threads   confined.
class TextArena {
 public:
  static constexpr std::size_t kTextBytesMax = 0xFFFF;

  /// A copy of `text`, at most kTextBytesMax bytes of it.
  [[nodiscard]] TextRef add(std::string_view text);
  void remove(TextRef text);
  [[nodiscard]] std::string_view text(TextRef ref) const { return {at(ref.place), ref.bytes}; }
  /// Bytes of all blocks.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kUnitBytes = 8;
  static constexpr unsigned kUnitBits = 13;  // units in the largest block
  static constexpr std::uint32_t kNoPlace = 0xFFFF'FFFF;

  [[nodiscard]] char* at(std::uint32_t place) const {
    return blocks_[place >> kUnitBits].get() + (place & ((1U << kUnitBits) - 1)) * kUnitBytes;
  }
  [[nodiscard]] static std::size_t units_of(std::size_t bytes) {
    return bytes == 0 ? 1 : (bytes + kUnitBytes - 1) / kUnitBytes;
  }
  /// Place of the first unit of the last block.
  [[nodiscard]] std::uint32_t last_block() const { return static_cast<std::uint32_t>(blocks_.size() - 1) << kUnitBits; }
  [[nodiscard]] std::uint32_t take(std::size_t units);
  void give(std::uint32_t place, std::size_t units);

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::uint32_t next_ = 0;           // unit in the last block
  std::uint32_t block_units_ = 0;    // of the last block
  std::vector<std::uint32_t> free_;  // by units: the first free place; each holds the place of the next
  std::size_t bytes_ = 0;
};

}  // namespace cppd::chartengine
