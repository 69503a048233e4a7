// SPDX-License-Identifier: GPL-3.0-or-later
// What became of one series, in words.
#include "explainer.h"

#include <cppd/base/text.h>
#include <cppd/chartengine/autogen.h>
#include <cppd/netdataapi/sanitize.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::chartengine {
namespace {

constexpr std::size_t kCandidatesMax = 64;  // looked at for what nearly matched

Decision decision_of(TemplateVerdict verdict) {
  switch (verdict) {
    case TemplateVerdict::accepted: return Decision::shown;
    case TemplateVerdict::selector_rejected: return Decision::selector_rejected;
    case TemplateVerdict::missing_label: return Decision::label_missing;
    case TemplateVerdict::blank_id: return Decision::id_blank;
    case TemplateVerdict::nameless: return Decision::nameless;
    case TemplateVerdict::id_too_long: return Decision::id_too_long;
  }
  return Decision::selector_rejected;
}

std::string list_of(std::span<const matcher::Selector> selectors) {
  constexpr std::size_t kListed = 4;
  std::string out;
  for (const auto& selector : selectors.first(std::min(selectors.size(), kListed)))
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", selector.text());
  if (selectors.size() > kListed) out += fmt::format(" and {} more", selectors.size() - kListed);
  return out;
}

}  // namespace

std::string describe_refusal(std::span<const matcher::RefusedTerm> terms) {
  std::string out;
  for (const auto& term : terms) {
    if (!out.empty()) out += "; ";
    if (term.key == "__name__") {
      out += fmt::format("it wants a name {}\"{}\"", term.symbol, term.pattern);
    } else if (!term.found) {
      out += fmt::format("it wants {}{}\"{}\", and the series has no label {}", term.key, term.symbol, term.pattern,
                         term.key);
    } else {
      out += fmt::format("it wants {}{}\"{}\", and the series has {}=\"{}\"", term.key, term.symbol, term.pattern,
                         term.key, *term.found);
    }
  }
  return out;
}

void Explainer::series_of(metrix::SeriesId id, const std::string& key, const Engine* engine) {
  const auto& descriptor = store_.descriptor_of(id);
  store_.labels().labels(store_.label_set(id), labels_);
  const RoutedSeries source{.name = descriptor.name,
                            .labels = labels_,
                            .kind = descriptor.kind,
                            .source = descriptor.source,
                            .role = descriptor.role,
                            .meta = descriptor.meta};
  auto& series = out_.series.emplace_back();
  series.name = descriptor.name;
  for (const auto& label : labels_) series.labels.emplace_back(label.key, label.value);
  series.kind = descriptor.kind;
  series.role = descriptor.role;
  series.value = store_.committed()[metrix::index_of(id)].value;
  series.host = key;
  series.fresh = store_.visible(id);
  auto& use = names_[series.name];
  if (use.count++ == 0) use.first = static_cast<std::uint32_t>(out_.series.size() - 1);
  if (engine == nullptr || !router_) {
    series.decision = series.fresh ? Decision::waiting : Decision::not_seen;
    series.why = series.fresh ? "nothing of its host has been planned yet" : "the last cycle did not bring it";
    return;
  }
  if (!router_->selected(source)) {
    series.decision = Decision::filtered;
    series.why =
        "the template's own selector refuses it: " + filtered_why(program_->selector(), source.name, source.labels);
    return;
  }
  for (const auto& route : router_->templates(source)) {
    const auto rule = rule_of(route.candidate);
    if (route.verdict == TemplateVerdict::accepted) {
      ++out_.rules[rule].taken;
      place(series, *engine, id, route.candidate.chart, rule, route.chart_id, route.dimension);
    } else {
      auto why = why_refused(route, source);
      auto& refused = out_.rules[rule];
      if (refused.refused++ == 0) refused.idle = why;
      series.refusals.push_back({.decision = decision_of(route.verdict), .rule = rule, .why = std::move(why)});
    }
  }
  if (series.placements.empty()) autogen(series, source, *engine, id);
  conclude(series, source);
}

std::string Explainer::filtered_why(const matcher::SelectorList& list, std::string_view name, Labels labels) const {
  if (const auto* denied = list.denied_by(name, labels)) return fmt::format("deny entry `{}`", denied->text());
  return fmt::format("no allow entry takes it ({})", list_of(list.allow()));
}

std::string Explainer::why_refused(const TemplateRoute& route, const RoutedSeries& source) const {
  switch (route.verdict) {
    case TemplateVerdict::missing_label:
      return fmt::format("the chart's identity needs the label {}, which the series lacks", route.missing_label);
    case TemplateVerdict::blank_id: return "nothing is left of the chart's id";
    case TemplateVerdict::id_too_long:
      return fmt::format("the chart's type.id takes {} bytes, more than {}",
                         netdataapi::id_bytes(type_id_) + 1 + netdataapi::id_bytes(route.chart_id),
                         netdataapi::kTypeIdBytesMax);
    default: break;
  }
  const auto& rule = *rules_[rule_of(route.candidate)];
  std::string_view key = rule.name;
  if (rule.name_from == DimensionRule::NameFrom::inferred) {
    switch (source.role) {
      case metrix::Role::histogram_bucket: key = "le"; break;
      case metrix::Role::summary_quantile: key = "quantile"; break;
      case metrix::Role::stateset_state: key = source.name; break;
      default:
        return fmt::format("the dimension has neither name nor name_from_label, and a {} gives it none",
                           metrix::kind_name(source.kind));
    }
  }
  const bool blank_label = std::ranges::find(source.labels, key, &Label::key) != source.labels.end();
  return fmt::format("the label {} names the dimension, and it is {} the series", key,
                     blank_label ? "blank on" : "missing from");
}

/// Puts the series where the routes lead. The engine's own view of the chart and dimension says whether it is shown.
void Explainer::place(ExplainedSeries& series, const Engine& engine, metrix::SeriesId id, std::uint32_t chart_template,
                      std::uint32_t rule, std::string_view chart_id, std::string_view dimension) {
  auto& placement = series.placements.emplace_back();
  placement.rule = rule;
  const auto chart = slot_by_id_.find(numbered(chart_template, chart_id));
  if (chart == slot_by_id_.end()) {
    placement.decision = Decision::waiting;
    placement.why = "it has not been planned yet";
    return;
  }
  const auto slot = chart->second;
  placement.chart = chart_index_[slot];
  auto& out = out_.charts[placement.chart];
  const bool variable = rule != kNotExplained && rules_[rule]->variable;
  const auto index = dimension_index_.find(dimension_key(slot, variable, dimension));
  if (index == dimension_index_.end()) {
    placement.decision = Decision::waiting;
    placement.why = "it has not been planned yet";
    return;
  }
  placement.dimension = index->second;
  auto& entry = out.dimensions[index->second];
  if (entry.rule == kNotExplained) {
    entry.rule = rule;
    if (rule != kNotExplained) entry.reducer = rules_[rule]->reducer;
  }
  entry.series.push_back(static_cast<std::uint32_t>(out_.series.size() - 1));
  if (series.fresh && entry.decided_by == kNotExplained) entry.decided_by = entry.series.back();
  if (netdataapi::clean_id(dimension).empty()) {
    placement.decision = Decision::nameless;
    placement.why = fmt::format("nothing is left of the name {:?} on the wire", dimension);
  } else if (!materialized_[slot]) {
    chart_state(engine, slot, id);
    placement.decision = out.decision;
    placement.why = out.why;
  } else if (!entry.shown) {
    placement.decision = series.fresh ? Decision::dimension_capped : Decision::not_seen;
    if (series.fresh && chart_template != kAutogenTemplate) {
      placement.why = fmt::format("max_dims of the chart at line {} is {}", out.mark.line,
                                  program_->charts()[chart_template].lifecycle.max_dimensions);
    }
  }
  if (!series.fresh && placement.decision != Decision::shown && placement.decision != Decision::id_taken) {
    placement.decision = Decision::not_seen;
    placement.why = "the last cycle did not bring it";
  }
}

void Explainer::autogen(ExplainedSeries& series, const RoutedSeries& source, const Engine& engine,
                        metrix::SeriesId id) {
  const auto& route = router_->autogen(source);
  ExplainedRefusal refusal;
  switch (route.verdict) {
    case AutogenVerdict::accepted:
      place(series, engine, id, kAutogenTemplate, kNotExplained, route.chart_id, route.dimension);
      if (const auto chart = series.placements.back().chart; chart != kNotExplained) {
        auto& meta = out_.charts[chart].meta;
        if (meta.context.empty()) meta = autogen_meta(source, route.family, program_->context_namespace());
      }
      return;
    case AutogenVerdict::disabled:
      refusal.decision = Decision::autogen_disabled;
      refusal.why = "autogen is off";
      break;
    case AutogenVerdict::unsupported_source:
      refusal.decision = Decision::autogen_unsupported;
      refusal.why = fmt::format("autogen cannot chart a part of a metric ({}) without the label that names the part",
                                metrix::role_name(source.role));
      break;
    case AutogenVerdict::rule_rejected: {
      const auto& rule = program_->autogen().rules[route.rule];
      refusal.decision = Decision::autogen_rejected;
      refusal.why = fmt::format("autogen rule {} (scope `{}`) refuses it: {}", route.rule, rule.scope_text(),
                                filtered_why(rule.selector(), route.family, source.labels));
      break;
    }
    case AutogenVerdict::id_too_long: {
      const auto bytes = (blank(type_id_) ? 0 : type_id_.size() + 1) + route.chart_id.size();
      const auto max = program_->autogen().max_type_id_bytes;
      refusal.decision = bytes > max ? Decision::autogen_over_budget : Decision::id_too_long;
      refusal.why = bytes > max ? fmt::format("autogen's id takes {} bytes, more than max_type_id_len {}", bytes, max)
                                : fmt::format("autogen's id takes more than {} bytes", netdataapi::kTypeIdBytesMax);
      break;
    }
  }
  series.refusals.push_back(std::move(refusal));
}

/// The verdict over a series, and what nearly took it when nothing did.
void Explainer::conclude(ExplainedSeries& series, const RoutedSeries& source) {
  const auto shown = [](const ExplainedPlacement& each) { return each.decision == Decision::shown; };
  if (std::ranges::any_of(series.placements, shown)) return;
  if (!series.placements.empty()) {
    series.decision = series.placements.front().decision;
    series.why = series.placements.front().why;
    return;
  }
  // A dimension that selects the series and cannot have it says more than autogen, which comes last.
  const auto by_template = [](const ExplainedRefusal& each) { return each.rule != kNotExplained; };
  const auto refused = std::find_if(series.refusals.rbegin(), series.refusals.rend(), by_template);
  if (refused != series.refusals.rend()) {
    series.decision = refused->decision;
    series.why = refused->why;
    return;
  }
  find_nearest(series, source);
  const auto& last = series.refusals.back();
  if (last.decision != Decision::autogen_disabled) {
    series.decision = last.decision;
    series.why = last.why;
  } else if (series.decision == Decision::selector_rejected) {
    series.why = "no selector of its name takes its labels, and autogen is off";
  } else {
    series.decision = Decision::name_unmatched;
    series.why = "no dimension selects its name, and autogen is off";
  }
}

void Explainer::find_nearest(ExplainedSeries& series, const RoutedSeries& source) {
  std::size_t fewest = ~std::size_t{0};
  std::size_t looked_at = 0;
  std::vector<matcher::RefusedTerm> best;
  for (const auto& route : router_->templates(source, true)) {
    if (route.verdict != TemplateVerdict::selector_rejected) continue;
    if (++looked_at > kCandidatesMax) break;
    const auto rule = rule_of(route.candidate);
    auto refused = rules_[rule]->selector.refused_by(source.name, source.labels);
    const bool other_name = std::ranges::any_of(refused, [](const auto& term) { return term.key == "__name__"; });
    if (other_name || refused.size() >= fewest) continue;
    fewest = refused.size();
    best = std::move(refused);
    series.nearest = ExplainedNearest{.rule = rule};
  }
  if (!series.nearest) return find_nearest_name(series);
  series.decision = Decision::selector_rejected;
  series.nearest->why = describe_refusal(best);
}

void Explainer::find_nearest_name(ExplainedSeries& series) {
  auto known = near_names_.find(series.name);
  if (known == near_names_.end()) {
    std::vector<std::string_view> near;
    const auto far = std::max<std::size_t>(1, series.name.size() / 3);
    for (const auto name : rule_names_) {
      const auto longer = std::max(name.size(), series.name.size());
      if (longer - std::min(name.size(), series.name.size()) > far) continue;
      const std::uint64_t cells = name.size() * series.name.size();
      if (cells > search_budget_) break;
      search_budget_ -= cells;
      near.push_back(name);
    }
    const auto name = nearest(series.name, near);
    known = near_names_.emplace(series.name, name.empty() ? kNotExplained : rule_by_name_.at(name)).first;
  }
  if (known->second == kNotExplained) return;
  const auto rule = known->second;
  series.nearest = ExplainedNearest{.rule = rule, .why = "its name is nearly the same"};
}

}  // namespace cppd::chartengine
