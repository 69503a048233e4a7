// SPDX-License-Identifier: GPL-3.0-or-later
#include "glob_model.h"

#include <cppd/base/text.h>

#include <set>
#include <string>
#include <vector>

namespace cppd::fuzz {
namespace {

using Codes = std::u32string;

Codes codes_of(std::string_view text) {
  Codes out;
  while (!text.empty()) {
    const auto point = decode_utf8(text);
    out += point.code;
    text.remove_prefix(point.bytes);
  }
  return out;
}

/// The places behind a class that begins at `open`, by the loose grammar that construction checks: items `c`, `\c` and
/// `lo-hi`, of which the first may not be `]`.
std::set<std::size_t> class_ends(const Codes& pattern, std::size_t open) {
  std::set<std::size_t> ends;
  const auto walk = [&](std::size_t begin) {
    std::set<std::size_t> places{begin};
    while (!places.empty()) {
      const auto at = *places.begin();
      places.erase(places.begin());
      if (at >= pattern.size()) continue;
      const auto c = pattern[at];
      if (c == U']' && at > begin) ends.insert(at + 1);
      if (c != U'\\' && c != U']') places.insert(at + 1);
      if (c == U'\\' && at + 1 < pattern.size()) places.insert(at + 2);
      if (at + 2 < pattern.size() && pattern[at + 1] == U'-') places.insert(at + 3);
    }
  };
  walk(open + 1);
  if (open + 1 < pattern.size() && pattern[open + 1] == U'^') walk(open + 2);
  return ends;
}

bool is_glob(const Codes& pattern) {
  std::set<std::size_t> places{0};
  while (!places.empty()) {
    const auto at = *places.begin();
    places.erase(places.begin());
    if (at == pattern.size()) return true;
    if (pattern[at] == U'[') {
      places.merge(class_ends(pattern, at));
    } else if (pattern[at] == U'\\') {
      if (at + 1 < pattern.size()) places.insert(at + 2);
    } else {
      places.insert(at + 1);
    }
  }
  return false;
}

/// One element: `*`, or what it takes one character of.
struct Element {
  bool star = false;
  bool negated = false;
  std::vector<std::pair<char32_t, char32_t>> ranges{};

  [[nodiscard]] bool takes(char32_t code) const {
    for (const auto& [low, high] : ranges) {
      if (low <= code && code <= high) return !negated;
    }
    return negated;
  }
};

/// Reads elements strictly; nothing when a class is none, and then nothing matches.
class Reader {
 public:
  explicit Reader(const Codes& pattern) : pattern_{pattern} {}

  std::optional<std::vector<Element>> run() {
    std::vector<Element> out;
    while (at_ < pattern_.size()) {
      const auto c = pattern_[at_++];
      Element element;
      if (c == U'*') {
        element.star = true;
      } else if (c == U'?') {
        element.negated = true;
      } else if (c == U'[') {
        if (!character_class(element)) return std::nullopt;
      } else {
        const auto literal = c == U'\\' ? pattern_[at_++] : c;
        element.ranges.emplace_back(literal, literal);
      }
      out.push_back(std::move(element));
    }
    return out;
  }

 private:
  bool character_class(Element& into) {
    if (at_ < pattern_.size() && pattern_[at_] == U'^') {
      into.negated = true;
      ++at_;
    }
    do {
      char32_t low = 0, high = 0;
      if (!item(low)) return false;
      high = low;
      if (pattern_[at_] == U'-') {
        ++at_;
        if (!item(high)) return false;
      }
      into.ranges.emplace_back(low, high);
    } while (pattern_[at_] != U']');
    ++at_;
    return true;
  }

  /// False at the end, and when the pattern ends behind it.
  bool item(char32_t& code) {
    if (at_ >= pattern_.size() || pattern_[at_] == U'-' || pattern_[at_] == U']') return false;
    if (pattern_[at_] == U'\\' && ++at_ >= pattern_.size()) return false;
    code = pattern_[at_++];
    return at_ < pattern_.size();
  }

  const Codes& pattern_;
  std::size_t at_ = 0;
};

}  // namespace

std::optional<bool> glob_matches(std::string_view pattern, std::string_view text) {
  const auto codes = codes_of(pattern);
  if (!is_glob(codes)) return std::nullopt;
  const auto elements = Reader{codes}.run();
  if (!elements) return false;
  const auto characters = codes_of(text);
  // matched[i]: the elements so far match the first i characters.
  std::vector<bool> matched(characters.size() + 1);
  matched[0] = true;
  for (const auto& element : *elements) {
    std::vector<bool> next(matched.size());
    for (std::size_t i = 0; i < matched.size(); ++i) {
      if (element.star) {
        next[i] = matched[i] || (i > 0 && next[i - 1]);
      } else if (i > 0) {
        next[i] = matched[i - 1] && element.takes(characters[i - 1]);
      }
    }
    matched = std::move(next);
  }
  return matched.back();
}

}  // namespace cppd::fuzz
