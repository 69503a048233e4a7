// SPDX-License-Identifier: GPL-3.0-or-later
#include "regex_nothing.h"

#include <cppd/base/text.h>

#include <re2/re2.h>

#include <algorithm>
#include <optional>
#include <string>

namespace cppd::matcher {
namespace {

/// What is true of every match of a part of an expression.
struct Shape {
  bool possible = true;
  bool eats = false;         ///< it takes a character at least
  bool needs_begin = false;  ///< it starts where the text starts
  bool needs_end = false;    ///< it ends where the text ends
};

constexpr Shape kImpossible{.possible = false};
constexpr Shape kCharacter{.eats = true};

Shape operator+(const Shape& left, const Shape& right) {
  return {.possible =
              left.possible && right.possible && !(left.eats && right.needs_begin) && !(left.needs_end && right.eats),
          .eats = left.eats || right.eats,
          .needs_begin = left.needs_begin || right.needs_begin,
          .needs_end = left.needs_end || right.needs_end};
}

Shape operator|(const Shape& left, const Shape& right) {
  if (!left.possible) return right;
  if (!right.possible) return left;
  return {.eats = left.eats && right.eats,
          .needs_begin = left.needs_begin && right.needs_begin,
          .needs_end = left.needs_end && right.needs_end};
}

bool digit(char c) { return c >= '0' && c <= '9'; }

/// Is this class, or this `\p{...}`, without a character? An expression that takes one character and has no first one
/// has no match.
bool takes_no_character(std::string_view set) {
  RE2::Options options;
  options.set_log_errors(false);
  const RE2 expression{re2::StringPiece{set.data(), set.size()}, options};
  std::string first, last;
  constexpr int kBytes = 8;
  return expression.ok() && expression.PossibleMatchRange(&first, &last, kBytes) && last.empty();
}

/// Reads an expression that is well-formed, by recursive descent.
class ShapeReader {
 public:
  explicit ShapeReader(std::string_view pattern) : rest_{pattern} {}

  Shape run() { return alternatives(); }
  [[nodiscard]] bool complete() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t bytes) {
    const auto taken = rest_.substr(0, bytes);
    rest_.remove_prefix(taken.size());
    return taken;
  }
  bool skip(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    take(text.size());
    return true;
  }

  Shape alternatives() {
    const bool multiline = multiline_;
    auto shape = sequence();
    while (skip("|")) shape = shape | sequence();
    multiline_ = multiline;
    return shape;
  }

  Shape sequence() {
    Shape shape;
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') shape = shape + repeated();
    return shape;
  }

  Shape repeated() {
    auto shape = atom();
    for (auto least = repetition(); least; least = repetition()) {
      if (*least == 0) shape = {};
      if (*least > 1) shape = shape + shape;
    }
    return shape;
  }

  /// How often a repetition sign asks for what stands before it at least, and for more than one: 2.
  std::optional<int> repetition() {
    std::optional<int> least;
    if (skip("*") || skip("?")) {
      least = 0;
    } else if (skip("+")) {
      least = 1;
    } else if (rest_.starts_with('{')) {
      const auto end = rest_.find('}');
      if (end == std::string_view::npos || end == 1) return std::nullopt;
      const auto counts = rest_.substr(1, end - 1);
      const auto low = counts.substr(0, counts.find(','));
      const auto high = counts.substr(std::min(low.size() + 1, counts.size()));
      if (low.empty() || !std::ranges::all_of(low, digit) || !std::ranges::all_of(high, digit)) return std::nullopt;
      least = low.find_first_not_of('0') == std::string_view::npos ? 0 : low == "1" ? 1 : 2;
      take(end + 1);
    } else {
      return std::nullopt;
    }
    skip("?");  // not greedy
    return least;
  }

  Shape atom() {
    if (skip("(")) return group();
    if (skip("^")) return {.needs_begin = !multiline_};
    if (skip("$")) return {.needs_end = !multiline_};
    if (rest_.starts_with('[')) return takes_no_character(character_class()) ? kImpossible : kCharacter;
    if (rest_.starts_with('\\')) return escape();
    take(decode_utf8(rest_).bytes);
    return kCharacter;
  }

  Shape group() {
    if (skip("?") && !rest_.starts_with("P<") && !rest_.starts_with('<')) {
      const auto flags = take(rest_.find_first_of(":)"));
      const bool was_multiline = multiline_;
      if (const auto at = flags.find('m'); at != std::string_view::npos) multiline_ = at < flags.find('-');
      if (skip(")")) return {};  // the flags stay until the group around ends
      take(1);
      const auto shape = alternatives();
      multiline_ = was_multiline;
      take(1);
      return shape;
    }
    if (rest_.starts_with("P<") || rest_.starts_with('<')) take(rest_.find('>') + 1);
    const auto shape = alternatives();
    take(1);
    return shape;
  }

  std::string_view character_class() {
    std::size_t at = rest_.starts_with("[^") ? 2 : 1;
    if (at < rest_.size() && rest_[at] == ']') ++at;
    while (at < rest_.size() && rest_[at] != ']') {
      const auto named_end = rest_.substr(at).starts_with("[:") ? rest_.find(":]", at) : std::string_view::npos;
      if (named_end != std::string_view::npos) {
        at = named_end + 2;
      } else {
        at += rest_[at] == '\\' ? 2 : 1;
      }
    }
    return take(at + 1);
  }

  Shape escape() {
    if (skip("\\A")) return {.needs_begin = true};
    if (skip("\\z")) return {.needs_end = true};
    if (skip("\\b") || skip("\\B")) return {};
    if (rest_.starts_with("\\Q")) return quoted();
    if (rest_.starts_with("\\p") || rest_.starts_with("\\P")) {
      const auto set = take(rest_.substr(2).starts_with('{') ? rest_.find('}') + 1 : 3);
      return takes_no_character(set) ? kImpossible : kCharacter;
    }
    if (rest_.starts_with("\\x")) {
      take(rest_.substr(2).starts_with('{') ? rest_.find('}') + 1 : 4);
      return kCharacter;
    }
    const bool octal = rest_.size() > 1 && rest_[1] >= '0' && rest_[1] <= '7';
    take(1);
    take(decode_utf8(rest_).bytes);
    for (int i = 0; octal && i < 2 && !rest_.empty() && rest_.front() >= '0' && rest_.front() <= '7'; ++i) take(1);
    return kCharacter;
  }

  /// A repetition sign behind `\Q...\E` means the last character only, so that it says nothing about longer texts.
  Shape quoted() {
    const auto end = std::min(rest_.find("\\E"), rest_.size());
    const auto text = rest_.substr(2, end - 2);
    take(end + 2);
    if (text.empty()) return {};
    const bool longer = decode_utf8(text).bytes < text.size();
    if (longer) static_cast<void>(repetition());
    return kCharacter;
  }

  std::string_view rest_;
  bool multiline_ = false;
};

}  // namespace

bool regex_finds_nothing(std::string_view pattern) {
  ShapeReader reader{pattern};
  const auto shape = reader.run();
  return reader.complete() && !shape.possible;
}

}  // namespace cppd::matcher
