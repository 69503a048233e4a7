// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/chartengine/program.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cppd::chartengine {
namespace {

using charttpl::ChartSpec;
using charttpl::DimensionSpec;
using charttpl::GroupSpec;

constexpr std::uint64_t kDefaultChartExpiry = 5;

void sort_unique(std::vector<std::string>& list) {
  std::ranges::sort(list);
  list.erase(std::ranges::unique(list).begin(), list.end());
}

std::string join_segments(std::span<const std::string> segments, char separator) {
  std::string out;
  for (const auto& segment : segments) {
    const auto text = trim(segment);
    if (text.empty()) continue;
    if (!out.empty()) out += separator;
    out += text;
  }
  return out;
}

ChartType parse_type(std::string_view text) {
  if (text == "area") return ChartType::area;
  if (text == "stacked") return ChartType::stacked;
  if (text == "heatmap") return ChartType::heatmap;
  return ChartType::line;
}

Reducer parse_reducer(std::string_view text) {
  if (text == "min") return Reducer::min;
  if (text == "max") return Reducer::max;
  if (text == "avg") return Reducer::avg;
  return Reducer::sum;
}

/// Can the reader's structure give a nameless dimension its name? (C7)
bool inferable(const matcher::Selector& selector) {
  for (const auto& key : selector.constrained_keys()) {
    if (key == "le" || key == "quantile") return true;
  }
  return std::ranges::any_of(selector.metric_names(), [](std::string_view name) {
    const auto dot = name.rfind('.');
    const auto last = dot == std::string_view::npos ? name : name.substr(dot + 1);
    return name.ends_with("_bucket") || name.ends_with("_state") || name.ends_with("_status") ||
           name.ends_with("_mode") || last == "state" || last == "status" || last == "mode";
  });
}

LifecyclePolicy compile_lifecycle(const std::optional<charttpl::LifecycleSpec>& spec) {
  LifecyclePolicy policy{.expire_after = kDefaultChartExpiry};
  if (!spec) return policy;
  policy.max_instances = static_cast<std::uint32_t>(std::min<std::int64_t>(spec->max_instances, UINT32_MAX));
  if (spec->expire_after_cycles > 0) policy.expire_after = static_cast<std::uint64_t>(spec->expire_after_cycles);
  if (spec->dimensions) {
    policy.max_dimensions = static_cast<std::uint32_t>(std::min<std::int64_t>(spec->dimensions->max_dims, UINT32_MAX));
    policy.dimensions_expire_after = static_cast<std::uint64_t>(spec->dimensions->expire_after_cycles);
  }
  return policy;
}

}  // namespace

InstancePolicy instance_policy(const std::optional<charttpl::InstancesSpec>& spec) {
  InstancePolicy policy;
  if (!spec) return policy;
  for (const auto& token : spec->by_labels.value_or(std::vector<std::string>{})) {
    const auto text = trim(token);
    if (text == "*")
      policy.include_all = true;
    else if (text.starts_with('!'))
      policy.excluded.emplace_back(trim(text.substr(1)));
    else if (std::ranges::find(policy.required, text) == policy.required.end())
      policy.required.emplace_back(text);
  }
  for (const auto& key : spec->optional_by_labels.value_or(std::vector<std::string>{}))
    policy.optional.emplace_back(trim(key));
  sort_unique(policy.excluded);
  std::erase_if(policy.required, [&](const auto& key) { return std::ranges::binary_search(policy.excluded, key); });
  return policy;
}

std::string_view algorithm_name(Algorithm algorithm) {
  return algorithm == Algorithm::incremental ? "incremental" : algorithm == Algorithm::absolute ? "absolute" : "";
}

std::string_view chart_type_name(ChartType type) {
  switch (type) {
    case ChartType::area: return "area";
    case ChartType::stacked: return "stacked";
    case ChartType::heatmap: return "heatmap";
    case ChartType::line: break;
  }
  return "line";
}

/// Walks the groups depth first and fills the program. A part that is wrong leaves it without use, and the walk goes on
/// for the other mistakes.
struct Program::Compiler {
  Program& program;
  const std::string& file;
  std::vector<Error> errors{};
  std::vector<std::string> families{};
  std::vector<std::string> contexts{};
  std::vector<std::size_t> path{};
  std::vector<std::string_view> scope{};  // metric names that the open groups declare

  void fail(Error error, std::string field, charttpl::Mark mark) {
    error.context.push_back(std::move(field));
    if (mark.line != 0) error.location = Location{.file = file, .line = mark.line, .column = mark.column};
    errors.push_back(std::move(error));
  }

  [[nodiscard]] std::string field_path(std::size_t chart) const {
    return fmt::format("groups[{}].charts[{}]", fmt::join(path, "].groups["), chart);
  }

  void group(const GroupSpec& spec) {
    families.push_back(spec.family);
    contexts.push_back(spec.context_namespace);
    const auto outer_scope = scope.size();
    for (const auto& metric : spec.metrics) {
      program.metric_names_.emplace_back(trim(metric));
      scope.push_back(trim(metric));
    }
    for (std::size_t i = 0; i < spec.charts.size(); ++i) chart(spec.charts[i], i);
    for (std::size_t i = 0; i < spec.groups.size(); ++i) {
      path.push_back(i);
      group(spec.groups[i]);
      path.pop_back();
    }
    families.pop_back();
    contexts.pop_back();
    scope.resize(outer_scope);
  }

  /// A selector whose metrics are all declared: those in its text, and those in a term for `__name__`.
  [[nodiscard]] Result<matcher::Selector> selector_in_scope(std::string_view text) const {
    auto selector = matcher::Selector::parse(trim(text));
    if (!selector) return selector;
    for (const auto& name : selector->metric_names()) {
      if (std::ranges::find(scope, name) != scope.end()) continue;
      return std::unexpected(invalid_input(fmt::format("metric \"{}\" is not visible in current group scope", name)));
    }
    return selector;
  }

  void chart(const ChartSpec& spec, std::size_t index) {
    ChartTemplate chart;
    chart.id = fmt::format("g{}.c{}", fmt::join(path, "."), index);
    chart.mark = spec.mark;
    contexts.push_back(spec.context);
    families.push_back(spec.family);
    chart.meta = {.title = std::string{trim(spec.title)},
                  .family = join_segments(families, '/'),
                  .context = join_segments(contexts, '.'),
                  .units = std::string{trim(spec.units)},
                  .algorithm = spec.algorithm == "incremental" ? Algorithm::incremental
                               : spec.algorithm == "absolute"  ? Algorithm::absolute
                                                               : Algorithm::automatic,
                  .type = parse_type(spec.type),
                  .priority = spec.priority > 0 ? spec.priority : kDefaultPriority};
    contexts.pop_back();
    families.pop_back();
    chart.base_id = std::string{trim(spec.id)};
    if (chart.base_id.empty()) {
      chart.base_id = chart.meta.context;
      std::ranges::replace(chart.base_id, '.', '_');
    }
    chart.instances = instance_policy(spec.instances);
    chart.lifecycle = compile_lifecycle(spec.lifecycle);
    if (spec.label_promotion) {
      chart.labels.automatic = false;
      for (const auto& key : *spec.label_promotion) chart.labels.keys.emplace_back(trim(key));
      sort_unique(chart.labels.keys);
    }
    const auto reducer = parse_reducer(spec.aggregation);
    const auto chart_index = static_cast<std::uint32_t>(program.charts_.size());
    for (std::size_t i = 0; i < spec.dimensions.size(); ++i) {
      if (!dimension(spec.dimensions[i], fmt::format("{}.dimensions[{}]", field_path(index), i), reducer, chart))
        continue;
      offer(chart, chart_index);
    }
    for (std::size_t i = 0; i < spec.variables.size(); ++i) {
      const auto& variable = spec.variables[i];
      auto selector = selector_in_scope(variable.selector);
      if (!selector) {
        fail(std::move(selector.error()), fmt::format("{}.variables[{}].selector", field_path(index), i),
             variable.selector_mark);
        continue;
      }
      chart.dimensions.push_back({.selector = std::move(*selector),
                                  .name_from = DimensionRule::NameFrom::text,
                                  .name = std::string{trim(variable.name)},
                                  .reducer = reducer,
                                  .variable = true,
                                  .mark = variable.mark});
      offer(chart, chart_index);
    }
    sort_unique(chart.labels.exclusions);
    program.charts_.push_back(std::move(chart));
  }

  /// Series whose names the last dimension of `chart` selects are offered to it.
  void offer(const ChartTemplate& chart, std::uint32_t index) const {
    const Candidate candidate{index, static_cast<std::uint32_t>(chart.dimensions.size() - 1)};
    const auto& names = chart.dimensions.back().selector.metric_names();
    if (names.empty()) program.wildcards_.push_back(candidate);
    for (const auto& name : names) program.by_name_[name].push_back(candidate);
  }

  /// False when the dimension is wrong.
  bool dimension(const DimensionSpec& spec, std::string field, Reducer reducer, ChartTemplate& chart) {
    auto selector = selector_in_scope(spec.selector);
    if (!selector) {
      fail(std::move(selector.error()), std::move(field) + ".selector", spec.selector_mark);
      return false;
    }
    const charttpl::DimensionOptionsSpec options = spec.options.value_or(charttpl::DimensionOptionsSpec{});
    DimensionRule rule{.selector = *selector,
                       .reducer = reducer,
                       .hidden = options.hidden,
                       .is_float = options.is_float || reducer == Reducer::avg,
                       .multiplier = options.multiplier == 0 ? 1 : options.multiplier,
                       .divisor = options.divisor == 0 ? 1 : options.divisor,
                       .mark = spec.mark};
    if (!trim(spec.name).empty()) {
      rule.name_from = DimensionRule::NameFrom::text;
      rule.name = std::string{trim(spec.name)};
    } else if (!trim(spec.name_from_label).empty()) {
      rule.name_from = DimensionRule::NameFrom::label;
      rule.name = std::string{trim(spec.name_from_label)};
      chart.labels.exclusions.push_back(rule.name);
    } else if (!inferable(*selector)) {
      fail(invalid_input("name inference requires inferable selector"), std::move(field) + ".selector",
           spec.selector_mark);
      return false;
    }
    for (const auto& key : selector->constrained_keys()) chart.labels.exclusions.push_back(key);
    chart.dimensions.push_back(std::move(rule));
    return true;
  }

  void check_entries(const std::vector<std::string>& entries, std::string_view list, const charttpl::Marks& marks) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (matcher::Selector::selects_everything(entries[i])) continue;
      auto selector = matcher::Selector::parse(entries[i]);
      if (!selector) fail(std::move(selector.error()), fmt::format("engine.selector.{}[{}]", list, i), marks.at(i));
    }
  }

  void policy(const charttpl::EngineSpec& engine) {
    if (engine.selector) {
      check_entries(engine.selector->allow, "allow", engine.selector->allow_marks);
      check_entries(engine.selector->deny, "deny", engine.selector->deny_marks);
      auto selector = matcher::SelectorList::parse(engine.selector->allow, engine.selector->deny);
      if (selector) program.selector_ = std::move(*selector);
    }
    if (!engine.autogen) return;
    const auto& spec = *engine.autogen;
    program.autogen_ = {.enabled = spec.enabled, .expire_after = spec.expire_after_success_cycles};
    if (spec.max_type_id_len > 0) {
      program.autogen_.max_type_id_bytes =
          static_cast<std::uint32_t>(std::min<std::int64_t>(spec.max_type_id_len, UINT32_MAX));
    }
    for (std::size_t i = 0; i < spec.rules.size(); ++i) {
      auto rule = charttpl::AutogenRule::parse(spec.rules[i]);
      if (rule) {
        program.autogen_.rules.push_back(std::move(*rule));
        continue;
      }
      for (auto& error : rule.error()) fail(std::move(error), fmt::format("engine.autogen.rules[{}]", i), {});
    }
  }
};

std::expected<Program, std::vector<Error>> Program::compile_all(const charttpl::Spec& spec,
                                                                const charttpl::EngineSpec& engine) {
  Program program;
  Compiler compiler{program, spec.file.name};
  program.context_namespace_ = std::string{trim(spec.context_namespace)};
  auto policy = spec.engine.value_or(charttpl::EngineSpec{});
  if (engine.selector) policy.selector = engine.selector;
  if (engine.autogen) policy.autogen = engine.autogen;
  compiler.policy(policy);
  compiler.contexts.push_back(spec.context_namespace);
  for (std::size_t i = 0; i < spec.groups.size(); ++i) {
    compiler.path = {i};
    compiler.group(spec.groups[i]);
  }
  if (!compiler.errors.empty()) return std::unexpected(std::move(compiler.errors));
  sort_unique(program.metric_names_);
  return program;
}

Result<Program> Program::compile(const charttpl::Spec& spec, const charttpl::EngineSpec& engine) {
  auto program = compile_all(spec, engine);
  if (program) return std::move(*program);
  auto error = std::move(program.error().front());
  for (const auto& further : std::span{program.error()}.subspan(1)) error.what += "; " + further.text();
  return std::unexpected(std::move(error).in("chartengine: compile"));
}

std::span<const Candidate> Program::candidates(std::string_view metric) const {
  if (by_name_.empty()) return {};
  const auto found = by_name_.find(metric);
  return found == by_name_.end() ? std::span<const Candidate>{} : found->second;
}

}  // namespace cppd::chartengine
