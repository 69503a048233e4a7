// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The making of an Explanation: series (explain_series.cc), charts (explain_charts.cc), what follows from both
/// (explain_findings.cc).
#pragma once

#include <cppd/chartengine/explain.h>
#include <cppd/chartengine/routing.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include <algorithm>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cppd::chartengine {

/// What each term wants and what it found, in words.
[[nodiscard]] std::string describe_refusal(std::span<const matcher::RefusedTerm> terms);

/// Is `key` in a list of labels?
[[nodiscard]] inline bool listed(const std::vector<std::string>& list, std::string_view key) {
  return std::ranges::find(list, key) != list.end();
}
/// A number and a text as one key of a map.
[[nodiscard]] inline std::string numbered(std::uint32_t number, std::string_view text) {
  std::string key(reinterpret_cast<const char*>(&number), sizeof number);
  return key.append(text);
}

/// Threads   confined; made for one explanation.
class Explainer {
 public:
  Explainer(const metrix::Store& store, std::string type_id) : store_{store}, type_id_{std::move(type_id)} {}

  /// Everything of one scope; without an engine nothing of it has been planned.
  void scope(metrix::ScopeId scope, const std::string& key, const Engine* engine);
  /// Charts of a host that has no series any more.
  void charts_without_series(const std::string& key, const Engine& engine);
  [[nodiscard]] Explanation finish(const Ledger& ledger);

 private:
  // Once.
  void take_program(const Engine& engine);

  // Charts.
  void charts_of(const std::string& key, const Engine& engine);
  void chart_state(const Engine& engine, std::uint32_t slot, metrix::SeriesId series);
  void finish_chart(ExplainedChart& chart, std::uint32_t chart_template);
  void work_out_labels(ExplainedChart& chart, std::uint32_t chart_template, std::span<const std::uint32_t> visible);
  void reduce(ExplainedDimension& dimension) const;

  // Series.
  void series_of(metrix::SeriesId id, const std::string& key, const Engine* engine);
  void place(ExplainedSeries& series, const Engine& engine, metrix::SeriesId id, std::uint32_t chart_template,
             std::uint32_t rule, std::string_view chart_id, std::string_view dimension);
  [[nodiscard]] std::string why_refused(const TemplateRoute& route, const RoutedSeries& source) const;
  void autogen(ExplainedSeries& series, const RoutedSeries& source, const Engine& engine, metrix::SeriesId id);
  void conclude(ExplainedSeries& series, const RoutedSeries& source);
  void find_nearest(ExplainedSeries& series, const RoutedSeries& source);
  void find_nearest_name(ExplainedSeries& series);
  [[nodiscard]] std::string filtered_why(const matcher::SelectorList& list, std::string_view name, Labels labels) const;
  [[nodiscard]] std::uint32_t rule_of(const Candidate& candidate) const {
    return first_rule_[candidate.chart] + candidate.dimension;
  }

  [[nodiscard]] static std::string dimension_key(std::uint32_t slot, bool variable, std::string_view name);

  // Findings.
  void warn(ExplainedWarning::Kind kind, std::uint32_t chart, std::uint32_t rule, std::string text);
  void chart_warnings(std::uint32_t chart);
  void dimension_warnings(std::uint32_t chart, const ExplainedDimension& dimension);
  void series_warnings(const ExplainedSeries& series);
  void idle_rules();
  [[nodiscard]] std::string idle_why(std::size_t rule);

  struct NameUse {
    std::uint32_t first = 0;
    std::uint64_t count = 0;
  };

  const metrix::Store& store_;
  std::string type_id_;
  Explanation out_;
  std::shared_ptr<const Program> program_;  // borrowed from the engines
  std::optional<Router> router_;
  std::vector<std::uint32_t> first_rule_;  // by chart template, in out_.rules
  std::vector<const DimensionRule*> rules_;
  std::vector<std::string_view> rule_names_;  // all metric names that selectors name
  boost::unordered_flat_map<std::string_view, std::uint32_t> rule_by_name_;

  // Of the engine at hand.
  std::uint32_t first_chart_ = 0;                                          // in out_.charts
  std::vector<std::uint32_t> chart_index_;                                 // by slot of the engine
  std::vector<std::uint32_t> chart_slots_;                                 // the other way, from first_chart_ on
  std::vector<bool> materialized_;                                         // by slot
  std::vector<bool> state_known_;                                          // by slot
  boost::unordered_flat_map<std::string, std::uint32_t> slot_by_id_;       // template and id
  boost::unordered_flat_map<std::string, std::uint32_t> dimension_index_;  // slot, kind and name as it is read
  std::vector<std::uint32_t> templates_;                                   // by chart of out_

  boost::unordered_flat_map<std::string, NameUse> names_;
  boost::unordered_flat_map<std::string, std::uint32_t> near_names_;  // the rule with the nearest name, or none
  std::uint64_t search_budget_ = 50'000'000;                          // cells of edit distance tables
  // Warnings that were given: lines that lost series to autogen, chart and series, templates.
  boost::unordered_flat_set<std::string> warned_;
  boost::unordered_flat_set<std::uint32_t> fell_;
  boost::unordered_flat_set<std::uint64_t> twice_;
  boost::unordered_flat_set<std::uint32_t> per_bucket_;
  std::vector<std::string_view> series_names_;
  std::uint64_t names_bytes_ = 0;
  std::vector<Label> labels_;
};

}  // namespace cppd::chartengine
