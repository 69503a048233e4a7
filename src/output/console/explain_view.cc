// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/explain_view.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::output {

using chartengine::Decision;
using chartengine::ExplainedChart;
using chartengine::ExplainedSeries;
using chartengine::Explanation;

bool explained_strictly(const Explanation& explanation) {
  return explanation.warnings.empty() && std::ranges::all_of(explanation.series, [](const ExplainedSeries& series) {
           return series.decision == Decision::shown;
         });
}

ExplainedPart::ExplainedPart(const Explanation& whole, const ExplainOptions& options)
    : options_{options}, whole_{!options.series && !options.chart && !options.unplaced} {
  const auto wanted_chart = [&](const ExplainedChart& chart) {
    return !options.chart || options.chart->matches(chart.id) || options.chart->matches(options.job + "." + chart.id) ||
           options.chart->matches(chart.meta.context);
  };
  const auto wanted_series = [&](const ExplainedSeries& series) {
    if (options.unplaced && series.decision == Decision::shown) return false;
    if (options.series && !options.series->matches(series.name) && !options.series->matches(series_text(series)))
      return false;
    return !options.chart || std::ranges::any_of(series.placements, [&](const auto& placement) {
      return placement.chart != chartengine::kNotExplained && charts_[placement.chart];
    });
  };
  for (const auto& chart : whole.charts) charts_.push_back(wanted_chart(chart));
  for (const auto& series : whole.series) series_.push_back(wanted_series(series));
  if (!options.series && !options.unplaced) return;
  for (std::size_t i = 0; i < whole.charts.size(); ++i) {
    charts_[i] =
        charts_[i] && !options.unplaced && std::ranges::any_of(whole.charts[i].dimensions, [&](const auto& dimension) {
          return std::ranges::any_of(dimension.series, [&](auto index) { return series_[index]; });
        });
  }
}

bool ExplainedPart::has_rule(const chartengine::ExplainedRule& rule) const {
  if (options_.unplaced || options_.series) return false;
  return !options_.chart || options_.chart->matches(rule.chart);
}

}  // namespace cppd::output
