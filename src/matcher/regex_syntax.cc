// SPDX-License-Identifier: GPL-3.0-or-later
#include "regex_syntax.h"

#include <cppd/base/text.h>

#include <algorithm>

namespace cppd::matcher {
namespace {

constexpr std::string_view kOperators = "\\.+*?()|[]{}^$";

bool word_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/// Reads an expression from left to right and copies it.
class Rewriter {
 public:
  explicit Rewriter(std::string_view pattern) : pattern_{pattern} {}

  Result<PlainRegex> run() {
    while (at_ < pattern_.size()) {
      const char c = pattern_[at_];
      if (c == '\\') {
        if (auto copied = escape(); !copied) return std::unexpected(std::move(copied.error()));
      } else if (c == '[') {
        if (auto copied = character_class(); !copied) return std::unexpected(std::move(copied.error()));
      } else if (c == '(') {
        if (auto copied = group(); !copied) return std::unexpected(std::move(copied.error()));
      } else {
        copy(1);
      }
    }
    return std::move(out_);
  }

 private:
  std::string_view rest() const { return pattern_.substr(at_); }

  void copy(std::size_t bytes) {
    bytes = std::min(bytes, pattern_.size() - at_);
    out_.pattern += pattern_.substr(at_, bytes);
    at_ += bytes;
  }

  Result<> escape() {
    if (rest().starts_with("\\C")) return std::unexpected(invalid_input("invalid escape sequence: \\C"));
    if (rest().starts_with("\\Q")) {
      const auto end = rest().find("\\E", 2);
      copy(end == std::string_view::npos ? rest().size() : end + 2);
    } else {
      copy(2);
    }
    return ok;
  }

  Result<> character_class() {
    copy(1);
    if (rest().starts_with('^')) copy(1);
    if (rest().starts_with(']')) copy(1);
    while (at_ < pattern_.size() && pattern_[at_] != ']') {
      const auto named_end = rest().starts_with("[:") ? rest().find(":]") : std::string_view::npos;
      if (named_end != std::string_view::npos) {
        copy(named_end + 2);
      } else if (pattern_[at_] == '\\') {
        if (rest().starts_with("\\C")) return std::unexpected(invalid_input("invalid escape sequence: \\C"));
        copy(2);
      } else {
        copy(1);
      }
    }
    copy(1);
    return ok;
  }

  Result<> group() {
    const bool angle = rest().starts_with("(?<");
    if (!angle && !rest().starts_with("(?P<")) {
      if (!rest().starts_with("(?")) out_.names.emplace_back();
      copy(1);
      return ok;
    }
    const std::size_t begin = angle ? 3 : 4;
    const auto end = rest().find('>');
    const auto name = end == std::string_view::npos ? std::string_view{} : rest().substr(begin, end - begin);
    if (name.empty() || !std::ranges::all_of(name, word_character))
      return std::unexpected(invalid_input("invalid named capture: " + std::string{rest()}));
    out_.names.emplace_back(name);
    out_.pattern += '(';
    at_ += end + 1;
    return ok;
  }

  std::string_view pattern_;
  std::size_t at_ = 0;
  PlainRegex out_;
};

}  // namespace

std::optional<Literal> literal_of_regex(std::string_view pattern) {
  if (pattern == "^$" || pattern == "$^") return Literal{"", Place::whole};
  const bool front = pattern.starts_with('^');
  if (front) pattern.remove_prefix(1);
  std::string text;
  bool back = false;
  for (std::size_t at = 0; at < pattern.size(); ++at) {
    const char c = pattern[at];
    if (c == '\\') {
      if (++at == pattern.size() || !kOperators.contains(pattern[at])) return std::nullopt;
      text += pattern[at];
    } else if (c == '$' && at + 1 == pattern.size()) {
      back = true;
    } else if (kOperators.contains(c)) {
      return std::nullopt;
    } else {
      text += c;
    }
  }
  if (!valid_utf8(text)) text = to_valid_utf8(text);
  const auto place = front ? (back ? Place::whole : Place::front) : (back ? Place::back : Place::anywhere);
  return Literal{std::move(text), place};
}

Result<PlainRegex> take_group_names(std::string_view pattern) { return Rewriter{pattern}.run(); }

}  // namespace cppd::matcher
