// SPDX-License-Identifier: GPL-3.0-or-later
// The charts of one engine, and what feeds them.
#include "explainer.h"

#include <cppd/base/text.h>

#include <cppd/netdataapi/sanitize.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cppd::chartengine {
namespace {

/// The label that names the dimension of a part; none for a plain number.
std::string_view structural_key(const ExplainedSeries& series) {
  switch (series.role) {
    case metrix::Role::histogram_bucket: return "le";
    case metrix::Role::summary_quantile: return "quantile";
    case metrix::Role::stateset_state: return series.name;
    case metrix::Role::measureset_field: return "measure_field";
    default: return {};
  }
}

}  // namespace

void Explainer::charts_of(const std::string& key, const Engine& engine) {
  first_chart_ = static_cast<std::uint32_t>(out_.charts.size());
  const auto slots = engine.chart_slots();
  chart_slots_.clear();
  slot_by_id_.clear();
  dimension_index_.clear();
  chart_index_.assign(slots, kNotExplained);
  materialized_.assign(slots, false);
  state_known_.assign(slots, false);
  for (const auto chart : engine.materialized()) materialized_[chart] = true;
  for (std::uint32_t slot = 0; slot < slots; ++slot) {
    if (engine.chart_template(slot) != kNoIndex) chart_slots_.push_back(slot);
  }
  std::ranges::sort(chart_slots_, [&](std::uint32_t a, std::uint32_t b) {
    return std::pair{engine.chart_id(a), engine.chart_template(a)} <
           std::pair{engine.chart_id(b), engine.chart_template(b)};
  });
  for (const auto slot : chart_slots_) {
    chart_index_[slot] = static_cast<std::uint32_t>(out_.charts.size());
    const auto chart_template = engine.chart_template(slot);
    templates_.push_back(chart_template);
    auto& chart = out_.charts.emplace_back();
    chart.host = key;
    chart.id = engine.chart_id(slot);
    chart.autogen = chart_template == kAutogenTemplate;
    // What was never planned has no definition in the engine yet; autogen's follows with its series.
    if (materialized_[slot])
      chart.meta = engine.chart_meta(slot);
    else
      chart.meta = chart.autogen ? ChartMeta{} : program_->charts()[chart_template].meta;
    if (!chart.autogen) chart.mark = program_->charts()[chart_template].mark;
    if (!materialized_[slot]) {
      chart.decision = Decision::waiting;
      chart.why = "it has not been planned yet";
    }
    slot_by_id_.emplace(numbered(chart_template, chart.id), slot);
    for (const auto& dimension : engine.dimensions(slot)) {
      dimension_index_.emplace(dimension_key(slot, dimension.variable, engine.dimension_name(dimension.name)),
                               static_cast<std::uint32_t>(chart.dimensions.size()));
      chart.dimensions.push_back({.name = std::string{engine.dimension_name(dimension.name)},
                                  .attributes = engine.attributes(dimension.attributes),
                                  .shown = materialized_[slot] && dimension.materialized});
    }
  }
}

void Explainer::charts_without_series(const std::string& key, const Engine& engine) {
  take_program(engine);
  charts_of(key, engine);
}

/// Names that the reader takes for one are one dimension; a variable of the same name is another thing.
std::string Explainer::dimension_key(std::uint32_t slot, bool variable, std::string_view name) {
  const auto read = netdataapi::received(netdataapi::clean_id(name));
  return numbered(slot, fmt::format("{}{}", variable ? "v" : "d", read.empty() ? name : read));
}

/// Why a chart that nobody was told of was left out; the same for all that feed it, so that one is asked.
void Explainer::chart_state(const Engine& engine, std::uint32_t slot, metrix::SeriesId series) {
  if (state_known_[slot]) return;
  for (const auto& placement : engine.placements(series)) {
    if (placement.chart != slot) continue;
    state_known_[slot] = true;
    auto& chart = out_.charts[chart_index_[slot]];
    if (placement.state == Placement::State::chart_capped) {
      chart.decision = Decision::chart_capped;
      chart.why = fmt::format("max_instances of the chart at line {} is {}", chart.mark.line,
                              program_->charts()[placement.chart_template].lifecycle.max_instances);
    } else if (placement.state == Placement::State::id_taken) {
      const auto& owner = out_.charts[chart_index_[placement.owner]];
      chart.decision = chart.autogen ? Decision::autogen_displaced : Decision::id_taken;
      const auto whose = owner.autogen ? std::string{"autogen"} : fmt::format("the chart at line {}", owner.mark.line);
      chart.why = chart.autogen ? fmt::format("{} has the id that autogen gives", whose)
                                : fmt::format("{} has the id; this is the chart at line {}", whose, chart.mark.line);
    }
    return;
  }
}

void Explainer::finish_chart(ExplainedChart& chart, std::uint32_t chart_template) {
  std::vector<std::uint32_t> visible;
  for (auto& dimension : chart.dimensions) {
    for (const auto index : dimension.series) {
      if (out_.series[index].fresh && !dimension.attributes.variable) visible.push_back(index);
    }
    reduce(dimension);
  }
  std::ranges::sort(visible);
  const auto doubled = std::ranges::unique(visible);
  visible.erase(doubled.begin(), doubled.end());
  if (!visible.empty()) work_out_labels(chart, chart_template, visible);
}

void Explainer::reduce(ExplainedDimension& dimension) const {
  double sum = 0, low = 0, high = 0;
  std::size_t count = 0;
  for (const auto index : dimension.series) {
    const auto& series = out_.series[index];
    if (!series.fresh || !std::isfinite(series.value)) continue;
    low = count == 0 ? series.value : std::min(low, series.value);
    high = count == 0 ? series.value : std::max(high, series.value);
    sum += series.value;
    ++count;
  }
  if (count == 0) return;
  switch (dimension.reducer) {
    case Reducer::sum: dimension.value = sum; break;
    case Reducer::min: dimension.value = low; break;
    case Reducer::max: dimension.value = high; break;
    case Reducer::avg: dimension.value = sum / static_cast<double>(count); break;
  }
}

/// By the rules of Engine::work_out_labels(): identity first, then what all series share and the template lets through.
void Explainer::work_out_labels(ExplainedChart& chart, std::uint32_t chart_template,
                                std::span<const std::uint32_t> visible) {
  const auto* authored = chart.autogen ? nullptr : &program_->charts()[chart_template];
  const auto identifies = [&](const std::pair<std::string, std::string>& label) {
    if (authored == nullptr) return false;
    const auto& policy = authored->instances;
    if (listed(policy.optional, label.first)) return !blank(label.second);
    return listed(policy.required, label.first) || (policy.include_all && !listed(policy.excluded, label.first));
  };
  std::vector<std::string_view> structural;
  for (const auto& dimension : chart.dimensions) {
    const bool inferred = dimension.rule == kNotExplained ? chart.autogen : out_.rules[dimension.rule].name.empty();
    for (const auto index : dimension.series) {
      const auto key = inferred ? structural_key(out_.series[index]) : std::string_view{};
      if (!key.empty() && std::ranges::find(structural, key) == structural.end()) structural.push_back(key);
    }
  }
  const auto add = [&](const std::pair<std::string, std::string>& label, bool identity) {
    if (std::ranges::find(chart.labels, label.first, &ExplainedLabel::key) != chart.labels.end()) return;
    chart.labels.push_back({.key = label.first, .value = label.second, .identity = identity});
  };
  for (const auto& label : out_.series[visible.front()].labels) {
    if (label.first == "_collect_job") continue;
    if (identifies(label)) {
      add(label, true);
      continue;
    }
    if (authored != nullptr) {
      if (listed(authored->instances.optional, label.first) || listed(authored->labels.exclusions, label.first))
        continue;
      if (!authored->labels.automatic && !listed(authored->labels.keys, label.first)) continue;
    }
    if (std::ranges::find(structural, label.first) != structural.end()) continue;
    const bool common = std::ranges::all_of(visible, [&](std::uint32_t index) {
      const auto& labels = out_.series[index].labels;
      return std::ranges::find(labels, label) != labels.end();
    });
    if (common)
      add(label, false);
    else
      chart.differing.push_back(label.first);
  }
  if (authored != nullptr && !authored->instances.is_static()) {
    for (const auto index : visible) {
      for (const auto& label : out_.series[index].labels) {
        if (label.first != "_collect_job" && identifies(label)) add(label, true);
      }
    }
  }
  std::ranges::sort(chart.labels, {}, &ExplainedLabel::key);
}

}  // namespace cppd::chartengine
