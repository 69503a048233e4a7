// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/selector.h>

#include <cppd/matcher/matcher.h>

#include "selector_syntax.h"

#include <algorithm>

namespace cppd::matcher {
namespace {

struct Term {
  std::string key;
  bool negated;
  Matcher matcher;
  std::string_view symbol;
  std::string pattern;

  /// Does the term hold for a value, null when the series has none?
  [[nodiscard]] bool holds(const std::string_view* value) const {
    return (value != nullptr && matcher.matches(*value)) != negated;
  }
};

/// The operator as it is written.
std::string_view symbol_of(const SelectorTerm& term) {
  if (term.format == "string") return term.negated ? "!=" : "=";
  if (term.format == "regexp") return term.negated ? "!~" : "=~";
  return term.negated ? "!*" : "=*";
}

void sort_unique(std::vector<std::string>& texts) {
  std::ranges::sort(texts);
  texts.erase(std::ranges::unique(texts).begin(), texts.end());
}

/// The value of `key`. Of labels with one key the first counts.
const std::string_view* find_label(Labels labels, std::string_view key) {
  const auto found = std::ranges::find(labels, key, &Label::key);
  return found == labels.end() ? nullptr : &found->value;
}

}  // namespace

struct Selector::Program {
  std::string text;
  std::vector<Term> terms;
  std::vector<std::string> names, keys;

  Result<> add(const SelectorTerm& text) {
    auto matcher = Matcher::create(text.format, text.pattern);
    if (!matcher) return std::unexpected(std::move(matcher.error()).in("label " + std::string{text.key}));
    terms.push_back(
        {std::string{text.key}, text.negated, std::move(*matcher), symbol_of(text), std::string{text.pattern}});
    if (text.key != kNameLabel) {
      keys.emplace_back(text.key);
    } else if (text.is_candidate()) {
      names.emplace_back(text.pattern);
    }
    return ok;
  }
};

Selector::Selector(std::shared_ptr<const Program> program) : program_{std::move(program)} {}

Result<Selector> Selector::parse(std::string_view expression) {
  const auto terms = SelectorTerms::read(expression);
  if (!terms) return std::unexpected(terms.error());
  auto program = std::make_shared<Program>();
  program->text = expression;
  for (const auto& term : terms->terms()) {
    if (auto added = program->add(term); !added) return std::unexpected(std::move(added.error()));
  }
  sort_unique(program->names);
  sort_unique(program->keys);
  return Selector{std::move(program)};
}

bool Selector::selects_everything(std::string_view expression) { return SelectorTerms::none_in(expression); }

bool Selector::matches(std::string_view name, Labels labels) const {
  return std::ranges::all_of(program_->terms, [&](const Term& term) {
    return term.holds(term.key == kNameLabel ? &name : find_label(labels, term.key));
  });
}

const std::string& Selector::text() const { return program_->text; }

std::vector<RefusedTerm> Selector::refused_by(std::string_view name, Labels labels) const {
  std::vector<RefusedTerm> refused;
  for (const auto& term : program_->terms) {
    const auto* value = term.key == kNameLabel ? &name : find_label(labels, term.key);
    if (term.holds(value)) continue;
    refused.push_back({.key = term.key, .symbol = term.symbol, .pattern = term.pattern});
    if (value != nullptr) refused.back().found = *value;
  }
  return refused;
}

const std::vector<std::string>& Selector::metric_names() const { return program_->names; }
const std::vector<std::string>& Selector::constrained_keys() const { return program_->keys; }

Result<SelectorList> SelectorList::parse(std::span<const std::string> allow, std::span<const std::string> deny) {
  SelectorList list;
  const auto read = [](std::span<const std::string> items, std::vector<Selector>& into) -> Result<> {
    for (const auto& item : items) {
      if (Selector::selects_everything(item)) continue;
      auto selector = Selector::parse(item);
      if (!selector) return std::unexpected(std::move(selector.error()).in("parse selector \"" + item + '"'));
      into.push_back(std::move(*selector));
    }
    return ok;
  };
  if (auto allowed = read(allow, list.allow_); !allowed) return std::unexpected(std::move(allowed.error()));
  if (auto denied = read(deny, list.deny_); !denied) return std::unexpected(std::move(denied.error()));
  return list;
}

bool SelectorList::matches(std::string_view name, Labels labels) const {
  const auto matching = [&](const Selector& selector) { return selector.matches(name, labels); };
  return (allow_.empty() || std::ranges::any_of(allow_, matching)) && std::ranges::none_of(deny_, matching);
}

const Selector* SelectorList::denied_by(std::string_view name, Labels labels) const {
  const auto found = std::ranges::find_if(deny_, [&](const Selector& each) { return each.matches(name, labels); });
  return found == deny_.end() ? nullptr : &*found;
}

}  // namespace cppd::matcher
