// SPDX-License-Identifier: GPL-3.0-or-later
// What follows from the charts and series together: warnings, and lines of the template that took nothing.
#include "explainer.h"

#include <cppd/base/text.h>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace cppd::chartengine {
namespace {

using Kind = ExplainedWarning::Kind;

}  // namespace

std::string series_text(const ExplainedSeries& series) {
  std::string out = series.name;
  std::string_view between = "{";
  for (const auto& [key, value] : series.labels) {
    out += fmt::format("{}{}=\"{}\"", between, key, value);
    between = ",";
  }
  if (!series.labels.empty()) out += '}';
  return out;
}

/// A line of the template is warned of once, on the first chart that shows it, however many instances do.
void Explainer::warn(Kind kind, std::uint32_t chart, std::uint32_t rule, std::string text) {
  const auto subject = kind == Kind::fraction_cut ? std::string{} : text;
  if (rule != kNotExplained && !warned_.insert(fmt::format("{} {} {}", static_cast<int>(kind), rule, subject)).second) {
    return;
  }
  out_.warnings.push_back({.kind = kind, .chart = chart, .rule = rule, .text = std::move(text)});
}

void Explainer::chart_warnings(std::uint32_t index) {
  const auto& chart = out_.charts[index];
  if (chart.autogen) return;
  const auto& authored = program_->charts()[templates_[index]];
  if (!authored.labels.automatic) {
    for (const auto& key : chart.differing) {
      warn(Kind::label_differs, index, kNotExplained,
           fmt::format("the label {} is to be promoted, but the series of the chart disagree about it", key));
    }
  }
  for (const auto& dimension : chart.dimensions) dimension_warnings(index, dimension);
}

void Explainer::dimension_warnings(std::uint32_t index, const ExplainedDimension& dimension) {
  const auto& chart = out_.charts[index];
  if (dimension.rule == kNotExplained || dimension.decided_by == kNotExplained) return;
  if (dimension.attributes.variable) return;  // a number as it is
  const auto configured = chart.meta.algorithm;
  const ExplainedSeries* first_of[2] = {nullptr, nullptr};  // gauge, counter
  std::uint32_t previous = kNotExplained;
  for (const auto at : dimension.series) {
    const auto& series = out_.series[at];
    auto& first = first_of[series.kind == metrix::Kind::counter ? 1 : 0];
    if (first == nullptr) first = &series;
    if (at == previous && twice_.insert(std::uint64_t{index} << 32 | at).second) {
      warn(Kind::counted_twice, index, dimension.rule,
           fmt::format("{} reaches the dimension {} through two lines and is counted twice", series_text(series),
                       dimension.name));
    }
    previous = at;
  }
  const auto* gauge = first_of[0];
  const auto* counter = first_of[1];
  if (gauge != nullptr && counter != nullptr && configured == Algorithm::automatic) {
    const auto& deciding = out_.series[dimension.decided_by];
    warn(Kind::mixed_kinds, index, dimension.rule,
         fmt::format("the dimension {} mixes a counter ({}) and a gauge ({}); {} comes first and makes it {}",
                     dimension.name, counter->name, gauge->name, deciding.name,
                     algorithm_name(dimension.attributes.algorithm)));
  }
  if (counter != nullptr && configured == Algorithm::absolute) {
    warn(Kind::counter_as_absolute, index, dimension.rule,
         fmt::format("the chart is absolute, but {} is a counter: its total is shown, not its rate", counter->name));
  }
  if (gauge != nullptr && configured == Algorithm::incremental) {
    warn(Kind::gauge_as_incremental, index, dimension.rule,
         fmt::format("the chart is incremental, but {} is a gauge: its change is shown, not its value", gauge->name));
  }
  const auto value = dimension.value;
  if (!dimension.attributes.is_float && value && std::abs(*value) < 9e15 && *value != std::trunc(*value)) {
    warn(Kind::fraction_cut, index, dimension.rule,
         fmt::format("the dimension {} is {}, and its fraction is cut: give it options: {{float: true}}",
                     dimension.name, *value));
  }
}

/// What a series shows of the lines that took or refused it; once for each line.
void Explainer::series_warnings(const ExplainedSeries& series) {
  for (const auto& placement : series.placements) {
    if (placement.rule == kNotExplained || placement.chart == kNotExplained) continue;
    if (series.role != metrix::Role::histogram_bucket) continue;
    const auto& authored = program_->charts()[templates_[placement.chart]];
    const auto& policy = authored.instances;
    const bool by_bucket = listed(policy.required, "le") || listed(policy.optional, "le") ||
                           (policy.include_all && !listed(policy.excluded, "le"));
    if (!by_bucket || !per_bucket_.insert(templates_[placement.chart]).second) continue;
    warn(Kind::chart_per_bucket, placement.chart, placement.rule,
         fmt::format("every bucket of {} becomes a chart of its own: by_labels should leave out le (\"!le\")",
                     series.name));
  }
  if (series.decision != Decision::shown || series.placements.empty()) return;
  const auto& place = series.placements.front();
  if (place.rule != kNotExplained) return;
  for (const auto& refusal : series.refusals) {
    if (refusal.rule == kNotExplained || !fell_.insert(refusal.rule).second) continue;
    warn(Kind::fell_to_autogen, place.chart, refusal.rule,
         fmt::format("{} is on a chart of autogen, because the template refuses it: {}", series_text(series),
                     refusal.why));
  }
}

void Explainer::idle_rules() {
  std::size_t names_bytes = 0;
  for (const auto& [name, use] : names_) {
    series_names_.push_back(name);
    names_bytes += name.size();
  }
  std::ranges::sort(series_names_);
  names_bytes_ = names_bytes;
  for (std::size_t i = 0; i < out_.rules.size(); ++i) {
    auto& rule = out_.rules[i];
    rule.idle = rule.taken > 0 ? std::string{} : idle_why(i);
  }
}

std::string Explainer::idle_why(std::size_t index) {
  const auto& rule = out_.rules[index];
  if (rule.refused > 0) return fmt::format("it refused all {} series that it selects: {}", rule.refused, rule.idle);
  const auto& selector = rules_[index]->selector;
  if (selector.metric_names().empty()) return "it selects none of the series";
  for (const auto& name : selector.metric_names()) {
    const auto use = names_.find(name);
    if (use == names_.end()) continue;
    const auto& series = out_.series[use->second.first];
    if (series.decision == Decision::filtered) return fmt::format("{} is filtered: {}", name, series.why);
    std::vector<Label> labels;
    labels.reserve(series.labels.size());
    for (const auto& [key, value] : series.labels) labels.push_back({key, value});
    return fmt::format("none of the {} series of {} has the labels: {}", use->second.count, name,
                       describe_refusal(selector.refused_by(series.name, labels)));
  }
  const auto& name = selector.metric_names().front();
  std::string_view near;
  if (const std::uint64_t cells = names_bytes_ * name.size(); cells <= search_budget_) {
    search_budget_ -= cells;
    near = nearest(name, series_names_);
  }
  if (near.empty()) return fmt::format("there is no series {}", name);
  return fmt::format("there is no series {}; the nearest is {}", name, near);
}

}  // namespace cppd::chartengine
