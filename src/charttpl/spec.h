// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A chart template as data: what stands in the YAML, after defaults and inheritance, before it is compiled.
/// Source: charts contract 1.2 to 1.4. Strings are as written (not trimmed); absent, null and empty are all empty.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cppd::charttpl {

/// Where a value stands in the template text; 1-based, 0 when the spec was built by a program.
struct Mark {
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  /// Places never take part in comparing two specs.
  friend bool operator==(const Mark&, const Mark&) { return true; }
};

/// The marks of a list of texts, in its order; empty when the spec was built by a program.
struct Marks {
  std::vector<Mark> of;

  [[nodiscard]] Mark at(std::size_t index) const { return index < of.size() ? of[index] : Mark{}; }
  friend bool operator==(const Marks&, const Marks&) { return true; }
};

/// The file that a spec was read from; like a mark, no part of comparing.
struct SourceFile {
  std::string name;
  friend bool operator==(const SourceFile&, const SourceFile&) { return true; }
};

struct SelectorSpec {
  std::vector<std::string> allow;
  std::vector<std::string> deny;
  Marks allow_marks{};
  Marks deny_marks{};
  friend bool operator==(const SelectorSpec&, const SelectorSpec&) = default;
};

struct AutogenRuleSpec {
  std::string scope;
  SelectorSpec selector;
  friend bool operator==(const AutogenRuleSpec&, const AutogenRuleSpec&) = default;
};

struct AutogenSpec {
  bool enabled = false;
  std::vector<AutogenRuleSpec> rules;
  std::int64_t max_type_id_len = 0;               ///< bytes; 0 means 1200
  std::uint64_t expire_after_success_cycles = 0;  ///< 0 means never
  friend bool operator==(const AutogenSpec&, const AutogenSpec&) = default;
};

struct EngineSpec {
  std::optional<SelectorSpec> selector;
  std::optional<AutogenSpec> autogen;
  friend bool operator==(const EngineSpec&, const EngineSpec&) = default;
};

struct InstancesSpec {
  std::optional<std::vector<std::string>> by_labels;  ///< absent and explicitly empty differ (V20 to V22)
  std::optional<std::vector<std::string>> optional_by_labels;
  Mark mark{};  ///< where it is written, also for charts that inherit it
  friend bool operator==(const InstancesSpec&, const InstancesSpec&) = default;
};

/// Absent: automatic intersection. Present and empty: identity labels only. Otherwise: only these keys. (T12)
using LabelPromotion = std::optional<std::vector<std::string>>;

struct ChartDefaultsSpec {
  LabelPromotion label_promotion;
  std::optional<InstancesSpec> instances;
  friend bool operator==(const ChartDefaultsSpec&, const ChartDefaultsSpec&) = default;
};

struct DimensionLifecycleSpec {
  std::int64_t max_dims = 0;             ///< 0 means no cap
  std::int64_t expire_after_cycles = 0;  ///< 0 means never
  Mark mark{};
  friend bool operator==(const DimensionLifecycleSpec&, const DimensionLifecycleSpec&) = default;
};

struct LifecycleSpec {
  std::int64_t max_instances = 0;        ///< 0 means no cap
  std::int64_t expire_after_cycles = 0;  ///< 0 means 5
  std::optional<DimensionLifecycleSpec> dimensions;
  friend bool operator==(const LifecycleSpec&, const LifecycleSpec&) = default;
};

struct DimensionOptionsSpec {
  std::int64_t multiplier = 0;  ///< 0 means 1
  std::int64_t divisor = 0;     ///< 0 means 1
  bool hidden = false;
  bool is_float = false;  ///< `float` in the YAML
  friend bool operator==(const DimensionOptionsSpec&, const DimensionOptionsSpec&) = default;
};

struct DimensionSpec {
  std::string selector;
  std::string name;
  std::string name_from_label;
  std::optional<DimensionOptionsSpec> options;
  Mark mark;
  Mark selector_mark;
  Mark name_mark{};  ///< of whichever of the two names there is
  friend bool operator==(const DimensionSpec&, const DimensionSpec&) = default;
};

/// A value that goes out beside the dimensions of a chart, for alerts to read: ours, diff D9.
struct VariableSpec {
  std::string selector;  ///< under the rules of a dimension's; several series are joined by the chart's aggregation
  std::string name;
  Mark mark;
  Mark selector_mark;
  friend bool operator==(const VariableSpec&, const VariableSpec&) = default;
};

struct ChartSpec {
  std::string id;
  std::string title;
  std::string family;
  std::string context;
  std::string units;
  std::string algorithm;    ///< empty, `absolute` or `incremental`
  std::string aggregation;  ///< empty, `sum`, `min`, `max` or `avg`
  std::string type;         ///< `line`, `area`, `stacked` or `heatmap`; empty only in specs built by a program
  std::int64_t priority = 0;
  LabelPromotion label_promotion;
  std::optional<InstancesSpec> instances;
  std::optional<LifecycleSpec> lifecycle;
  std::vector<DimensionSpec> dimensions;
  std::vector<VariableSpec> variables;
  Mark mark;
  Mark id_mark{};
  friend bool operator==(const ChartSpec&, const ChartSpec&) = default;
};

struct GroupSpec {
  std::string family;
  std::string context_namespace;
  std::vector<std::string> metrics;
  std::optional<ChartDefaultsSpec> chart_defaults;
  std::vector<ChartSpec> charts;
  std::vector<GroupSpec> groups;
  Mark mark;
  Marks metric_marks{};
  friend bool operator==(const GroupSpec&, const GroupSpec&) = default;
};

/// The root. A copy is deep: changing it never touches the original.
struct Spec {
  std::string version;
  std::string context_namespace;
  std::optional<EngineSpec> engine;
  std::vector<GroupSpec> groups;
  SourceFile file{};
  friend bool operator==(const Spec&, const Spec&) = default;
};

}  // namespace cppd::charttpl
