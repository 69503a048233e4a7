// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Many small records that come and go one by one and are named by four bytes each.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

namespace cppd {

/// Records lie one behind the other in blocks, in the order in which they came, and never move; what is freed is used
/// again by records of about the same length. A record longer than a block has one of its own, freed with it.
///
/// Cost      up to seven bytes besides the record; the first block has half a KiB, later ones up to 64.
/// Errors    throws InternalError when 32 GiB are in use.
/// Threads   confined.
class Arena {
 public:
  /// Place of `bytes` bytes, aligned to eight.
  [[nodiscard]] std::uint32_t take(std::size_t bytes);
  /// Gives back what was taken with the same number of bytes.
  void give(std::uint32_t place, std::size_t bytes);
  [[nodiscard]] char* at(std::uint32_t place) const {
    return blocks_[place >> kUnitBits].get() + (place & (kBlockUnits - 1)) * kUnitBytes;
  }
  /// Bytes of all blocks.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }

 private:
  static constexpr std::size_t kUnitBytes = 8;
  static constexpr unsigned kUnitBits = 13;
  static constexpr std::uint32_t kBlockUnits = 1U << kUnitBits;  // of the largest block that records share
  static constexpr std::uint32_t kNoPlace = 0xFFFF'FFFF;

  [[nodiscard]] static std::size_t units_of(std::size_t bytes) {
    return bytes == 0 ? 1 : (bytes + kUnitBytes - 1) / kUnitBytes;
  }
  [[nodiscard]] std::uint32_t add_block(std::size_t units);
  void list_free(std::uint32_t place, std::size_t units);

  std::vector<std::unique_ptr<char[]>> blocks_;
  std::vector<std::uint32_t> free_blocks_;  // numbers of blocks that are gone
  std::uint32_t open_ = 0;                  // place of the first unit of the block that is being filled
  std::uint32_t open_units_ = 0;            // of that block
  std::uint32_t next_ = 0;                  // unit in that block
  std::vector<std::uint32_t> free_;         // by units: the first free place; each holds the place of the next
  std::size_t bytes_ = 0;
};

}  // namespace cppd
