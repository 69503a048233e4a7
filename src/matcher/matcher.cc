// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/matcher.h>

#include <algorithm>
#include <utility>

namespace cppd::matcher {
namespace {

enum class Join : bool { both, either };

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

/// The format behind the symbol of the short form, empty when `line` does not begin with one.
std::string_view format_of_symbol(std::string_view line) {
  if (line.starts_with('=')) return "string";
  if (line.starts_with('*')) return "glob";
  if (line.starts_with('~')) return "regexp";
  return {};
}

}  // namespace

struct Matcher::Pair {
  Join join;
  Matcher left, right;
};

Result<Matcher> Matcher::create(std::string_view format, std::string_view expression) {
  if (format == "string") return string(std::string{expression}, Place::whole);
  if (format == "glob") {
    if (expression == "*") return Matcher{true};
    auto glob = Glob::parse(expression);
    if (!glob) return std::unexpected(std::move(glob.error()));
    return Matcher{Rule{std::make_shared<const Glob>(std::move(*glob))}};
  }
  if (format == "regexp") {
    if (expression.empty() || expression == "^" || expression == "$") return Matcher{true};
    auto regex = Regex::parse(expression);
    if (!regex) return std::unexpected(std::move(regex.error()));
    return Matcher{Rule{std::move(*regex)}};
  }
  if (format == "simple_patterns") {
    auto patterns = SimplePatterns::parse(expression);
    if (!patterns) return std::unexpected(std::move(patterns.error()));
    if (patterns->empty()) return Matcher{false};
    return Matcher{Rule{std::make_shared<const SimplePatterns>(std::move(*patterns))}};
  }
  return std::unexpected(invalid_input("unsupported matcher format: '" + std::string{format} + "'"));
}

Matcher Matcher::string(std::string text, Place place) { return Matcher{Rule{Literal{std::move(text), place}}}; }

Result<Matcher> Matcher::parse(std::string_view line) {
  auto rest = line;
  const bool negated = rest.starts_with('!');
  if (negated) rest.remove_prefix(1);

  auto format = format_of_symbol(rest);
  const auto colon = rest.find(':');
  if (!format.empty()) {
    rest.remove_prefix(1);
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t\n\f\r"), rest.size()));
  } else if (colon != std::string_view::npos && colon > 0) {
    format = rest.substr(0, colon);
    rest.remove_prefix(colon + 1);
  } else {
    return std::unexpected(invalid_input("matcher '" + std::string{line} + "' has neither a symbol nor a format"));
  }
  auto matcher = create(format, rest);
  if (!matcher || !negated) return matcher;
  return !std::move(*matcher);
}

Result<Matcher> Matcher::includes_excludes(std::span<const std::string> includes,
                                           std::span<const std::string> excludes) {
  if (includes.empty() && excludes.empty()) return std::unexpected(invalid_input("empty expression"));
  const auto any_of = [](std::span<const std::string> lines) -> Result<Matcher> {
    Matcher any{false};
    for (const auto& line : lines) {
      auto matcher = parse(line);
      if (!matcher) return std::unexpected(std::move(matcher.error()).in("matcher \"" + line + '"'));
      any = std::move(any) || std::move(*matcher);
    }
    return any;
  };
  auto included = any_of(includes);
  if (!included) return included;
  auto excluded = any_of(excludes);
  if (!excluded) return excluded;
  if (includes.empty()) included = Matcher{true};
  return std::move(*included) && !std::move(*excluded);
}

bool Matcher::matches(std::string_view text) const {
  return std::visit(Overloaded{[](bool answer) { return answer; },  //
                               [&](const Not& rule) { return !rule.operand->matches(text); },
                               [&](const std::shared_ptr<const Pair>& pair) {
                                 if (pair->left.matches(text) == (pair->join == Join::either))
                                   return pair->join == Join::either;
                                 return pair->right.matches(text);
                               },
                               [&](const Literal& literal) { return literal.matches(text); },
                               [&](const Regex& regex) { return regex.matches(text); },
                               [&](const auto& shared) { return shared->matches(text); }},
                    rule_);
}

std::optional<bool> Matcher::constant() const {
  if (const auto* answer = std::get_if<bool>(&rule_)) return *answer;
  return std::nullopt;
}

Matcher operator!(Matcher operand) {
  if (const auto answer = operand.constant()) return Matcher{!*answer};
  return Matcher{Matcher::Rule{Matcher::Not{std::make_shared<const Matcher>(std::move(operand))}}};
}

Matcher operator&&(Matcher left, Matcher right) {
  if (left.constant()) return *left.constant() ? right : left;
  if (right.constant()) return *right.constant() ? left : right;
  return Matcher{Matcher::Rule{
      std::make_shared<const Matcher::Pair>(Matcher::Pair{Join::both, std::move(left), std::move(right)})}};
}

Matcher operator||(Matcher left, Matcher right) {
  if (left.constant()) return *left.constant() ? left : right;
  if (right.constant()) return *right.constant() ? right : left;
  return Matcher{Matcher::Rule{
      std::make_shared<const Matcher::Pair>(Matcher::Pair{Join::either, std::move(left), std::move(right)})}};
}

}  // namespace cppd::matcher
