// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/check/lint.h>

#include <cppd/base/text.h>

#include "lint_model.h"

#include <fmt/format.h>

#include <algorithm>

namespace cppd::agent {
namespace {

struct RuleWithCode {
  LintRule rule;
  void (*find)(const LintModel&, Findings&);
};
constexpr RuleWithCode kRules[] = {
    {{"counter-on-absolute", "a counter on a chart with `algorithm: absolute`"}, find_counter_on_absolute},
    {{"missing-algorithm", "a chart without `algorithm`"}, find_missing_algorithm},
    {{"same-id", "two charts that can have one id"}, find_same_id},
    {{"empty-name", "a dimension or chart of whose name nothing may be left"}, find_empty_name},
    {{"unbounded-instances", "instances by open labels, without `max_instances`"}, find_unbounded_instances},
    {{"never-matches", "a selector that no series can match"}, find_never_matches},
    {{"unused-metric", "an entry of `metrics` that no selector uses"}, find_unused_metric},
    {{"counted-twice", "two selectors that can bring one series to one dimension"}, find_counted_twice},
    {{"bucket-per-chart", "`by_labels: ['*']` over the label that names the dimensions"}, find_bucket_per_chart},
    {{"cap-below-static", "`max_dims` below the number of dimensions with a name"}, find_cap_below_static},
};

constexpr auto kRuleList = [] {
  std::array<LintRule, std::size(kRules)> list;
  std::ranges::transform(kRules, list.begin(), &RuleWithCode::rule);
  return list;
}();

void join_context(std::string& into, std::string_view segment) {
  segment = trim(segment);
  if (segment.empty()) return;
  if (!into.empty()) into += '.';
  into += segment;
}

struct Walker {
  LintModel& model;

  void group(const charttpl::GroupSpec& spec, std::string field, std::string context) {
    join_context(context, spec.context_namespace);
    const auto index = model.groups.size();
    model.groups.push_back({&spec, field, model.charts.size(), 0});
    for (std::size_t i = 0; i < spec.charts.size(); ++i) {
      chart(spec.charts[i], fmt::format("{}.charts[{}]", field, i), context);
    }
    for (std::size_t i = 0; i < spec.groups.size(); ++i) {
      group(spec.groups[i], fmt::format("{}.groups[{}]", field, i), context);
    }
    model.groups[index].last_chart = model.charts.size();
  }

  void chart(const charttpl::ChartSpec& spec, std::string field, std::string context) {
    LintChart chart{.spec = &spec,
                    .field = std::move(field),
                    .base_id = std::string{trim(spec.id)},
                    .instances = chartengine::instance_policy(spec.instances)};
    if (chart.base_id.empty()) {
      join_context(context, spec.context);
      chart.base_id = std::move(context);
      std::ranges::replace(chart.base_id, '.', '_');
    }
    for (const auto& dimension : spec.dimensions) {
      chart.selectors.push_back(selector(dimension.selector, dimension.selector_mark, &dimension));
      chart.selectors.back().field = fmt::format("{}.dimensions[{}]", chart.field, chart.selectors.size() - 1);
    }
    for (std::size_t i = 0; i < spec.variables.size(); ++i) {
      chart.selectors.push_back(selector(spec.variables[i].selector, spec.variables[i].selector_mark, nullptr));
      chart.selectors.back().field = fmt::format("{}.variables[{}]", chart.field, i);
    }
    model.charts.push_back(std::move(chart));
  }

  static LintSelector selector(std::string_view text, charttpl::Mark mark, const charttpl::DimensionSpec* dimension) {
    LintSelector out{.text = trim(text), .field = {}, .mark = mark, .dimension = dimension};
    const auto parsed = matcher::Selector::parse(out.text);
    if (!parsed) return out;
    out.facts = matcher::SelectorFacts::read(out.text);
    out.names = parsed->metric_names();
    out.keys = parsed->constrained_keys();
    return out;
  }
};

}  // namespace

std::string_view LintSelector::literal_name() const { return trim(text.substr(0, text.find('{'))); }

bool LintSelector::constrains(std::string_view key) const { return std::ranges::find(keys, key) != keys.end(); }

bool LintSelector::of_buckets() const {
  return constrains("le") || std::ranges::any_of(names, [](const auto& name) { return name.ends_with("_bucket"); });
}

std::string_view LintSelector::name_label() const {
  if (dimension == nullptr || !blank(dimension->name)) return {};
  if (!blank(dimension->name_from_label)) return trim(dimension->name_from_label);
  if (of_buckets()) return "le";
  if (constrains("quantile")) return "quantile";
  return names.empty() ? std::string_view{} : names.front();  // the states of a state set
}

LintModel::LintModel(const charttpl::Spec& from) : spec{from} {
  Walker walker{*this};
  std::string context;
  join_context(context, from.context_namespace);
  for (std::size_t i = 0; i < from.groups.size(); ++i)
    walker.group(from.groups[i], fmt::format("groups[{}]", i), context);
}

void Findings::add(std::string_view rule, std::string field, charttpl::Mark mark, std::string what) {
  if (std::ranges::find(allowed_, rule) != allowed_.end()) return;
  auto error = invalid_input(fmt::format("{} [{}]", what, rule));
  error.context.push_back(std::move(field));
  if (mark.line != 0) error.location = Location{.file = file_, .line = mark.line, .column = mark.column};
  errors_.push_back(std::move(error));
}

std::span<const LintRule> lint_rules() { return kRuleList; }

std::vector<Error> lint_template(const charttpl::Spec& spec, std::span<const std::string> allowed) {
  const LintModel model{spec};
  Findings findings{spec.file.name, allowed};
  for (const auto& [rule, find] : kRules) {
    if (std::ranges::find(allowed, rule.name) == allowed.end()) find(model, findings);
  }
  return findings.take();
}

}  // namespace cppd::agent
