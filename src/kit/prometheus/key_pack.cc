// SPDX-License-Identifier: GPL-3.0-or-later
#include "key_pack.h"

#include <algorithm>

namespace cppd::prometheus {
namespace {

constexpr std::size_t kWindow = 32;    // bytes that may go and come, together, before both texts are the same again
constexpr std::size_t kSameAgain = 4;  // equal bytes that end an edit

struct Edit {
  std::size_t goes, comes;
};

/// True when both are the same again here: for a few bytes, or to their ends.
bool same_again(std::string_view a, std::string_view b) {
  if (a.size() >= kSameAgain && b.size() >= kSameAgain) return std::memcmp(a.data(), b.data(), kSameAgain) == 0;
  return a == b;
}

/// The smallest edit at the front of `old_text` after which it goes on like `text`; all of both when there is none.
Edit smallest_edit(std::string_view old_text, std::string_view text) {
  for (std::size_t total = 1; total <= kWindow; ++total) {
    const auto goes_end = std::min(total, old_text.size());
    for (std::size_t goes = total - std::min(total, text.size()); goes <= goes_end; ++goes) {
      if (same_again(old_text.substr(goes), text.substr(total - goes))) return {goes, total - goes};
    }
  }
  return {old_text.size(), text.size()};
}

}  // namespace

void KeyPack::put_number(std::size_t number) {
  for (; number >= 0x80; number >>= 7) code_.push_back(static_cast<char>((number & 0x7F) | 0x80));
  code_.push_back(static_cast<char>(number));
}

void KeyPack::encode(std::string_view text) {
  std::string_view old_text = last_;
  const auto count_at = code_.size();
  code_.push_back(0);
  for (std::size_t edits = 0;;) {
    const auto same = static_cast<std::size_t>(std::ranges::mismatch(old_text, text).in1 - old_text.begin());
    old_text.remove_prefix(same);
    text.remove_prefix(same);
    if (old_text.empty() && text.empty()) return;
    ++edits;
    const auto edit = edits < kEditsMax ? smallest_edit(old_text, text) : Edit{old_text.size(), text.size()};
    put_number(same);
    put_number(edit.goes);
    put_number(edit.comes);
    code_ += text.substr(0, edit.comes);
    code_[count_at] = static_cast<char>(edits);
    old_text.remove_prefix(edit.goes);
    text.remove_prefix(edit.comes);
  }
}

void KeyPack::push(std::string_view text) {
  if (size_ % kBlock == 0) {
    blocks_.push_back(code_.size());
    last_.clear();
  }
  encode(text);
  last_ = text;
  ++size_;
}

void KeyPack::push_front_of(const KeyPack& other, std::size_t count) {
  const auto blocks = count / kBlock;
  const auto code_end = blocks < other.blocks_.size() ? other.blocks_[blocks] : other.code_.size();
  code_.assign(other.code_, 0, code_end);
  blocks_.assign(other.blocks_.begin(), other.blocks_.begin() + static_cast<std::ptrdiff_t>(blocks));
  size_ = blocks * kBlock;
  if (size_ == count) return;
  Cursor cursor;
  for (other.seek(cursor, size_); size_ < count; other.advance(cursor)) push(cursor.text());
}

void KeyPack::finish() {
  code_.shrink_to_fit();
  blocks_.shrink_to_fit();
  std::string{}.swap(last_);  // assigning an empty one keeps the capacity
}

void KeyPack::seek(Cursor& cursor, std::size_t index) const {
  if (index >= size_) {
    cursor.index_ = size_;
    cursor.text_.clear();
    return;
  }
  const auto block = index / kBlock;
  if (cursor.index_ > index || cursor.index_ < block * kBlock || cursor.index_ >= size_) {
    cursor.index_ = block * kBlock;
    cursor.next_code_ = blocks_[block];
    load(cursor);
  }
  while (cursor.index_ < index) advance(cursor);
}

}  // namespace cppd::prometheus
