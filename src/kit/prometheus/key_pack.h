// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The texts of a page's lines, packed. Used by scrape_memory.h.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::prometheus {

/// Texts in a fixed order, each kept as what has to be changed in the one before: lines of an exporter differ from
/// their neighbours in a few bytes. Nothing is lost. Every kBlock-th text is kept whole, so that one in the middle can
/// be found.
///
/// Threads   confined.
/// Cost      reading on to the next text writes what differs. Memory: a few bytes for each difference.
class KeyPack {
 public:
  static constexpr std::size_t kBlock = 64;
  static constexpr std::size_t kEditsMax = 8;  ///< of one text; the last one replaces the rest

  /// A place in a pack, with the text there. It keeps room for the longest text it has seen.
  class Cursor {
   public:
    [[nodiscard]] std::string_view text() const { return text_; }
    [[nodiscard]] std::size_t capacity() const { return text_.capacity(); }

   private:
    friend class KeyPack;
    std::string text_;
    std::size_t index_ = ~std::size_t{0};  // nowhere yet
    std::size_t next_code_ = 0;
  };

  void push(std::string_view text);
  /// Appends the first `count` texts of `other`, to an empty pack.
  void push_front_of(const KeyPack& other, std::size_t count);
  /// No more texts follow: gives back the room that building took.
  void finish();

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t memory_bytes() const {
    return code_.capacity() + blocks_.capacity() * sizeof(std::size_t) + last_.capacity();
  }

  /// Puts `cursor` on the first text. At the end of the pack, here and below, it has none.
  void rewind(Cursor& cursor) const {
    cursor.index_ = 0;
    cursor.next_code_ = 0;
    load(cursor);
  }
  /// On the text after the one where it is.
  void advance(Cursor& cursor) const {
    ++cursor.index_;
    load(cursor);
  }
  /// Cost      reads at most kBlock texts on the way.
  void seek(Cursor& cursor, std::size_t index) const;

 private:
  void load(Cursor& cursor) const;
  void encode(std::string_view text);
  void put_number(std::size_t number);
  [[nodiscard]] static std::size_t number(const char*& at) {
    auto byte = static_cast<unsigned char>(*at++);
    if (byte < 0x80) [[likely]]
      return byte;
    std::size_t value = byte & 0x7F;
    for (unsigned shift = 7; byte >= 0x80; shift += 7) {
      byte = static_cast<unsigned char>(*at++);
      value |= static_cast<std::size_t>(byte & 0x7F) << shift;
    }
    return value;
  }

  std::string code_;  // for each text: the count of its edits, and for each edit how much stays, goes and comes
  std::vector<std::size_t> blocks_;  // where the code of each kBlock-th text begins
  std::string last_;                 // the text that was pushed last
  std::size_t size_ = 0;
};

inline void KeyPack::load(Cursor& cursor) const {
  if (cursor.index_ >= size_) return cursor.text_.clear();
  auto& text = cursor.text_;
  if (cursor.index_ % kBlock == 0) text.clear();
  const char* at = code_.data() + cursor.next_code_;
  std::size_t place = 0;
  for (auto edits = static_cast<unsigned char>(*at++); edits > 0; --edits) {
    place += number(at);
    const auto goes = number(at);
    const auto comes = number(at);
    if (goes == comes) [[likely]] {
      char* into = text.data() + place;
      for (std::size_t i = 0; i < comes; ++i) into[i] = at[i];
    } else {
      text.replace(place, goes, at, comes);
    }
    place += comes;
    at += comes;
  }
  cursor.next_code_ = static_cast<std::size_t>(at - code_.data());
}

}  // namespace cppd::prometheus
