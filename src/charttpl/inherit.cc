// SPDX-License-Identifier: GPL-3.0-or-later
// Defaults, inheritance (charts contract 1.4) and copies.
#include <cppd/charttpl/decode.h>

namespace cppd::charttpl {
namespace {

void drop_empty_lists(InstancesSpec& instances) {
  const auto drop = [](std::optional<std::vector<std::string>>& list) {
    if (list && list->empty()) list.reset();
  };
  drop(instances.by_labels);
  drop(instances.optional_by_labels);
}

/// `inherited` is what the groups above give; each part is replaced as a whole (T10).
void inherit(GroupSpec& group, ChartDefaultsSpec inherited) {
  if (group.chart_defaults) {
    if (group.chart_defaults->label_promotion) inherited.label_promotion = group.chart_defaults->label_promotion;
    if (group.chart_defaults->instances) inherited.instances = group.chart_defaults->instances;
    if (inherited.instances) drop_empty_lists(*inherited.instances);
  }
  for (auto& chart : group.charts) {
    if (!chart.label_promotion) chart.label_promotion = inherited.label_promotion;
    if (!chart.instances) chart.instances = inherited.instances;
    if (chart.type.empty()) chart.type = "line";
  }
  for (auto& child : group.groups) inherit(child, inherited);
}

void drop_empty_lists(GroupSpec& group) {
  if (group.chart_defaults && group.chart_defaults->instances) drop_empty_lists(*group.chart_defaults->instances);
  for (auto& chart : group.charts) {
    if (chart.instances) drop_empty_lists(*chart.instances);
  }
  for (auto& child : group.groups) drop_empty_lists(child);
}

}  // namespace

void apply_defaults(Spec& spec) {
  if (spec.version.empty()) spec.version = "v1";
  for (auto& group : spec.groups) inherit(group, {});
}

GroupSpec clone(const GroupSpec& group) {
  auto copy = group;
  drop_empty_lists(copy);
  return copy;
}

}  // namespace cppd::charttpl
