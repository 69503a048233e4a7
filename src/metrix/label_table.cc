// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/metrix/label_table.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <cstring>
#include <new>

namespace cppd::metrix {

/// A text is hashed when it is looked up; its index keeps the hash.
LabelTable::Wanted LabelTable::hashed(const Label& label) {
  const auto key = XXH3_64bits(label.key.data(), label.key.size());
  return {label, static_cast<std::uint32_t>(XXH3_64bits_withSeed(label.value.data(), label.value.size(), key))};
}

LabelTable::WantedSet LabelTable::hashed(std::span<const LabelId> ids) {
  constexpr std::uint64_t kMultiplier = 0x9E37'79B9'7F4A'7C15;
  auto hash = std::uint64_t{ids.size()};
  for (const auto id : ids) {
    hash = (hash ^ index_of(id)) * kMultiplier;
    hash ^= hash >> 32;
  }
  return {ids, static_cast<std::uint32_t>(hash)};
}

LabelTable::LabelTable()
    : text_index_(0, TextHash{this}, TextEqual{this}), set_index_(0, SetHash{this}, SetEqual{this}) {
  require(add_set(hashed(std::span<const LabelId>{})) == LabelSetId::empty,
          "the first record is the empty set");  // and lives as long as the table
}

std::size_t LabelTable::bytes_of(const Label& label) {
  const bool is_long = label.key.size() >= kLong || label.value.size() >= kLong;
  return (is_long ? kLongTextHead : kTextHead) + label.key.size() + 1 + label.value.size();
}

LabelTable::Packed LabelTable::packed(LabelId id) const {
  const char* const at = arena_.at(index_of(id));
  const auto& head = *reinterpret_cast<const Text*>(at);
  if (head.key_bytes != kLong) [[likely]]
    return {at + kTextHead, head.key_bytes, head.value_bytes};
  Packed all{.key = at + kLongTextHead, .key_bytes = 0, .value_bytes = 0};
  std::memcpy(&all.key_bytes, at + kTextHead, sizeof all.key_bytes);
  std::memcpy(&all.value_bytes, at + kTextHead + sizeof all.key_bytes, sizeof all.value_bytes);
  return all;
}

Label LabelTable::label(LabelId id) const {
  const auto text = packed(id);
  return {{text.key, text.key_bytes}, {text.key + text.key_bytes + 1, text.value_bytes}};
}

std::span<const LabelId> LabelTable::ids(LabelSetId set) const {
  auto& entry = this->set(set);
  return {ids_of(entry), entry.count};
}

void LabelTable::labels(LabelSetId set, std::vector<Label>& into) const {
  into.clear();
  for (const auto id : ids(set)) into.push_back(label(id));
}

LabelId LabelTable::intern(const Label& label) {
  const auto wanted = hashed(label);
  if (const auto found = text_index_.find(wanted); found != text_index_.end()) return *found;
  const auto id = static_cast<LabelId>(arena_.take(bytes_of(label)));
  char* at = arena_.at(index_of(id));
  auto& head = *new (at) Text{.uses = 0,
                              .hash = wanted.hash,
                              .key_bytes = static_cast<std::uint8_t>(label.key.size()),
                              .value_bytes = static_cast<std::uint8_t>(label.value.size())};
  at += kTextHead;
  if (label.key.size() >= kLong || label.value.size() >= kLong) {
    head.key_bytes = kLong;
    const std::uint32_t lengths[] = {static_cast<std::uint32_t>(label.key.size()),
                                     static_cast<std::uint32_t>(label.value.size())};
    std::memcpy(at, lengths, sizeof lengths);
    at += sizeof lengths;
  }
  at = std::ranges::copy(label.key, at).out;
  *at++ = '\xff';
  std::ranges::copy(label.value, at);
  text_index_.insert(id);
  return id;
}

void LabelTable::release_text(LabelId id) {
  if (--text(id).uses > 0) return;
  text_index_.erase(text_index_.find(id));
  arena_.give(index_of(id), bytes_of(label(id)));
}

/// A new set with one use.
LabelSetId LabelTable::add_set(const WantedSet& wanted) {
  const auto [ids, hash] = wanted;
  const auto id = static_cast<LabelSetId>(arena_.take(sizeof(Set) + ids.size_bytes()));
  auto& made =
      *new (arena_.at(index_of(id))) Set{.uses = 1, .hash = hash, .count = static_cast<std::uint32_t>(ids.size())};
  std::ranges::copy(ids, ids_of(made));
  return id;
}

LabelSetId LabelTable::acquire(Labels labels) {
  if (labels.empty()) return LabelSetId::empty;
  scratch_.clear();
  for (const auto& label : labels) scratch_.push_back(intern(label));
  const auto wanted = hashed(scratch_);
  if (const auto found = set_index_.find(wanted); found != set_index_.end()) {
    ++set(*found).uses;
    return *found;
  }
  const auto id = add_set(wanted);
  for (const auto label : scratch_) ++text(label).uses;
  set_index_.insert(id);
  ++live_sets_;
  return id;
}

void LabelTable::acquire(LabelSetId set) { ++this->set(set).uses; }

void LabelTable::release(LabelSetId set) {
  if (set == LabelSetId::empty) return;
  auto& entry = this->set(set);
  require(entry.uses > 0, "a label set is released once per use");
  if (--entry.uses > 0) return;
  set_index_.erase(set_index_.find(set));
  for (const auto label : ids(set)) release_text(label);
  arena_.give(index_of(set), bytes_of(entry));
  --live_sets_;
}

std::optional<LabelSetId> LabelTable::find(Labels labels) const {
  if (labels.empty()) return LabelSetId::empty;
  scratch_.clear();
  for (const auto& label : labels) {
    const auto text = text_index_.find(hashed(label));
    if (text == text_index_.end()) return std::nullopt;
    scratch_.push_back(*text);
  }
  const auto set = set_index_.find(hashed(scratch_));
  if (set == set_index_.end()) return std::nullopt;
  return *set;
}

std::string LabelTable::packed(std::span<const LabelId> ids) const {
  std::string all;
  for (const auto id : ids) all.append(packed(id).all()).append(1, '\xff');
  return all;
}

std::strong_ordering LabelTable::compare(LabelSetId a, LabelSetId b) const {
  if (a == b) return std::strong_ordering::equal;
  const auto left = ids(a);
  const auto right = ids(b);
  const auto shorter = std::min(left.size(), right.size());
  std::size_t i = 0;
  while (i < shorter && left[i] == right[i]) ++i;
  if (i == shorter) return left.size() <=> right.size();
  // Bytewise from the first pair that differs, and it decides: a text that goes on where the other has its 0xFF is the
  // smaller one. Only a 0xFF inside of a text makes that a question of what follows.
  const auto l = packed(left[i]).all();
  const auto r = packed(right[i]).all();
  const auto common = std::min(l.size(), r.size());
  if (const int order = std::memcmp(l.data(), r.data(), common); order != 0) return order <=> 0;
  const auto& longer = l.size() > r.size() ? l : r;
  if (longer.size() > common && longer[common] != '\xff') return r.size() <=> l.size();
  return packed(left.subspan(i)).compare(packed(right.subspan(i))) <=> 0;
}

std::size_t LabelTable::bytes() const {
  return arena_.bytes() + (text_index_.bucket_count() + set_index_.bucket_count()) * (sizeof(std::uint32_t) + 1);
}

}  // namespace cppd::metrix
