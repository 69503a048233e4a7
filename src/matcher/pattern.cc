// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/pattern.h>

#include "glob_syntax.h"

#include <cppd/base/text.h>

#include <algorithm>

namespace cppd::matcher {
namespace {

constexpr auto kNowhere = std::string_view::npos;

/// Text between wildcards, without its escapes. Ill-formed bytes become U+FFFD, as in the reference, which collects
/// the text by characters.
std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\' && at + 1 < text.size()) ++at;
    out += text[at];
  }
  return valid_utf8(out) ? out : to_valid_utf8(out);
}

/// True when `*` at the end of `text` is a wildcard: an even number of backslashes stands before it.
bool ends_in_wildcard(std::string_view text) {
  if (!text.ends_with('*')) return false;
  text.remove_suffix(1);
  const auto last = text.find_last_not_of('\\');
  const auto backslashes = text.size() - (last == kNowhere ? 0 : last + 1);
  return backslashes % 2 == 0;
}

/// True when an unescaped wildcard or class stands in `text`.
bool has_wildcard(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '\\')
      ++at;
    else if (text[at] == '*' || text[at] == '?' || text[at] == '[')
      return true;
  }
  return false;
}

bool classes_are_valid(std::string_view pattern) {
  for (std::size_t at = 0; at < pattern.size();) {
    if (pattern[at] == '[') {
      ClassReader reader{pattern.substr(at)};
      while (reader.next()) {
      }
      if (!reader.valid()) return false;
      at += reader.bytes();
    } else {
      at += pattern[at] == '\\' ? 2 : 1;
    }
  }
  return true;
}

struct ClassAnswer {
  bool holds;
  std::size_t bytes;  // of the class in the pattern
};

ClassAnswer ask_class(std::string_view pattern, char32_t code) {
  ClassReader reader{pattern};
  bool listed = false;
  while (const auto range = reader.next()) listed |= range->low <= code && code <= range->high;
  return {listed != reader.negated(), reader.bytes()};
}

/// A pattern and a text that are walked together.
struct Walk {
  std::string_view pattern, text;
  std::size_t in_pattern = 0, in_text = 0;

  /// Matches one element that is not `*` and steps over it in both.
  bool step() {
    if (in_pattern == pattern.size() || in_text == text.size()) return false;
    if (pattern[in_pattern] == '?' || pattern[in_pattern] == '[') {
      const auto character = decode_utf8(text.substr(in_text));
      std::size_t bytes = 1;
      if (pattern[in_pattern] == '[') {
        const auto answer = ask_class(pattern.substr(in_pattern), character.code);
        if (!answer.holds) return false;
        bytes = answer.bytes;
      }
      in_pattern += bytes;
      in_text += character.bytes;
      return true;
    }
    const std::size_t escape = pattern[in_pattern] == '\\' ? 1 : 0;
    if (pattern[in_pattern + escape] != text[in_text]) return false;
    in_pattern += escape + 1;
    ++in_text;
    return true;
  }
};

/// Goes back to the last `*` only: what an earlier one takes can always be left to the later one.
bool matches_general(std::string_view pattern, std::string_view text) {
  Walk walk{pattern, text};
  std::size_t star = kNowhere, star_text = 0;
  while (walk.in_text < text.size() || walk.in_pattern < pattern.size()) {
    if (walk.in_pattern < pattern.size() && pattern[walk.in_pattern] == '*') {
      star = ++walk.in_pattern;
      star_text = walk.in_text;
      continue;
    }
    if (walk.step()) continue;
    if (star == kNowhere || star_text >= text.size()) return false;
    star_text += decode_utf8(text.substr(star_text)).bytes;
    walk.in_pattern = star;
    walk.in_text = star_text;
  }
  return true;
}

}  // namespace

Result<Glob> Glob::parse(std::string_view pattern) {
  if (!glob_is_closed(pattern)) return std::unexpected(invalid_input("bad glob pattern"));
  Glob glob;
  if (!pattern.empty() && pattern.find_first_not_of('*') == kNowhere) {
    glob.form_ = Form::any;
    return glob;
  }
  auto inner = pattern;
  const bool open_front = inner.starts_with('*');
  if (open_front) inner.remove_prefix(1);
  const bool open_back = ends_in_wildcard(inner);
  if (open_back) inner.remove_suffix(1);

  if (!has_wildcard(inner)) {
    const auto place =
        open_front ? (open_back ? Place::anywhere : Place::back) : (open_back ? Place::front : Place::whole);
    glob.literal_ = {unescape(inner), place};
  } else {
    glob.form_ = classes_are_valid(pattern) ? Form::general : Form::never;
    glob.literal_.text = pattern;
  }
  return glob;
}

bool Glob::matches(std::string_view text) const {
  switch (form_) {
    case Form::any: return true;
    case Form::literal: return literal_.matches(text);
    case Form::general: return matches_general(literal_.text, text);
    case Form::never: return false;
  }
  return false;
}

std::string quote_glob(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (std::string_view{"\\*?[]"}.contains(c)) out += '\\';
    out += c;
  }
  return out;
}

Result<> SimplePatterns::add(std::string_view glob, bool positive) {
  auto parsed = Glob::parse(glob);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  words_.push_back({std::move(*parsed), positive});
  return ok;
}

Result<SimplePatterns> SimplePatterns::parse(std::string_view text) {
  SimplePatterns patterns;
  for (const auto word : words(text)) {
    const bool positive = !word.starts_with('!');
    if (auto added = patterns.add(positive ? word : word.substr(1), positive); !added)
      return std::unexpected(std::move(added.error()).in(std::string{word}));
  }
  return patterns;
}

Result<SimplePatterns> SimplePatterns::parse_list(std::span<const std::string> words) {
  SimplePatterns patterns;
  for (const auto& item : words) {
    auto word = trim(item);
    if (word.empty()) continue;
    const bool positive = !word.starts_with('!');
    if (!positive) {
      word = trim(word.substr(1));
      if (word.empty()) return std::unexpected(invalid_input("nothing follows the ! of a negative pattern"));
    }
    if (auto added = patterns.add(word, positive); !added) return std::unexpected(std::move(added.error()).in(item));
  }
  const bool some_positive = std::ranges::any_of(patterns.words_, &Word::positive);
  if (!patterns.words_.empty() && !some_positive)
    return std::unexpected(invalid_input("at least one pattern has to be positive"));
  return patterns;
}

bool SimplePatterns::matches(std::string_view text) const {
  for (const auto& word : words_) {
    if (word.glob.matches(text)) return word.positive;
  }
  return false;
}

}  // namespace cppd::matcher
