// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/charttpl/rule.h>

#include <cppd/base/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace cppd::charttpl {
namespace {

constexpr std::string_view kEmpty = "must not be empty";

void check_entries(const std::vector<std::string>& entries, std::string_view list, std::vector<Error>& errors) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (blank(entries[i])) {
      errors.push_back(invalid_input(std::string{kEmpty}).in(fmt::format("selector.{}[{}]", list, i)));
    }
  }
}

std::optional<matcher::SimplePatterns> parse_scope(const std::string& scope, std::vector<Error>& errors) {
  if (blank(scope)) {
    errors.push_back(invalid_input(std::string{kEmpty}).in("scope"));
    return std::nullopt;
  }
  auto parsed = matcher::SimplePatterns::parse(scope);
  if (parsed) return std::move(*parsed);
  errors.push_back(std::move(parsed.error()).in("scope"));
  return std::nullopt;
}

std::optional<matcher::SelectorList> parse_selector(const SelectorSpec& spec, std::vector<Error>& errors) {
  if (spec.allow.empty() && spec.deny.empty()) {
    errors.push_back(invalid_input("must contain at least one allow or deny selector").in("selector"));
    return std::nullopt;
  }
  const auto faults = errors.size();
  check_entries(spec.allow, "allow", errors);
  check_entries(spec.deny, "deny", errors);
  if (errors.size() > faults) return std::nullopt;
  auto parsed = matcher::SelectorList::parse(spec.allow, spec.deny);
  if (parsed) return std::move(*parsed);
  errors.push_back(std::move(parsed.error()).in("selector"));
  return std::nullopt;
}

}  // namespace

std::expected<AutogenRule, std::vector<Error>> AutogenRule::parse(const AutogenRuleSpec& spec) {
  std::vector<Error> errors;
  auto scope = parse_scope(spec.scope, errors);
  auto selector = parse_selector(spec.selector, errors);
  if (!scope || !selector) return std::unexpected(std::move(errors));
  return AutogenRule{spec.scope, std::move(*scope), std::move(*selector)};
}

Result<std::vector<AutogenRule>> compile_rules(const Spec& spec) {
  std::vector<AutogenRule> out;
  if (!spec.engine || !spec.engine->autogen) return out;
  const auto& rules = spec.engine->autogen->rules;
  for (std::size_t i = 0; i < rules.size(); ++i) {
    auto rule = AutogenRule::parse(rules[i]);
    if (!rule) return std::unexpected(std::move(rule.error().front()).in(fmt::format("engine.autogen.rules[{}]", i)));
    out.push_back(std::move(*rule));
  }
  return out;
}

bool accepted_by(const std::vector<AutogenRule>& rules, std::string_view family, Labels labels) {
  return std::all_of(rules.begin(), rules.end(),
                     [&](const AutogenRule& rule) { return !rule.applies_to(family) || rule.accepts(family, labels); });
}

}  // namespace cppd::charttpl
