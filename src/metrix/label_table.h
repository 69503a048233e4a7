// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Interned label texts and label sets: each text and each set is stored once, however many series carry it.
#pragma once

#include <cppd/base/label.h>
#include <cppd/metrix/types.h>

#include <boost/unordered/unordered_flat_set.hpp>

#include <compare>
#include <memory>
#include <span>
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
  struct Text {
    std::unique_ptr<char[]> packed;  // key 0xFF value 0xFF
    std::uint32_t key_bytes = 0;
    std::uint32_t value_bytes = 0;
    std::uint32_t uses = 0;
    std::uint32_t hash = 0;  // kept, so that a growing index does not go to the texts
    [[nodiscard]] std::string_view all() const { return {packed.get(), std::size_t{key_bytes} + value_bytes + 2}; }
  };
  struct Set {
    std::uint32_t first = 0;  // in pool_
    std::uint32_t count = 0;
    std::uint32_t uses = 0;
    std::uint32_t hash = 0;
  };
  // The indexes hold ids; hash and equality look at what the ids stand for.
  struct TextHash {
    using is_transparent = void;
    const LabelTable* table;
    std::size_t operator()(const Label& label) const;
    std::size_t operator()(LabelId id) const { return table->texts_[index_of(id)].hash; }
  };
  struct TextEqual {
    using is_transparent = void;
    const LabelTable* table;
    bool operator()(LabelId a, LabelId b) const { return a == b; }
    bool operator()(const Label& a, LabelId b) const;
    bool operator()(LabelId a, const Label& b) const { return (*this)(b, a); }
  };
  struct SetHash {
    using is_transparent = void;
    const LabelTable* table;
    std::size_t operator()(std::span<const LabelId> ids) const;
    std::size_t operator()(LabelSetId id) const { return table->sets_[index_of(id)].hash; }
  };
  struct SetEqual {
    using is_transparent = void;
    const LabelTable* table;
    bool operator()(LabelSetId a, LabelSetId b) const { return a == b; }
    bool operator()(std::span<const LabelId> a, LabelSetId b) const;
    bool operator()(LabelSetId a, std::span<const LabelId> b) const { return (*this)(b, a); }
  };

  [[nodiscard]] LabelId intern(const Label& label);
  void release_text(LabelId id);
  [[nodiscard]] std::uint32_t place(std::span<const LabelId> ids);

  std::vector<Text> texts_;
  std::vector<LabelId> free_texts_;
  std::vector<Set> sets_;
  std::vector<LabelSetId> free_sets_;
  std::vector<LabelId> pool_;
  std::vector<std::vector<std::uint32_t>> free_places_;  // by length of the set
  mutable std::vector<LabelId> scratch_;
  std::size_t live_sets_ = 0;
  boost::unordered_flat_set<LabelId, TextHash, TextEqual> text_index_;
  boost::unordered_flat_set<LabelSetId, SetHash, SetEqual> set_index_;
};

}  // namespace cppd::metrix
