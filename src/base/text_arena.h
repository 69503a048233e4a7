// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Many short texts that come and go one by one: ids of charts, names of dimensions.
#pragma once

#include <cppd/base/arena.h>

#include <cstdint>
#include <cstring>
#include <string_view>

namespace cppd {

/// Where a text is. Six bytes, so that it fits beside others.
struct TextRef {
  std::uint32_t place = 0;
  std::uint16_t bytes = 0;
};

/// Texts in an arena.
///
/// Threads   confined.
class TextArena {
 public:
  static constexpr std::size_t kTextBytesMax = 0xFFFF;

  /// A copy of `text`, at most kTextBytesMax bytes of it.
  [[nodiscard]] TextRef add(std::string_view text) {
    text = text.substr(0, kTextBytesMax);
    const auto place = arena_.take(text.size());
    if (!text.empty()) std::memcpy(arena_.at(place), text.data(), text.size());
    return {place, static_cast<std::uint16_t>(text.size())};
  }
  void remove(TextRef text) { arena_.give(text.place, text.bytes); }
  /// Borrows   until the text is removed.
  [[nodiscard]] std::string_view text(TextRef ref) const { return {arena_.at(ref.place), ref.bytes}; }
  /// Bytes of all blocks.
  [[nodiscard]] std::size_t bytes() const { return arena_.bytes(); }

 private:
  Arena arena_;
};

}  // namespace cppd
