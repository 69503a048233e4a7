// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/internal_error.h>
#include <cppd/metrix/label_table.h>
#include <cppd/metrix/slot.h>

#include <xxhash.h>

#include <algorithm>
#include <cstring>

namespace cppd::metrix {

std::size_t LabelTable::TextHash::operator()(const Label& label) const {
  const auto key = XXH3_64bits(label.key.data(), label.key.size());
  return static_cast<std::uint32_t>(XXH3_64bits_withSeed(label.value.data(), label.value.size(), key));
}

bool LabelTable::TextEqual::operator()(const Label& a, LabelId b) const { return a == table->label(b); }

std::size_t LabelTable::SetHash::operator()(std::span<const LabelId> ids) const {
  return static_cast<std::uint32_t>(XXH3_64bits(ids.data(), ids.size_bytes()));
}
bool LabelTable::SetEqual::operator()(std::span<const LabelId> a, LabelSetId b) const {
  return std::ranges::equal(a, table->ids(b));
}

LabelTable::LabelTable()
    : sets_(1), text_index_(0, TextHash{this}, TextEqual{this}), set_index_(0, SetHash{this}, SetEqual{this}) {
  sets_[0].uses = 1;  // the empty set lives as long as the table
}

Label LabelTable::label(LabelId id) const {
  const auto& text = texts_[index_of(id)];
  const auto all = text.all();
  return {all.substr(0, text.key_bytes), all.substr(text.key_bytes + 1, text.value_bytes)};
}

std::span<const LabelId> LabelTable::ids(LabelSetId set) const {
  const auto& entry = sets_[index_of(set)];
  return std::span{pool_}.subspan(entry.first, entry.count);
}

void LabelTable::labels(LabelSetId set, std::vector<Label>& into) const {
  into.clear();
  for (const auto id : ids(set)) into.push_back(label(id));
}

LabelId LabelTable::intern(const Label& label) {
  if (const auto found = text_index_.find(label); found != text_index_.end()) return *found;
  const auto id = take_place(texts_, free_texts_);
  auto& text = texts_[index_of(id)];
  text.packed = std::make_unique_for_overwrite<char[]>(label.key.size() + label.value.size() + 2);
  text.key_bytes = static_cast<std::uint32_t>(label.key.size());
  text.value_bytes = static_cast<std::uint32_t>(label.value.size());
  text.uses = 0;
  text.hash = static_cast<std::uint32_t>(text_index_.hash_function()(label));
  char* at = text.packed.get();
  at = std::copy(label.key.begin(), label.key.end(), at);
  *at++ = '\xff';
  at = std::copy(label.value.begin(), label.value.end(), at);
  *at = '\xff';
  text_index_.insert(id);
  return id;
}

void LabelTable::release_text(LabelId id) {
  auto& text = texts_[index_of(id)];
  if (--text.uses > 0) return;
  text_index_.erase(text_index_.find(id));
  text.packed.reset();
  free_texts_.push_back(id);
}

std::uint32_t LabelTable::place(std::span<const LabelId> ids) {
  if (ids.size() < free_places_.size() && !free_places_[ids.size()].empty()) {
    const auto first = free_places_[ids.size()].back();
    free_places_[ids.size()].pop_back();
    std::ranges::copy(ids, pool_.begin() + first);
    return first;
  }
  const auto first = static_cast<std::uint32_t>(pool_.size());
  pool_.insert(pool_.end(), ids.begin(), ids.end());
  return first;
}

LabelSetId LabelTable::acquire(Labels labels) {
  if (labels.empty()) return LabelSetId::empty;
  scratch_.clear();
  for (const auto& label : labels) scratch_.push_back(intern(label));
  if (const auto found = set_index_.find(std::span<const LabelId>{scratch_}); found != set_index_.end()) {
    ++sets_[index_of(*found)].uses;
    return *found;
  }
  const auto id = take_place(sets_, free_sets_);
  const auto first = place(scratch_);
  sets_[index_of(id)] = {first, static_cast<std::uint32_t>(scratch_.size()), 1,
                         static_cast<std::uint32_t>(set_index_.hash_function()(std::span<const LabelId>{scratch_}))};
  for (const auto text : scratch_) ++texts_[index_of(text)].uses;
  set_index_.insert(id);
  ++live_sets_;
  return id;
}

void LabelTable::acquire(LabelSetId set) { ++sets_[index_of(set)].uses; }

void LabelTable::release(LabelSetId set) {
  if (set == LabelSetId::empty) return;
  auto& entry = sets_[index_of(set)];
  require(entry.uses > 0, "a label set is released once per use");
  if (--entry.uses > 0) return;
  set_index_.erase(set_index_.find(set));
  for (std::uint32_t i = 0; i < entry.count; ++i) release_text(pool_[entry.first + i]);
  if (free_places_.size() <= entry.count) free_places_.resize(entry.count + 1);
  free_places_[entry.count].push_back(entry.first);
  free_sets_.push_back(set);
  --live_sets_;
}

std::optional<LabelSetId> LabelTable::find(Labels labels) const {
  if (labels.empty()) return LabelSetId::empty;
  scratch_.clear();
  for (const auto& label : labels) {
    const auto text = text_index_.find(label);
    if (text == text_index_.end()) return std::nullopt;
    scratch_.push_back(*text);
  }
  const auto set = set_index_.find(std::span<const LabelId>{scratch_});
  if (set == set_index_.end()) return std::nullopt;
  return *set;
}

std::strong_ordering LabelTable::compare(LabelSetId a, LabelSetId b) const {
  if (a == b) return std::strong_ordering::equal;
  const auto left = ids(a);
  const auto right = ids(b);
  std::size_t i = 0;
  while (i < left.size() && i < right.size() && left[i] == right[i]) ++i;
  // Bytewise over the concatenated texts from the first pair that differs.
  std::string_view l, r;
  std::size_t li = i, ri = i;
  for (;;) {
    if (l.empty() && li < left.size()) l = texts_[index_of(left[li++])].all();
    if (r.empty() && ri < right.size()) r = texts_[index_of(right[ri++])].all();
    if (l.empty() || r.empty()) return l.size() <=> r.size();
    const auto common = std::min(l.size(), r.size());
    if (const int order = std::memcmp(l.data(), r.data(), common); order != 0) return order <=> 0;
    l.remove_prefix(common);
    r.remove_prefix(common);
  }
}

std::size_t LabelTable::bytes() const {
  std::size_t total = texts_.capacity() * sizeof(Text) + sets_.capacity() * sizeof(Set) +
                      pool_.capacity() * sizeof(LabelId) + text_index_.bucket_count() * 5 +
                      set_index_.bucket_count() * 5;
  for (const auto& text : texts_) total += text.packed ? text.all().size() : 0;
  return total;
}

}  // namespace cppd::metrix
