// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// What is allowed in a chart template and hardly meant: the rules of docs/lint.md.
#pragma once

#include <cppd/base/result.h>
#include <cppd/charttpl/spec.h>

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::agent {

struct LintRule {
  std::string_view name;
  std::string_view finds;  ///< one line
};

/// Every rule, in the order of docs/lint.md.
[[nodiscard]] std::span<const LintRule> lint_rules();

/// All findings of all rules but `allowed`. What does not parse is passed over: that is the compiler's to say.
///
/// Errors    at the thing itself when the spec has marks; the context is its field path, the text ends in `[rule]`.
/// Cost      proportional to the template, but for charts of one base id and dimensions of one chart, which are
/// compared
///           in pairs, and for 2,000 pairs of charts at most by proofs about patterns.
[[nodiscard]] std::vector<Error> lint_template(const charttpl::Spec& spec, std::span<const std::string> allowed = {});

}  // namespace cppd::agent
