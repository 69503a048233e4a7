// SPDX-License-Identifier: GPL-3.0-or-later
// Any text as a selector, a line and a glob: parsing and matching end, and a quoted text matches itself.
#include <cppd/matcher/intersection.h>
#include <cppd/matcher/matcher.h>
#include <cppd/matcher/selector.h>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace cppd::matcher;
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto middle = text.size() / 2;
  const cppd::Label labels[] = {{"a", text.substr(middle)}, {"le", "1.0"}};

  if (const auto selector = Selector::parse(text)) (void)selector->matches(text.substr(0, middle), labels);
  if (const auto matcher = Matcher::parse(text)) (void)matcher->matches(text);
  if (const auto quoted = Glob::parse(quote_glob(text)); !quoted) std::abort();

  const auto left = text.substr(0, middle), right = text.substr(middle);
  const auto left_glob = Glob::parse(left), right_glob = Glob::parse(right);
  if (!left_glob || !right_glob) return 0;
  IntersectionAnalyzer analyzer{{.states_max = 200, .transitions_max = 2000}};
  const auto witness = analyzer.globs(left, right, {}, false);
  // What the analysis finds, the matcher has to agree with; texts that are not UTF-8 are not its subject.
  if (!witness || !*witness || (*witness)->contains("\uFFFD")) return 0;
  if (!left_glob->matches(**witness) || !right_glob->matches(**witness)) std::abort();
  return 0;
}
