// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/explain.h>

#include "explainer.h"

#include <algorithm>
#include <tuple>

namespace cppd::chartengine {

std::string_view decision_name(Decision decision) {
  constexpr std::string_view kNames[] = {"shown",
                                         "waiting",
                                         "not_seen",
                                         "filtered",
                                         "name_unmatched",
                                         "selector_rejected",
                                         "label_missing",
                                         "id_blank",
                                         "nameless",
                                         "id_too_long",
                                         "autogen_disabled",
                                         "autogen_unsupported",
                                         "autogen_rejected",
                                         "autogen_over_budget",
                                         "autogen_displaced",
                                         "id_taken",
                                         "chart_capped",
                                         "dimension_capped"};
  return kNames[static_cast<std::size_t>(decision)];
}

std::optional<LossReason> loss_reason(Decision decision) {
  switch (decision) {
    case Decision::shown:
    case Decision::waiting:
    case Decision::not_seen: return std::nullopt;
    case Decision::filtered:
    case Decision::autogen_rejected: return LossReason::series_filtered;
    case Decision::name_unmatched:
    case Decision::selector_rejected:
    case Decision::autogen_disabled:
    case Decision::autogen_unsupported: return LossReason::series_unmatched;
    case Decision::label_missing:
    case Decision::id_blank: return LossReason::route_missing_label;
    case Decision::nameless: return LossReason::route_nameless_dimension;
    case Decision::id_too_long:
    case Decision::autogen_over_budget: return LossReason::chart_id_too_long;
    case Decision::autogen_displaced:
    case Decision::id_taken: return LossReason::chart_id_collision;
    case Decision::chart_capped: return LossReason::chart_capped;
    case Decision::dimension_capped: return LossReason::dimension_capped;
  }
  return std::nullopt;
}

std::string_view warning_name(ExplainedWarning::Kind kind) {
  constexpr std::string_view kNames[] = {"counter_as_absolute", "gauge_as_incremental", "fraction_cut",
                                         "mixed_kinds",         "counted_twice",        "chart_per_bucket",
                                         "label_differs",       "fell_to_autogen"};
  return kNames[static_cast<std::size_t>(kind)];
}

Explanation::Totals Explanation::totals() const {
  const auto placed = std::ranges::count(series, Decision::shown, &ExplainedSeries::decision);
  const auto shown = std::ranges::count(charts, Decision::shown, &ExplainedChart::decision);
  return {
      .series = series.size(), .placed = static_cast<std::size_t>(placed), .charts = static_cast<std::size_t>(shown)};
}

void Explainer::take_program(const Engine& engine) {
  if (router_ || engine.program() == nullptr) return;
  program_ = std::shared_ptr<const Program>{std::shared_ptr<const Program>{}, engine.program()};
  router_.emplace(program_, type_id_);
  for (const auto& chart : program_->charts()) {
    first_rule_.push_back(static_cast<std::uint32_t>(out_.rules.size()));
    for (const auto& dimension : chart.dimensions) {
      const auto rule = static_cast<std::uint32_t>(rules_.size());
      rules_.push_back(&dimension);
      auto name = dimension.name_from == DimensionRule::NameFrom::text    ? dimension.name
                  : dimension.name_from == DimensionRule::NameFrom::label ? '{' + dimension.name + '}'
                                                                          : std::string{};
      out_.rules.push_back({.mark = dimension.mark,
                            .chart_mark = chart.mark,
                            .chart = chart.base_id,
                            .selector = dimension.selector.text(),
                            .name = std::move(name)});
      for (const auto& metric : dimension.selector.metric_names()) {
        if (rule_by_name_.emplace(metric, rule).second) rule_names_.push_back(metric);
      }
    }
  }
}

void Explainer::scope(metrix::ScopeId scope, const std::string& key, const Engine* engine) {
  if (engine != nullptr) {
    take_program(*engine);
    charts_of(key, *engine);
  }
  for (const auto id : store_.ordered(scope)) series_of(id, key, engine);
  for (std::size_t i = first_chart_; i < out_.charts.size(); ++i) finish_chart(out_.charts[i], templates_[i]);
}

Explanation Explainer::finish(const Ledger& ledger) {
  for (std::uint32_t i = 0; i < out_.charts.size(); ++i) chart_warnings(i);
  for (const auto& series : out_.series) series_warnings(series);
  idle_rules();
  std::ranges::sort(out_.warnings, {}, [](const ExplainedWarning& warning) {
    return std::tuple{warning.chart, warning.rule, warning.kind, std::string_view{warning.text}};
  });
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    const auto reason = static_cast<LossReason>(i);
    if (ledger.counted(reason) > 0)
      out_.losses.push_back({.reason = reason, .count = ledger.counted(reason), .examples = ledger.details(reason)});
  }
  return std::move(out_);
}

Explanation explain(const metrix::Store& store, const HostEngines& engines, const Ledger& ledger,
                    const std::string& type_id) {
  Explainer explainer{store, type_id};
  boost::unordered_flat_map<std::string_view, const Engine*> by_key;
  for (const auto* host : engines.all()) {
    by_key.emplace(host->host.key, host->engine.get());
    // Charts outlive the series of their host.
    if (const auto scope = store.find_scope(host->host.key); !scope)
      explainer.charts_without_series(host->host.key, *host->engine);
  }
  for (const auto scope : store.host_scopes()) {
    const auto& key = store.host_scope(scope).key;
    const auto found = by_key.find(key);
    explainer.scope(scope, key, found == by_key.end() ? nullptr : found->second);
  }
  return explainer.finish(ledger);
}

Explanation explain(const metrix::Store& store, const Engine& engine, const Ledger& ledger,
                    const std::string& type_id) {
  Explainer explainer{store, type_id};
  explainer.scope(metrix::ScopeId::none, {}, &engine);
  return explainer.finish(ledger);
}

}  // namespace cppd::chartengine
