// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/intersection.h>

#include "glob_syntax.h"

#include <cppd/base/text.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace cppd::matcher {
namespace {

constexpr std::int64_t kStatesDefault = 20'000;
constexpr std::int64_t kTransitionsDefault = 500'000;
constexpr char32_t kLastCodePoint = 0x10FFFF;

/// One element of a glob that takes a character, or `*`.
struct Element {
  bool star = false;
  bool any = false;
  bool negated = false;
  std::vector<ClassRange> ranges;

  bool takes(char32_t code) const {
    if (star || any) return true;
    const bool listed = std::ranges::any_of(ranges, [&](ClassRange r) { return r.low <= code && code <= r.high; });
    return listed != negated;
  }
};
using Elements = std::vector<Element>;

Result<Elements> elements_of(std::string_view pattern) {
  if (!glob_is_closed(pattern)) return std::unexpected(invalid_input("bad glob pattern"));
  Elements out;
  for (std::size_t at = 0; at < pattern.size();) {
    Element element;
    if (pattern[at] == '*') {
      element.star = true;
      ++at;
    } else if (pattern[at] == '?') {
      element.any = true;
      ++at;
    } else if (pattern[at] == '[') {
      ClassReader reader{pattern.substr(at)};
      element.negated = reader.negated();
      while (const auto range = reader.next()) {
        if (range->low > range->high) return std::unexpected(invalid_input("bad glob pattern: a range runs backwards"));
        element.ranges.push_back(*range);
      }
      if (!reader.valid()) return std::unexpected(invalid_input("bad glob pattern: a class can never match"));
      at += reader.bytes();
    } else {
      if (pattern[at] == '\\') ++at;
      const auto literal = decode_utf8(pattern.substr(at));
      element.ranges.push_back({literal.code, literal.code});
      at += literal.bytes;
    }
    out.push_back(std::move(element));
  }
  return out;
}

/// The places in a glob at which a walk can stand; a place behind the last element accepts.
using Places = std::vector<std::uint32_t>;

void add_place(const Elements& glob, std::uint32_t place, Places& into) {
  for (; std::ranges::find(into, place) == into.end(); ++place) {
    into.push_back(place);
    if (place == glob.size() || !glob[place].star) return;
  }
}

Places first_places(const Elements& glob) {
  Places places;
  add_place(glob, 0, places);
  std::ranges::sort(places);
  return places;
}

Places step(const Elements& glob, const Places& from, char32_t code) {
  Places to;
  for (const auto place : from) {
    if (place == glob.size() || !glob[place].takes(code)) continue;
    add_place(glob, glob[place].star ? place : place + 1, to);
  }
  std::ranges::sort(to);
  return to;
}

bool accepts(const Elements& glob, const Places& places) { return !places.empty() && places.back() == glob.size(); }

/// Characters of which one stands for every class of characters that the globs tell apart, in the fixed order.
std::vector<char32_t> candidates(const std::vector<const Elements*>& globs) {
  std::vector<char32_t> out{U'a', U'_', U'0', U'-', U'.', U':', U'é'};
  std::set<char32_t> others{0, kLastCodePoint};
  for (const auto* glob : globs) {
    for (const auto& element : *glob) {
      for (const auto [low, high] : element.ranges) {
        others.insert({low, high});
        if (low > 0) others.insert(low - 1);
        if (high < kLastCodePoint) others.insert(high + 1);
      }
    }
  }
  for (const auto code : others) {
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (!surrogate && std::ranges::find(out, code) == out.end()) out.push_back(code);
  }
  return out;
}

/// A breadth-first walk of all globs at once: the first two have to accept, the others must not.
class Search {
 public:
  struct Spent {
    std::int64_t &states, &transitions;
    std::int64_t states_max, transitions_max;
  };

  Search(std::vector<const Elements*> globs, bool require_non_empty, Spent spent,
         const std::function<bool()>& cancelled)
      : globs_{std::move(globs)}, require_non_empty_{require_non_empty}, spent_{spent}, cancelled_{cancelled} {}

  Result<std::optional<std::string>> run() {
    State start;
    for (const auto* glob : globs_) start.push_back(first_places(*glob));
    if (auto reached = reach(std::move(start), 0, 0); !reached) return std::unexpected(std::move(reached.error()));
    if (found_) return text();
    const auto characters = candidates(globs_);
    for (std::size_t at = 0; at < order_.size(); ++at) {
      if (cancelled_ && cancelled_()) return std::unexpected(stopped());
      for (const auto code : characters) {
        if (++spent_.transitions > spent_.transitions_max)
          return std::unexpected(limit_reached("pattern analysis: too many transitions"));
        State next;
        for (std::size_t i = 0; i < globs_.size(); ++i) next.push_back(step(*globs_[i], (*order_[at].state)[i], code));
        if (next[0].empty() || next[1].empty()) continue;
        if (auto reached = reach(std::move(next), at, code); !reached)
          return std::unexpected(std::move(reached.error()));
        if (found_) return text();
      }
    }
    return std::nullopt;
  }

 private:
  using State = std::vector<Places>;
  struct Visit {
    const State* state;
    std::size_t from;
    char32_t code;
    std::size_t length;
  };

  /// Notes a state that was not seen before, and whether it is the end of the search.
  Result<> reach(State state, std::size_t from, char32_t code) {
    // The empty text is the only one that can be refused for its length, so it is kept apart from its state.
    const std::size_t length = order_.empty() ? 0 : order_[from].length + 1;
    const bool refused_for_length = require_non_empty_ && length == 0;
    const auto [place, added] = seen_.insert(std::move(state));
    if (!added && !(require_non_empty_ && length == 1)) return ok;
    if (added && ++spent_.states > spent_.states_max)
      return std::unexpected(limit_reached("pattern analysis: too many states"));
    order_.push_back({&*place, from, code, length});
    bool accepted = !refused_for_length;
    for (std::size_t i = 0; i < globs_.size(); ++i) accepted &= accepts(*globs_[i], (*place)[i]) == (i < 2);
    found_ = accepted;
    return ok;
  }

  /// The text that leads to the last state.
  std::string text() const {
    std::vector<char32_t> codes;
    for (auto at = order_.size() - 1; order_[at].length > 0; at = order_[at].from) codes.push_back(order_[at].code);
    std::string out;
    for (auto code = codes.rbegin(); code != codes.rend(); ++code) append_utf8(out, *code);
    return out;
  }

  std::vector<const Elements*> globs_;
  bool require_non_empty_;
  Spent spent_;
  const std::function<bool()>& cancelled_;
  std::set<State> seen_;
  std::vector<Visit> order_;
  bool found_ = false;
};

struct SimpleWord {
  Elements glob;
  bool positive;
};

Result<std::vector<SimpleWord>> simple_words(std::string_view text) {
  std::vector<SimpleWord> out;
  for (const auto word : words(text)) {
    const bool positive = !word.starts_with('!');
    auto glob = elements_of(positive ? word : word.substr(1));
    if (!glob) return std::unexpected(std::move(glob.error()).in(std::string{word}));
    out.push_back({std::move(*glob), positive});
  }
  return out;
}

/// The negative words written before `end`.
void add_negatives(std::span<const SimpleWord> words, std::vector<const Elements*>& into) {
  for (const auto& word : words) {
    if (!word.positive) into.push_back(&word.glob);
  }
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
}

}  // namespace

IntersectionAnalyzer::IntersectionAnalyzer(IntersectionBudget budget, std::function<bool()> cancelled)
    : states_max_{budget.states_max == 0 ? kStatesDefault : budget.states_max},
      transitions_max_{budget.transitions_max == 0 ? kTransitionsDefault : budget.transitions_max},
      cancelled_{std::move(cancelled)} {}

Result<IntersectionAnalyzer::Witness> IntersectionAnalyzer::globs(std::string_view left, std::string_view right,
                                                                  std::span<const std::string> exclude,
                                                                  bool require_non_empty) {
  if (states_max_ < 0 || transitions_max_ < 0) return std::unexpected(invalid_input("a budget is negative"));
  std::vector<Elements> parsed;
  const auto add = [&](std::string_view pattern) -> Result<> {
    auto glob = elements_of(pattern);
    if (!glob) return std::unexpected(std::move(glob.error()).in(std::string{pattern}));
    parsed.push_back(std::move(*glob));
    return ok;
  };
  for (const auto pattern : {left, right}) {
    if (auto added = add(pattern); !added) return std::unexpected(std::move(added.error()));
  }
  for (const auto& pattern : exclude) {
    if (auto added = add(pattern); !added) return std::unexpected(std::move(added.error()));
  }
  std::vector<const Elements*> all;
  for (const auto& glob : parsed) all.push_back(&glob);
  return Search{std::move(all), require_non_empty, {states_, transitions_, states_max_, transitions_max_}, cancelled_}
      .run();
}

Result<IntersectionAnalyzer::Witness> IntersectionAnalyzer::simple_patterns(std::string_view left,
                                                                            std::string_view right,
                                                                            bool require_non_empty) {
  if (states_max_ < 0 || transitions_max_ < 0) return std::unexpected(invalid_input("a budget is negative"));
  const auto left_words = simple_words(left), right_words = simple_words(right);
  if (!left_words) return std::unexpected(left_words.error());
  if (!right_words) return std::unexpected(right_words.error());
  Witness best;
  for (std::size_t l = 0; l < left_words->size(); ++l) {
    for (std::size_t r = 0; r < right_words->size(); ++r) {
      if (!(*left_words)[l].positive || !(*right_words)[r].positive) continue;
      std::vector<const Elements*> all{&(*left_words)[l].glob, &(*right_words)[r].glob};
      add_negatives(std::span{*left_words}.first(l), all);
      add_negatives(std::span{*right_words}.first(r), all);
      auto found =
          Search{std::move(all), require_non_empty, {states_, transitions_, states_max_, transitions_max_}, cancelled_}
              .run();
      if (!found) return found;
      if (*found && (!best || code_points(**found) < code_points(*best))) best = std::move(*found);
    }
  }
  return best;
}

}  // namespace cppd::matcher
