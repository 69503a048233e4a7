// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Autogen rules, compiled. Source: charts contract V4 to V6 and S14.
#pragma once

#include <cppd/base/label.h>
#include <cppd/base/result.h>
#include <cppd/charttpl/spec.h>
#include <cppd/matcher/pattern.h>
#include <cppd/matcher/selector.h>

#include <string>
#include <string_view>
#include <vector>

namespace cppd::charttpl {

/// Says of the series of some families whether they may be charted without a template.
///
/// Threads   immutable. Cost   the questions allocate nothing.
class AutogenRule {
 public:
  /// Errors    the context says which part is at fault: `scope`, `selector`, or an entry such as `selector.deny[0]`.
  ///           All are returned.
  [[nodiscard]] static std::expected<AutogenRule, std::vector<Error>> parse(const AutogenRuleSpec& spec);

  /// Does the rule have a say about this family?
  [[nodiscard]] bool applies_to(std::string_view family) const { return scope_.matches(family); }
  [[nodiscard]] bool accepts(std::string_view family, Labels labels) const { return selector_.matches(family, labels); }
  /// As it was written.
  [[nodiscard]] const std::string& scope_text() const { return scope_text_; }
  [[nodiscard]] const matcher::SelectorList& selector() const { return selector_; }

 private:
  AutogenRule(std::string scope_text, matcher::SimplePatterns scope, matcher::SelectorList selector)
      : scope_text_(std::move(scope_text)), scope_(std::move(scope)), selector_(std::move(selector)) {}
  std::string scope_text_;
  matcher::SimplePatterns scope_;
  matcher::SelectorList selector_;
};

/// The rules of a valid spec; none when it has no autogen section.
///
/// Errors    the first fault of the first rule that is not valid.
[[nodiscard]] Result<std::vector<AutogenRule>> compile_rules(const Spec& spec);

/// True when every rule that applies accepts (S14).
[[nodiscard]] bool accepted_by(const std::vector<AutogenRule>& rules, std::string_view family, Labels labels);

}  // namespace cppd::charttpl
