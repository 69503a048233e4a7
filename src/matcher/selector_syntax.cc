// SPDX-License-Identifier: GPL-3.0-or-later
#include "selector_syntax.h"

#include <cppd/base/text.h>

#include <algorithm>

namespace cppd::matcher {
namespace {

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

Result<SelectorTerm> read_term(std::string_view term) {
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
  return SelectorTerm{.key = key,
                      .format = op->format,
                      .negated = op->negated,
                      .pattern = rest.substr(begin, end - std::min(begin, end))};
}

}  // namespace

bool SelectorTerm::is_candidate() const {
  if (key != kNameLabel || negated || format == "regexp") return false;
  return format == "string" || pattern.find_first_of("*?[]") == std::string_view::npos;
}

bool SelectorTerms::none_in(std::string_view expression) { return blank(terms_of(expression)); }

Result<SelectorTerms> SelectorTerms::read(std::string_view expression) {
  SelectorTerms out;
  out.text_ = std::make_unique<const std::string>(terms_of(expression));
  if (blank(*out.text_)) return std::unexpected(syntax_error("nothing is selected", expression));
  const auto split = split_terms(*out.text_);
  if (!split) return std::unexpected(split.error());
  for (const auto text : *split) {
    auto term = read_term(text);
    if (!term) return std::unexpected(std::move(term.error()));
    out.terms_.push_back(*term);
  }
  return out;
}

}  // namespace cppd::matcher
