// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/selector.h>

#include <cppd/base/text.h>
#include <cppd/matcher/matcher.h>

#include <algorithm>

namespace cppd::matcher {
namespace {

constexpr std::string_view kNameLabel = "__name__";

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

Error syntax_error(std::string_view what, std::string_view where) {
  return invalid_input("invalid selector syntax: " + std::string{what} + ": '" + std::string{where} + "'");
}

/// Moves the name in front of the braces into them, where it is one more term. Blank when nothing is selected.
std::string terms_of(std::string_view expression) {
  expression = trim(expression);
  const auto brace = expression.find('{');
  const auto name = trim(expression.substr(0, brace));
  std::string terms;
  if (!name.empty()) terms = std::string{kNameLabel} + "=*\"" + std::string{name} + '"';
  if (brace == std::string_view::npos) return terms;
  if (!name.empty()) terms += ',';
  auto inner = expression.substr(brace);
  const auto begin = inner.find_first_not_of("{}");
  if (begin == std::string_view::npos) return terms;
  inner = inner.substr(begin, inner.find_last_not_of("{}") + 1 - begin);
  return terms + std::string{inner};
}

Result<std::vector<std::string_view>> split_terms(std::string_view terms) {
  std::vector<std::string_view> out;
  std::size_t begin = 0;
  bool quoted = false;
  for (std::size_t at = 0; at < terms.size(); ++at) {
    if (terms[at] == '\\') {
      ++at;
    } else if (terms[at] == '"') {
      quoted = !quoted;
    } else if (terms[at] == ',' && !quoted) {
      out.push_back(trim(terms.substr(begin, at - begin)));
      begin = at + 1;
    }
  }
  if (quoted) return std::unexpected(syntax_error("unterminated quote", terms));
  out.push_back(trim(terms.substr(begin)));
  if (out.back().empty()) return std::unexpected(syntax_error("trailing comma", terms));
  if (std::ranges::any_of(out, &std::string_view::empty))
    return std::unexpected(syntax_error("nothing before a comma", terms));
  return out;
}

bool label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct Operator {
  std::string_view symbol, format;
  bool negated;
};
constexpr Operator kOperators[] = {
    {"=\"", "string", false}, {"!=\"", "string", true},           {"=~\"", "regexp", false},
    {"!~\"", "regexp", true}, {"=*\"", "simple_patterns", false}, {"!*\"", "simple_patterns", true},
};

/// A term in its parts: `key`, the operator and what it is to match.
struct TermText {
  std::string_view key;
  const Operator* op;
  std::string_view pattern;
};

Result<TermText> read_term(std::string_view term) {
  const auto key_end = std::ranges::find_if_not(term, label_character);
  const auto key = term.substr(0, static_cast<std::size_t>(key_end - term.begin()));
  auto rest = term.substr(key.size());
  const auto* op =
      std::ranges::find_if(kOperators, [&](const Operator& each) { return rest.starts_with(each.symbol); });
  if (key.empty() || op == std::end(kOperators)) return std::unexpected(syntax_error("bad term", term));
  rest.remove_prefix(op->symbol.size());
  if (rest.size() < 2 || !rest.ends_with('"') || rest.contains('\n'))
    return std::unexpected(syntax_error("bad term", term));
  rest.remove_suffix(1);
  const auto begin = std::min(rest.find_first_not_of('"'), rest.size());
  const auto end = rest.find_last_not_of('"') + 1;
  return TermText{key, op, rest.substr(begin, end - std::min(begin, end))};
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

  Result<> add(const TermText& text) {
    auto matcher = Matcher::create(text.op->format, text.pattern);
    if (!matcher) return std::unexpected(std::move(matcher.error()).in("label " + std::string{text.key}));
    auto symbol = text.op->symbol;
    symbol.remove_suffix(1);  // the quote
    terms.push_back({std::string{text.key}, text.op->negated, std::move(*matcher), symbol, std::string{text.pattern}});
    if (text.key != kNameLabel) {
      keys.emplace_back(text.key);
    } else if (!text.op->negated && text.op->format != "regexp") {
      const bool exact = text.op->format == "string" || text.pattern.find_first_of("*?[]") == std::string_view::npos;
      if (exact) names.emplace_back(text.pattern);
    }
    return ok;
  }
};

Selector::Selector(std::shared_ptr<const Program> program) : program_{std::move(program)} {}

Result<Selector> Selector::parse(std::string_view expression) {
  const auto terms = terms_of(expression);
  if (blank(terms)) return std::unexpected(syntax_error("nothing is selected", expression));
  auto split = split_terms(terms);
  if (!split) return std::unexpected(std::move(split.error()));

  auto program = std::make_shared<Program>();
  program->text = expression;
  for (const auto term : *split) {
    auto text = read_term(term);
    if (!text) return std::unexpected(std::move(text.error()));
    if (auto added = program->add(*text); !added) return std::unexpected(std::move(added.error()));
  }
  sort_unique(program->names);
  sort_unique(program->keys);
  return Selector{std::move(program)};
}

bool Selector::selects_everything(std::string_view expression) { return blank(terms_of(expression)); }

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
