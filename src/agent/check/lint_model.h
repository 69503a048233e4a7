// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A template as the rules of the lint see it, and where they put what they find.
#pragma once

#include <cppd/base/result.h>
#include <cppd/chartengine/program.h>
#include <cppd/charttpl/spec.h>
#include <cppd/matcher/contradiction.h>
#include <cppd/matcher/selector.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::agent {

/// The selector of a dimension or of a variable.
struct LintSelector {
  std::string_view text;
  std::string field;  ///< of the dimension: `groups[0].charts[0].dimensions[0]`
  charttpl::Mark mark;
  const charttpl::DimensionSpec* dimension;     ///< null: of a variable
  std::optional<matcher::SelectorFacts> facts;  ///< none: it does not parse
  std::vector<std::string> names, keys;         ///< candidate names, and labels that a term constrains

  /// What stands before the braces.
  [[nodiscard]] std::string_view literal_name() const;
  [[nodiscard]] bool constrains(std::string_view key) const;
  [[nodiscard]] bool of_buckets() const;
  /// The label that gives the dimension its name, said or inferred. Empty: it has a name of its own, or none is known.
  [[nodiscard]] std::string_view name_label() const;
};

struct LintChart {
  const charttpl::ChartSpec* spec;
  std::string field;
  std::string base_id;
  chartengine::InstancePolicy instances;
  std::vector<LintSelector> selectors{};  ///< of the dimensions, then of the variables

  [[nodiscard]] std::span<const LintSelector> dimensions() const {
    return std::span{selectors}.first(spec->dimensions.size());
  }
};

struct LintGroup {
  const charttpl::GroupSpec* spec;
  std::string field;
  std::size_t first_chart, last_chart;  ///< of the charts in it and in the groups below, the one behind the last
};

/// Borrows   the spec.
struct LintModel {
  explicit LintModel(const charttpl::Spec& from);

  const charttpl::Spec& spec;
  std::vector<LintChart> charts{};  ///< depth first
  std::vector<LintGroup> groups{};
};

class Findings {
 public:
  Findings(const std::string& file, std::span<const std::string> allowed) : file_{file}, allowed_{allowed} {}

  void add(std::string_view rule, std::string field, charttpl::Mark mark, std::string what);
  [[nodiscard]] std::vector<Error> take() { return std::move(errors_); }

 private:
  const std::string& file_;
  std::span<const std::string> allowed_;
  std::vector<Error> errors_;
};

/// One function for each rule.
void find_counter_on_absolute(const LintModel& model, Findings& findings);
void find_missing_algorithm(const LintModel& model, Findings& findings);
void find_same_id(const LintModel& model, Findings& findings);
void find_empty_name(const LintModel& model, Findings& findings);
void find_unbounded_instances(const LintModel& model, Findings& findings);
void find_never_matches(const LintModel& model, Findings& findings);
void find_unused_metric(const LintModel& model, Findings& findings);
void find_counted_twice(const LintModel& model, Findings& findings);
void find_bucket_per_chart(const LintModel& model, Findings& findings);
void find_cap_below_static(const LintModel& model, Findings& findings);

}  // namespace cppd::agent
