// SPDX-License-Identifier: GPL-3.0-or-later
#include "glob_syntax.h"

#include <cppd/base/text.h>

#include <vector>

namespace cppd::matcher {
namespace {

/// Marks in `ends` every place behind a class that begins at `open`. A bracket may belong to an item or close the
/// class, so there can be several.
void mark_class_ends(std::string_view pattern, std::size_t open, std::vector<bool>& ends) {
  const auto width = [&](std::size_t at) { return decode_utf8(pattern.substr(at)).bytes; };
  const auto walk = [&](std::size_t begin) {
    std::vector<bool> reached(pattern.size() + 1);  // at least one item stands before it
    const auto item_from = [&](std::size_t at) {
      const char c = pattern[at];
      const std::size_t behind = at + width(at);
      if (c != '\\' && c != ']') reached[behind] = true;
      if (c == '\\' && behind < pattern.size()) reached[behind + width(behind)] = true;
      if (behind + 1 < pattern.size() && pattern[behind] == '-') reached[behind + 1 + width(behind + 1)] = true;
    };
    if (begin < pattern.size()) item_from(begin);
    for (std::size_t at = begin + 1; at < pattern.size(); ++at) {
      if (!reached[at]) continue;
      if (pattern[at] == ']') ends[at + 1] = true;
      item_from(at);
    }
  };
  walk(open + 1);
  if (open + 1 < pattern.size() && pattern[open + 1] == '^') walk(open + 2);
}

}  // namespace

bool glob_is_closed(std::string_view pattern) {
  if (pattern.find_first_of("[\\") == std::string_view::npos) return true;
  std::vector<bool> reached(pattern.size() + 1);
  reached[0] = true;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    if (!reached[at]) continue;
    if (pattern[at] == '[') {
      mark_class_ends(pattern, at, reached);
    } else if (pattern[at] == '\\') {
      if (at + 1 < pattern.size()) reached[at + 1 + decode_utf8(pattern.substr(at + 1)).bytes] = true;
    } else {
      reached[at + 1] = true;
    }
  }
  return reached[pattern.size()];
}

ClassReader::ClassReader(std::string_view pattern) : pattern_{pattern} {
  if (pattern_.size() > 1 && pattern_[1] == '^') {
    negated_ = true;
    at_ = 2;
  }
}

std::optional<ClassRange> ClassReader::next() {
  if (!valid_) return std::nullopt;
  if (at_ < pattern_.size() && pattern_[at_] == ']' && !first_) {
    ++at_;
    return std::nullopt;
  }
  first_ = false;
  const auto low = character();
  if (!low) return std::nullopt;
  if (pattern_[at_] != '-') return ClassRange{*low, *low};
  ++at_;
  const auto high = character();
  if (!high) return std::nullopt;
  return ClassRange{*low, *high};
}

/// A character of a class; after it the pattern has to go on, as the class is still open.
std::optional<char32_t> ClassReader::character() {
  valid_ = false;
  if (at_ >= pattern_.size() || pattern_[at_] == '-' || pattern_[at_] == ']') return std::nullopt;
  if (pattern_[at_] == '\\') ++at_;
  if (at_ >= pattern_.size()) return std::nullopt;
  const auto character = decode_utf8(pattern_.substr(at_));
  at_ += character.bytes;
  valid_ = character.valid && at_ < pattern_.size();
  return valid_ ? std::optional{character.code} : std::nullopt;
}

}  // namespace cppd::matcher
