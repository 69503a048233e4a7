// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/contradiction.h>

#include <cppd/base/text.h>
#include <cppd/matcher/intersection.h>
#include <cppd/matcher/matcher.h>

#include "regex_nothing.h"
#include "selector_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace cppd::matcher {
namespace {

struct Condition {
  SelectorTerm term;
  Matcher matcher;

  [[nodiscard]] bool holds(std::string_view value) const { return matcher.matches(value) != term.negated; }
  [[nodiscard]] bool is(std::string_view format, bool negated) const {
    return term.format == format && term.negated == negated;
  }
};
using Conditions = std::vector<Condition>;

/// For all pairs of terms of one selector together: when it is spent, what is left counts as not proved.
constexpr IntersectionBudget kEffort{.states_max = 4'000, .transitions_max = 100'000};

/// The only values that a condition takes, when they can be listed.
std::optional<std::vector<std::string_view>> listed_values(const Condition& condition) {
  if (condition.is("string", false)) return std::vector{condition.term.pattern};
  const bool plain = condition.term.pattern.find_first_of("!*?[\\") == std::string_view::npos;
  if (condition.is("simple_patterns", false) && plain) return words(condition.term.pattern);
  return std::nullopt;
}

bool none_holds(const std::vector<std::string_view>& values, const Conditions& conditions) {
  return std::ranges::none_of(values, [&](std::string_view value) {
    return std::ranges::all_of(conditions, [&](const Condition& each) { return each.holds(value); });
  });
}

/// Do two globs begin with other characters? Most that are apart do, and this costs nothing.
bool begin_apart(std::string_view left, std::string_view right) {
  constexpr std::string_view kSpecial = "!*?[\\ \t\n\r\f\v";
  const auto begin = [&](std::string_view text) { return text.substr(0, text.find_first_of(kSpecial)); };
  if (words(left).size() != 1 || words(right).size() != 1) return false;
  const auto a = begin(left);
  const auto b = begin(right);
  const auto shorter = std::min(a.size(), b.size());
  return a.substr(0, shorter) != b.substr(0, shorter);
}

/// True when it is proved that no text suits both simple patterns.
bool apart(IntersectionAnalyzer& analyzer, std::string_view left, std::string_view right) {
  if (begin_apart(left, right)) return true;
  const auto witness = analyzer.simple_patterns(left, right, false);
  return witness && !*witness;
}

/// True when it is proved that `taken` takes every text that `wanted` wants.
bool covers(IntersectionAnalyzer& analyzer, std::string_view taken, std::string_view wanted) {
  std::vector<std::string> excluded;
  for (const auto word : words(taken)) {
    if (word.starts_with('!')) return false;
    excluded.emplace_back(word);
  }
  for (const auto word : words(wanted)) {
    if (word.starts_with('!')) {
      excluded.emplace_back(word.substr(1));
      continue;
    }
    const auto witness = analyzer.globs(word, word, excluded, false);
    if (!witness || *witness) return false;
  }
  return true;
}

bool exclude_each_other(IntersectionAnalyzer& analyzer, const Condition& left, const Condition& right) {
  if (left.term.negated && right.term.negated) return false;
  if (left.term.format == right.term.format && left.term.pattern == right.term.pattern) {
    return left.term.negated != right.term.negated;
  }
  if (left.term.format != "simple_patterns" || right.term.format != "simple_patterns") return false;
  if (left.term.negated) return covers(analyzer, left.term.pattern, right.term.pattern);
  if (right.term.negated) return covers(analyzer, right.term.pattern, left.term.pattern);
  return apart(analyzer, left.term.pattern, right.term.pattern);
}

/// Why the pattern of one condition fits no value.
std::optional<std::string> fault_of(IntersectionAnalyzer& analyzer, const Condition& condition) {
  const auto pattern = condition.term.pattern;
  if (condition.term.negated) {
    const bool takes_all = condition.matcher.constant().value_or(false) ||
                           (condition.term.format == "simple_patterns" && covers(analyzer, pattern, "*")) ||
                           (condition.term.format == "regexp" && pattern == ".*");
    if (takes_all) return fmt::format("\"{}\" excludes every value", pattern);
  } else if (condition.term.format == "simple_patterns") {
    const bool positive = std::ranges::any_of(words(pattern), [](std::string_view w) { return !w.starts_with('!'); });
    if (!positive) return fmt::format("\"{}\" has only negative words, which match nothing", pattern);
    const bool negative = pattern.find('!') != std::string_view::npos;
    if (negative && apart(analyzer, pattern, pattern))
      return fmt::format("the negative words of \"{}\" leave nothing", pattern);
  } else if (condition.term.format == "regexp" && regex_finds_nothing(pattern)) {
    return fmt::format("the expression \"{}\" matches no text", pattern);
  }
  return std::nullopt;
}

/// Why no value suits all conditions, which are for one label that has to be there, or for the name.
std::optional<std::string> why_no_value(IntersectionAnalyzer& analyzer, const Conditions& conditions,
                                        std::string_view what) {
  for (const auto& condition : conditions) {
    if (auto fault = fault_of(analyzer, condition)) return fault;
  }
  auto clash = fmt::format("the terms for {} exclude each other", what);
  for (std::size_t i = 0; i < conditions.size(); ++i) {
    const auto values = listed_values(conditions[i]);
    if (values && none_holds(*values, conditions)) return clash;
    for (std::size_t j = 0; j < i; ++j) {
      if (exclude_each_other(analyzer, conditions[j], conditions[i])) return clash;
    }
  }
  return std::nullopt;
}

/// Why a look by the candidate names finds nothing although their patterns match something (S12).
std::optional<std::string> why_not_found_by_name(const Conditions& names) {
  std::vector<std::string_view> candidates;
  for (const auto& condition : names) {
    if (condition.term.is_candidate()) candidates.push_back(condition.term.pattern);
  }
  if (candidates.empty() || !none_holds(candidates, names)) return std::nullopt;
  return fmt::format("series are looked up by the name \"{}\" as it stands, which is not one that the selector matches",
                     candidates.front());
}

bool is_negated(const Condition& condition) { return condition.term.negated; }

std::string named(std::string_view key) { return key == kNameLabel ? "the name" : fmt::format("label {}", key); }

/// A series that lacks the label suits terms that are all negated (S7); every series has a name.
bool may_lack(std::string_view key, const Conditions& conditions) {
  return key != kNameLabel && std::ranges::all_of(conditions, is_negated);
}

bool contradictory(std::string_view key, const Conditions& conditions) {
  IntersectionAnalyzer analyzer{kEffort};
  return !may_lack(key, conditions) && why_no_value(analyzer, conditions, named(key));
}

Conditions joined(Conditions left, const Conditions& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

}  // namespace

struct SelectorFacts::Proof {
  SelectorTerms terms;  // the conditions look into it
  std::vector<std::pair<std::string_view, Conditions>> by_key{};

  [[nodiscard]] const Conditions& of(std::string_view key) const {
    static const Conditions none;
    const auto found = std::ranges::find(by_key, key, &std::pair<std::string_view, Conditions>::first);
    return found == by_key.end() ? none : found->second;
  }
};

SelectorFacts::SelectorFacts(std::shared_ptr<const Proof> proof) : proof_{std::move(proof)} {}

std::optional<SelectorFacts> SelectorFacts::read(std::string_view selector) {
  auto parsed = SelectorTerms::read(selector);
  if (!parsed) return std::nullopt;
  auto proof = std::make_shared<Proof>(Proof{.terms = std::move(*parsed)});
  auto& by_key = proof->by_key;
  for (const auto& term : proof->terms.terms()) {
    auto matcher = Matcher::create(term.format, term.pattern);
    if (!matcher) return std::nullopt;
    auto at = std::ranges::find(by_key, term.key, &std::pair<std::string_view, Conditions>::first);
    if (at == by_key.end()) at = by_key.insert(at, {term.key, {}});
    at->second.push_back({term, std::move(*matcher)});
  }
  return SelectorFacts{std::move(proof)};
}

std::optional<std::string> SelectorFacts::why_nothing_matches(Lookup lookup) const {
  IntersectionAnalyzer analyzer{kEffort};
  for (const auto& [key, conditions] : proof_->by_key) {
    if (may_lack(key, conditions)) continue;
    if (auto reason = why_no_value(analyzer, conditions, named(key))) return reason;
    if (key != kNameLabel || lookup == Lookup::all_series) continue;
    if (auto reason = why_not_found_by_name(conditions)) return reason;
  }
  return std::nullopt;
}

bool SelectorFacts::excludes(const SelectorFacts& other) const {
  return std::ranges::any_of(proof_->by_key, [&](const auto& entry) {
    const auto& theirs = other.proof_->of(entry.first);
    return !theirs.empty() && contradictory(entry.first, joined(entry.second, theirs));
  });
}

bool SelectorFacts::implies(const SelectorFacts& other) const {
  return std::ranges::all_of(other.proof_->by_key, [&](const auto& entry) {
    const auto& [key, conditions] = entry;
    const auto& mine = proof_->of(key);
    return std::ranges::all_of(conditions, [&](Condition term) {
      term.term.negated = !term.term.negated;  // exactly what the term refuses
      return contradictory(key, joined(mine, {term}));
    });
  });
}

bool SelectorFacts::requires_text(std::string_view label) const {
  const auto& conditions = proof_->of(label);
  return !std::ranges::all_of(conditions, is_negated) &&
         std::ranges::any_of(conditions, [](const Condition& each) { return !each.holds(""); });
}

std::optional<std::vector<std::string_view>> SelectorFacts::values(std::string_view label) const {
  const auto& conditions = proof_->of(label);
  for (const auto& condition : conditions) {
    auto values = listed_values(condition);
    if (!values) continue;
    std::erase_if(*values, [&](std::string_view value) { return none_holds({value}, conditions); });
    return values;
  }
  return std::nullopt;
}

bool SelectorFacts::values_apart(std::string_view mine, const SelectorFacts& other, std::string_view theirs) const {
  const auto& left = proof_->of(mine);
  const auto& right = other.proof_->of(theirs);
  IntersectionAnalyzer analyzer{kEffort};
  return !left.empty() && !right.empty() && why_no_value(analyzer, joined(left, right), {});
}

bool SelectorFacts::takes_name(std::string_view name) const {
  return std::ranges::all_of(proof_->of(kNameLabel), [&](const Condition& each) { return each.holds(name); });
}

std::optional<std::string> why_nothing_matches(std::string_view selector, Lookup lookup) {
  const auto facts = SelectorFacts::read(selector);
  return facts ? facts->why_nothing_matches(lookup) : std::nullopt;
}

}  // namespace cppd::matcher
