// SPDX-License-Identifier: GPL-3.0-or-later
// The first line of the input is a pattern of every kind, the rest a text: the matcher agrees with a model of globs,
// with the words of simple patterns one by one, and with RE2 where it took a shortcut; what is proved to match nothing
// does not match.
#include <cppd/base/text.h>
#include <cppd/matcher/contradiction.h>
#include <cppd/matcher/matcher.h>
#include <cppd/matcher/selector.h>

#include "glob_model.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace cppd::matcher;

void require(bool holds) {
  if (!holds) __builtin_trap();
}

constexpr std::size_t kModelBytesMax = 512;  // the model and the proofs are slow

void globs(std::string_view pattern, std::string_view text) {
  if (!cppd::valid_utf8(pattern) || !cppd::valid_utf8(text)) return;
  const auto glob = Glob::parse(pattern);
  const auto model = cppd::fuzz::glob_matches(pattern, text);
  require(glob.has_value() == model.has_value());
  if (glob) require(glob->matches(text) == *model);
}

void simple_patterns(std::string_view pattern, std::string_view text) {
  const auto patterns = SimplePatterns::parse(pattern);
  if (!patterns) return;
  bool expected = false;
  for (const auto word : cppd::words(pattern)) {
    const bool positive = !word.starts_with('!');
    const auto glob = Glob::parse(positive ? word : word.substr(1));
    require(glob.has_value());
    if (!glob->matches(text)) continue;
    expected = positive;
    break;
  }
  require(patterns->matches(text) == expected);
}

void expressions(std::string_view pattern, std::string_view text) {
  const auto regex = Regex::parse(pattern);
  if (!regex || !cppd::valid_utf8(pattern)) return;
  require(regex->matches(text) == regex->search(text, {}));
}

/// Not for series that come by name only, as the text is the name.
void contradictions(const std::string& selector_text, std::string_view text) {
  const auto selector = Selector::parse(selector_text);
  const auto reason = why_nothing_matches(selector_text, Lookup::all_series);
  if (!reason) return;
  require(selector.has_value());
  const cppd::Label labels[] = {{"a", text}, {"b", "x"}};
  require(!selector->matches(text, labels));
  require(!selector->matches("m", labels));
  require(why_nothing_matches(selector_text, Lookup::by_name).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const auto pattern = input.substr(0, input.find('\n'));
  const auto text = input.substr(std::min(pattern.size() + 1, input.size()));
  if (const auto line = Matcher::parse(pattern)) {
    const auto constant = line->constant();
    require(!constant || *constant == line->matches(text));
    require((!*line).matches(text) != line->matches(text));
  }
  simple_patterns(pattern, text);
  expressions(pattern, text);
  if (size > kModelBytesMax) return 0;
  globs(pattern, text);
  contradictions(std::string{pattern}, text);
  contradictions("m{a=~\"" + std::string{pattern} + "\"}", text);
  contradictions("m{a=*\"" + std::string{pattern} + "\",a!*\"x* *y\"}", text);
  return 0;
}
