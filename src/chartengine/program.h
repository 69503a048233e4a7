// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// A chart template, compiled: what the engine needs to route a series and to lay out a chart. Source: charts contract
/// section 2.
#pragma once

#include <cppd/base/result.h>
#include <cppd/charttpl/rule.h>
#include <cppd/charttpl/spec.h>
#include <cppd/matcher/selector.h>

#include <boost/unordered/unordered_flat_map.hpp>

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

enum class Algorithm : std::uint8_t { automatic, absolute, incremental };
enum class Reducer : std::uint8_t { sum, min, max, avg };
enum class ChartType : std::uint8_t { line, area, stacked, heatmap };

[[nodiscard]] std::string_view algorithm_name(Algorithm algorithm);
[[nodiscard]] std::string_view chart_type_name(ChartType type);

inline constexpr std::int64_t kDefaultPriority = 70000;

/// What a CHART line says of a chart besides its id.
struct ChartMeta {
  std::string title;
  std::string family;
  std::string context;
  std::string units;
  Algorithm algorithm = Algorithm::automatic;  ///< as configured
  ChartType type = ChartType::line;
  std::int64_t priority = kDefaultPriority;
  friend bool operator==(const ChartMeta&, const ChartMeta&) = default;
};

/// Which labels tell the instances of a chart apart.
struct InstancePolicy {
  std::vector<std::string> required;  ///< declaration order
  std::vector<std::string> optional;  ///< declaration order
  std::vector<std::string> excluded;  ///< sorted
  bool include_all = false;
  [[nodiscard]] bool is_static() const { return required.empty() && optional.empty() && !include_all; }
};

/// The policy that a template's `instances` means (C9).
[[nodiscard]] InstancePolicy instance_policy(const std::optional<charttpl::InstancesSpec>& spec);

/// Which other labels a chart carries.
struct LabelPolicy {
  bool automatic = true;                ///< false: only `keys`
  std::vector<std::string> keys;        ///< sorted, unique
  std::vector<std::string> exclusions;  ///< constrained by a selector or naming a dimension; sorted, unique
};

struct LifecyclePolicy {
  std::uint32_t max_instances = 0;   ///< 0 means no cap
  std::uint64_t expire_after = 0;    ///< successful cycles; 0 means never
  std::uint32_t max_dimensions = 0;  ///< 0 means no cap
  std::uint64_t dimensions_expire_after = 0;
};

struct DimensionRule {
  enum class NameFrom : std::uint8_t { text, label, inferred };

  matcher::Selector selector;
  NameFrom name_from = NameFrom::inferred;
  std::string name;  ///< static name, or key of the label
  Reducer reducer = Reducer::sum;
  bool hidden = false;
  bool is_float = false;
  std::int64_t multiplier = 1;
  std::int64_t divisor = 1;
  bool variable = false;  ///< of the chart, not a dimension (diff D9); they stand behind the dimensions
  charttpl::Mark mark;
};

struct ChartTemplate {
  std::string id;       ///< `g0.2.c1`
  std::string base_id;  ///< literal first part of every chart id
  ChartMeta meta;
  InstancePolicy instances;
  LabelPolicy labels;
  LifecyclePolicy lifecycle;
  std::vector<DimensionRule> dimensions;
  charttpl::Mark mark;
};

/// Charts for series that no template took.
struct AutogenPolicy {
  bool enabled = false;
  std::vector<charttpl::AutogenRule> rules;
  std::uint32_t max_type_id_bytes = 1200;
  std::uint64_t expire_after = 0;  ///< successful cycles; 0 means never
};

/// A dimension of a template that may take series of one name.
struct Candidate {
  std::uint32_t chart;
  std::uint32_t dimension;
};

/// Threads   immutable.
class Program {
 public:
  /// Compiles a validated template; `engine` replaces the parts of the template's own policy that it has.
  ///
  /// Errors    every selector that does not parse, metric that is not visible, name that cannot be inferred, and policy
  ///           that is wrong, policy first, then charts depth first: each with its field path, and its place when the
  ///           spec has marks.
  [[nodiscard]] static std::expected<Program, std::vector<Error>> compile_all(const charttpl::Spec& spec,
                                                                              const charttpl::EngineSpec& engine = {});
  /// As compile_all. Errors    one that tells all of them, at the place of the first.
  [[nodiscard]] static Result<Program> compile(const charttpl::Spec& spec, const charttpl::EngineSpec& engine = {});

  [[nodiscard]] std::span<const ChartTemplate> charts() const { return charts_; }
  /// Dimensions whose selector names `metric`; every other candidate is in wildcards().
  [[nodiscard]] std::span<const Candidate> candidates(std::string_view metric) const;
  [[nodiscard]] std::span<const Candidate> wildcards() const { return wildcards_; }
  [[nodiscard]] const matcher::SelectorList& selector() const { return selector_; }
  [[nodiscard]] const AutogenPolicy& autogen() const { return autogen_; }
  [[nodiscard]] const std::string& context_namespace() const { return context_namespace_; }
  /// All names of `metrics:` lists, sorted and unique.
  [[nodiscard]] const std::vector<std::string>& metric_names() const { return metric_names_; }

 private:
  Program() = default;
  struct Compiler;
  std::vector<ChartTemplate> charts_;
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return boost::hash<std::string_view>{}(text); }
  };
  boost::unordered_flat_map<std::string, std::vector<Candidate>, TextHash, std::equal_to<>> by_name_;
  std::vector<Candidate> wildcards_;
  matcher::SelectorList selector_;
  AutogenPolicy autogen_;
  std::string context_namespace_;
  std::vector<std::string> metric_names_;
};

}  // namespace cppd::chartengine
