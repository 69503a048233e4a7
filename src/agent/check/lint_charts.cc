// SPDX-License-Identifier: GPL-3.0-or-later
// Rules about a chart as a whole: its algorithm, its instances, its caps.
#include <cppd/base/text.h>

#include "lint_model.h"

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cppd::agent {
namespace {

using NameSet = boost::unordered_flat_set<std::string_view>;

NameSet declared_metrics(const LintModel& model) {
  NameSet names;
  for (const auto& group : model.groups) {
    for (const auto& metric : group.spec->metrics) names.insert(trim(metric));
  }
  return names;
}

bool has_counter_suffix(std::string_view name) {
  return name.ends_with("_total") || name.ends_with("_bucket") || name.ends_with("_count") || name.ends_with("_sum");
}

/// Is `name`, which ends in `_total`, the whole of parts that the chart shows too, as pages_total beside pages_free?
bool is_whole_of_parts(const LintChart& chart, std::string_view name) {
  const auto stem = name.substr(0, name.rfind('_') + 1);
  return std::ranges::any_of(chart.selectors, [&](const LintSelector& selector) {
    return std::ranges::any_of(
        selector.names, [&](std::string_view other) { return other.starts_with(stem) && !has_counter_suffix(other); });
  });
}

/// Only what is sure: `_count` and `_sum` also end the names of gauges, unless they stand together.
bool is_counter(const LintChart& chart, const NameSet& declared, std::string_view name) {
  if (name.ends_with("_bucket")) return true;
  if (name.ends_with("_total")) return !is_whole_of_parts(chart, name);
  const auto other = name.ends_with("_count") ? "_sum" : name.ends_with("_sum") ? "_count" : "";
  if (*other == '\0') return false;
  const auto base = name.substr(0, name.rfind('_'));
  return declared.contains(fmt::format("{}{}", base, other)) || declared.contains(fmt::format("{}_bucket", base));
}

bool every_name_is_inferred(const LintChart& chart) {
  return std::ranges::all_of(chart.spec->dimensions, [](const charttpl::DimensionSpec& dimension) {
    return blank(dimension.name) && blank(dimension.name_from_label);
  });
}

/// Do the selectors list all values that `key` can have?
bool values_are_listed(const LintChart& chart, std::string_view key) {
  return std::ranges::all_of(chart.dimensions(), [&](const LintSelector& selector) {
    return selector.facts && selector.facts->values(key).has_value();
  });
}

/// The label whose values are the dimensions, when the charts take it as part of their identity through `*`.
std::string_view split_label(const LintChart& chart, const LintSelector& selector) {
  const auto& instances = chart.instances;
  auto key = selector.name_label();
  if (key.empty() && selector.of_buckets()) key = "le";
  const bool excluded = std::ranges::binary_search(instances.excluded, key);
  const bool meant = std::ranges::find(instances.required, key) != instances.required.end();
  return excluded || meant ? std::string_view{} : key;
}

}  // namespace

void find_counter_on_absolute(const LintModel& model, Findings& findings) {
  const auto declared = declared_metrics(model);
  for (const auto& chart : model.charts) {
    if (chart.spec->algorithm != "absolute") continue;
    for (const auto& selector : chart.dimensions()) {
      const auto found =
          std::ranges::find_if(selector.names, [&](const auto& name) { return is_counter(chart, declared, name); });
      if (found == selector.names.end()) continue;
      findings.add("counter-on-absolute", selector.field + ".selector", selector.mark,
                   fmt::format("{} is a counter, and `algorithm: absolute` shows its total since the start; write "
                               "`incremental` to show its rate",
                               *found));
    }
  }
}

void find_missing_algorithm(const LintModel& model, Findings& findings) {
  for (const auto& chart : model.charts) {
    if (!chart.spec->algorithm.empty() || every_name_is_inferred(chart)) continue;
    findings.add("missing-algorithm", chart.field, chart.spec->mark,
                 "without an algorithm the first series of a dimension decides whether values or rates are shown; "
                 "write `absolute` or `incremental`");
  }
}

void find_unbounded_instances(const LintModel& model, Findings& findings) {
  for (const auto& chart : model.charts) {
    if (chart.spec->lifecycle && chart.spec->lifecycle->max_instances > 0) continue;
    std::string open = chart.instances.include_all ? "every label" : "";
    for (const auto& key : chart.instances.optional) {
      if (!open.empty() || values_are_listed(chart, key)) continue;
      open = "optional label " + key;
    }
    if (open.empty()) continue;
    findings.add("unbounded-instances", chart.field + ".instances", chart.spec->instances->mark,
                 fmt::format("{} makes charts, and nothing bounds how many; set lifecycle.max_instances", open));
  }
}

void find_bucket_per_chart(const LintModel& model, Findings& findings) {
  for (const auto& chart : model.charts) {
    if (!chart.instances.include_all) continue;
    std::vector<std::string_view> told;
    for (const auto& selector : chart.dimensions()) {
      const auto key = split_label(chart, selector);
      if (key.empty() || std::ranges::find(told, key) != told.end()) continue;
      told.push_back(key);
      findings.add("bucket-per-chart", chart.field + ".instances", chart.spec->instances->mark,
                   fmt::format("`*` takes label {0} too, so that each of its values becomes a chart of its own; add "
                               "'!{0}' to by_labels",
                               key));
    }
  }
}

void find_cap_below_static(const LintModel& model, Findings& findings) {
  for (const auto& chart : model.charts) {
    const auto& lifecycle = chart.spec->lifecycle;
    if (!lifecycle || !lifecycle->dimensions || lifecycle->dimensions->max_dims == 0) continue;
    const auto named =
        std::ranges::count_if(chart.spec->dimensions, [](const auto& each) { return !blank(each.name); });
    const auto cap = lifecycle->dimensions->max_dims;
    if (cap >= named) continue;
    findings.add("cap-below-static", chart.field + ".lifecycle.dimensions", lifecycle->dimensions->mark,
                 fmt::format("max_dims {} drops dimensions of the {} that have a name here; raise it", cap, named));
  }
}

}  // namespace cppd::agent
