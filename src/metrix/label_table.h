// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Interned label texts and label sets: each text and each set is stored once, however many series carry it.
#pragma once

#include <cppd/base/arena.h>
#include <cppd/base/label.h>
#include <cppd/metrix/types.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <compare>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::metrix {

/// Owns label texts and label sets, counted by use.
///
/// Threads   confined to the shard of its store.
class LabelTable {
 public:
  LabelTable();
  LabelTable(const LabelTable&) = delete;
  LabelTable& operator=(const LabelTable&) = delete;

  /// The set of `labels`, which are sorted by key without duplicates; the caller holds one use of it.
  ///
  /// Cost      one hash per label and one for the set; allocates only when a text or the set is new.
  [[nodiscard]] LabelSetId acquire(Labels labels);
  void acquire(LabelSetId set);
  void release(LabelSetId set);

  /// The set of `labels` when it is known; no use is counted. Empty when no series can have it.
  [[nodiscard]] std::optional<LabelSetId> find(Labels labels) const;

  /// Borrows   until the set is released for the last time.
  [[nodiscard]] std::span<const LabelId> ids(LabelSetId set) const;
  [[nodiscard]] Label label(LabelId id) const;
  /// Replaces `into` by the labels of the set, in key order.
  void labels(LabelSetId set, std::vector<Label>& into) const;

  /// Order of two sets by their packed text (`key 0xFF value 0xFF ...`), bytewise.
  [[nodiscard]] std::strong_ordering compare(LabelSetId a, LabelSetId b) const;

  [[nodiscard]] std::size_t set_count() const { return live_sets_; }
  [[nodiscard]] std::size_t bytes() const;

 private:
  // Texts and sets are records in one arena; their ids are their places in it. Place 0 is the empty set.
  struct Text {
    std::uint32_t uses;
    std::uint32_t hash;  // kept, so that a growing index does not go through the texts
    std::uint8_t key_bytes;
    std::uint8_t value_bytes;
    // Here follow, when one length is kLong, both with four bytes each; then `key 0xFF value`.
  };
  struct Set {
    std::uint32_t uses;
    std::uint32_t hash;
    std::uint32_t count;
    // Here follow the labels.
  };
  static constexpr std::uint8_t kLong = 0xFF;
  static constexpr std::size_t kTextHead = 10;
  static constexpr std::size_t kLongTextHead = 18;
  struct Packed {
    const char* key;
    std::uint32_t key_bytes;
    std::uint32_t value_bytes;
    [[nodiscard]] std::string_view all() const { return {key, std::size_t{key_bytes} + 1 + value_bytes}; }
  };

  // The indexes hold ids; hash and equality look at what the ids stand for.
  struct Wanted {
    Label label;
    std::uint32_t hash;
  };
  struct WantedSet {
    std::span<const LabelId> ids;
    std::uint32_t hash;
  };
  struct TextHash {
    using is_transparent = void;
    const LabelTable* table;
    std::size_t operator()(const Wanted& wanted) const { return wanted.hash; }
    std::size_t operator()(LabelId id) const { return table->text(id).hash; }
  };
  struct TextEqual {
    using is_transparent = void;
    const LabelTable* table;
    bool operator()(LabelId a, LabelId b) const { return a == b; }
    bool operator()(const Wanted& a, LabelId b) const { return a.label == table->label(b); }
    bool operator()(LabelId a, const Wanted& b) const { return (*this)(b, a); }
  };
  struct SetHash {
    using is_transparent = void;
    const LabelTable* table;
    std::size_t operator()(const WantedSet& wanted) const { return wanted.hash; }
    std::size_t operator()(LabelSetId id) const { return table->set(id).hash; }
  };
  struct SetEqual {
    using is_transparent = void;
    const LabelTable* table;
    bool operator()(LabelSetId a, LabelSetId b) const { return a == b; }
    bool operator()(const WantedSet& a, LabelSetId b) const { return std::ranges::equal(a.ids, table->ids(b)); }
    bool operator()(LabelSetId a, const WantedSet& b) const { return (*this)(b, a); }
  };

  [[nodiscard]] Text& text(LabelId id) const { return *reinterpret_cast<Text*>(arena_.at(index_of(id))); }
  [[nodiscard]] Set& set(LabelSetId id) const { return *reinterpret_cast<Set*>(arena_.at(index_of(id))); }
  [[nodiscard]] static LabelId* ids_of(Set& set) { return reinterpret_cast<LabelId*>(&set + 1); }
  [[nodiscard]] static std::size_t bytes_of(const Label& label);
  [[nodiscard]] static std::size_t bytes_of(const Set& set) { return sizeof set + set.count * sizeof(LabelId); }
  [[nodiscard]] Packed packed(LabelId id) const;
  [[nodiscard]] LabelId intern(const Label& label);
  void release_text(LabelId id);
  [[nodiscard]] LabelSetId add_set(const WantedSet& wanted);
  [[nodiscard]] static Wanted hashed(const Label& label);
  [[nodiscard]] static WantedSet hashed(std::span<const LabelId> ids);
  [[nodiscard]] std::string packed(std::span<const LabelId> ids) const;

  Arena arena_;
  mutable std::vector<LabelId> scratch_;
  std::size_t live_sets_ = 0;
  boost::unordered_flat_set<LabelId, TextHash, TextEqual> text_index_;
  boost::unordered_flat_set<LabelSetId, SetHash, SetEqual> set_index_;
};

}  // namespace cppd::metrix
