// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/regex.h>

#include "regex_syntax.h"

#include <cppd/base/text.h>

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace cppd::matcher {
namespace {

constexpr std::int64_t kProgramBytesMax = std::int64_t{8} << 20;
constexpr std::size_t kGroupsMax = 64;  // groups of one search on the stack

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }
std::string_view view(const re2::StringPiece& text) { return {text.data(), text.size()}; }

RE2::Options options() {
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(kProgramBytesMax);
  return options;
}

/// Where the byte at `offset` of to_valid_utf8(text) stands in `text`.
std::size_t original_offset(std::string_view text, std::size_t offset) {
  std::size_t at = 0;
  for (std::size_t converted = 0; converted < offset && at < text.size();) {
    const auto character = decode_utf8(text.substr(at));
    converted += character.valid ? character.bytes : 3;
    at += character.bytes;
  }
  return at;
}

}  // namespace

struct Regex::Program {
  std::optional<Literal> literal;  // set when no expression is needed to answer yes or no
  std::unique_ptr<const RE2> expression;
  std::vector<std::string> names;
  RE2::Anchor anchor = RE2::UNANCHORED;

  bool search_utf8(std::string_view text, std::span<re2::StringPiece> groups) const {
    return expression->Match(piece(text), 0, text.size(), anchor, groups.data(), static_cast<int>(groups.size()));
  }
};

Regex::Regex(std::shared_ptr<const Program> program) : program_{std::move(program)} {}

Result<Regex> Regex::parse(std::string_view pattern, Anchor anchor) {
  auto program = std::make_shared<Program>();
  program->literal = literal_of_regex(pattern);
  if (anchor == Anchor::both) {
    program->anchor = RE2::ANCHOR_BOTH;
    if (program->literal) program->literal->place = Place::whole;
  }
  auto plain = take_group_names(program->literal && !valid_utf8(pattern) ? to_valid_utf8(pattern) : pattern);
  if (!plain) return std::unexpected(std::move(plain.error()));

  auto expression = std::make_unique<RE2>(piece(plain->pattern), options());
  if (!expression->ok()) return std::unexpected(invalid_input("bad regular expression: " + expression->error()));
  program->expression = std::move(expression);
  program->names = std::move(plain->names);
  return Regex{std::move(program)};
}

bool Regex::matches(std::string_view text) const {
  if (program_->literal) return program_->literal->matches(text);
  if (!valid_utf8(text)) return program_->search_utf8(to_valid_utf8(text), {});
  return program_->search_utf8(text, {});
}

bool Regex::search(std::string_view text, std::span<std::string_view> groups) const {
  std::array<re2::StringPiece, kGroupsMax> found;
  const auto count = std::min({groups.size(), kGroupsMax, group_count() + 1});
  std::ranges::fill(groups, std::string_view{});
  if (valid_utf8(text)) {
    if (!program_->search_utf8(text, std::span{found}.first(count))) return false;
    std::ranges::transform(std::span{found}.first(count), groups.begin(), view);
    return true;
  }

  const auto converted = to_valid_utf8(text);
  if (!program_->search_utf8(converted, std::span{found}.first(count))) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (found[i].data() == nullptr) continue;
    const auto offset = static_cast<std::size_t>(found[i].data() - converted.data());
    const auto begin = original_offset(text, offset);
    const auto end = original_offset(text, offset + found[i].size());
    groups[i] = text.substr(begin, end - begin);
  }
  return true;
}

std::size_t Regex::group_count() const { return program_->names.size(); }
const std::vector<std::string>& Regex::group_names() const { return program_->names; }

namespace {

/// The name behind a `$`, and the bytes of its spelling; no bytes when none stands there.
struct Reference {
  std::string_view name;
  std::size_t bytes = 0;
};

Reference read_reference(std::string_view text) {
  const bool braces = text.starts_with('{');
  const auto begin = text.substr(braces ? 1 : 0);
  const auto end = std::ranges::find_if_not(begin, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  const auto name = begin.substr(0, static_cast<std::size_t>(end - begin.begin()));
  if (name.empty()) return {};
  if (!braces) return {name, name.size()};
  if (!begin.substr(name.size()).starts_with('}')) return {};
  return {name, name.size() + 2};
}

}  // namespace

void Regex::expand(std::string_view replacement, std::span<const std::string_view> groups, std::string& into) const {
  while (!replacement.empty()) {
    const auto dollar = replacement.find('$');
    into += replacement.substr(0, dollar);
    if (dollar == std::string_view::npos) return;
    replacement.remove_prefix(dollar + 1);
    if (replacement.starts_with('$')) {
      into += '$';
      replacement.remove_prefix(1);
      continue;
    }
    const auto [name, bytes] = read_reference(replacement);
    if (bytes == 0) {
      into += '$';
      continue;
    }
    replacement.remove_prefix(bytes);

    std::size_t index = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), index);
    if (end == name.data() + name.size()) {
      if (error == std::errc{} && index < groups.size()) into += groups[index];
      continue;
    }
    for (std::size_t i = 1; i < groups.size() && i <= program_->names.size(); ++i) {
      if (program_->names[i - 1] != name || groups[i].data() == nullptr) continue;
      into += groups[i];
      break;
    }
  }
}

}  // namespace cppd::matcher
