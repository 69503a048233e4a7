// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Names of dimensions, each stored once however many charts and hosts use it.
#pragma once

#include <cppd/base/text_arena.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

/// Threads   confined.
class NameTable {
 public:
  explicit NameTable(TextArena& texts) : texts_{&texts}, index_(0, Hash{this}, Equal{this}) {}
  NameTable(const NameTable&) = delete;
  NameTable& operator=(const NameTable&) = delete;

  /// One more use of `text`.
  [[nodiscard]] std::uint32_t acquire(std::string_view text);
  void release(std::uint32_t name);
  [[nodiscard]] std::string_view text(std::uint32_t name) const { return texts_->text(entries_[name].text); }
  /// As it is on the wire. Empty: nothing is left of it.
  [[nodiscard]] std::string_view wire_text(std::uint32_t name) const {
    const auto wire = entries_[name].wire;
    return wire == kNothing ? std::string_view{} : text(wire);
  }
  /// Names that the reader takes for one are one dimension; this is the same for all of them.
  [[nodiscard]] std::uint32_t read_as(std::uint32_t name) const { return entries_[name].read_as; }
  [[nodiscard]] std::uint32_t uses(std::uint32_t name) const { return entries_[name].uses; }
  [[nodiscard]] std::size_t bytes() const {
    return entries_.capacity() * sizeof(Entry) + index_.bucket_count() * (sizeof(std::uint32_t) + 1);
  }

 private:
  static constexpr std::uint32_t kNothing = 0xFFFF'FFFF;
  struct Entry {
    TextRef text;
    std::uint32_t uses = 0;
    std::uint32_t wire = kNothing;  // the name that is its wire text
    std::uint32_t read_as = 0;      // the name that the reader makes of that
  };
  struct Hash {
    using is_transparent = void;
    const NameTable* table;
    std::size_t operator()(std::string_view text) const;
    std::size_t operator()(std::uint32_t name) const { return (*this)(table->text(name)); }
  };
  struct Equal {
    using is_transparent = void;
    const NameTable* table;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(std::string_view a, std::uint32_t b) const { return a == table->text(b); }
    bool operator()(std::uint32_t a, std::string_view b) const { return (*this)(b, a); }
  };

  TextArena* texts_;
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  boost::unordered_flat_set<std::uint32_t, Hash, Equal> index_;
};

}  // namespace cppd::chartengine
