// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/chartengine/autogen.h>
#include <cppd/chartengine/routing.h>
#include <cppd/netdataapi/sanitize.h>

#include <algorithm>

namespace cppd::chartengine {
namespace {

const Label* find(Labels labels, std::string_view key) {
  for (const auto& label : labels) {
    if (label.key == key) return &label;
  }
  return nullptr;
}

bool listed(const std::vector<std::string>& list, std::string_view key) {
  return std::ranges::find(list, key) != list.end();
}

/// Parts of an id behind the base id: P25, P26.
class IdSuffix {
 public:
  explicit IdSuffix(std::string& id) : id_{id}, base_bytes_{id.size()} {}
  void add(std::string_view value) {
    id_ += '_';
    const auto part = id_.size();
    append_id_part(id_, value);
    if (blank(std::string_view{id_}.substr(part))) {
      id_.resize(part);
      id_ += "empty";
      return;
    }
    any_ = true;
  }
  /// Without any part that says something there is no suffix.
  void finish() {
    if (!any_) id_.resize(base_bytes_);
  }

 private:
  std::string& id_;
  std::size_t base_bytes_;
  bool any_ = false;
};

/// Adds what tells the instance apart (P24). The first key that is missing, or nothing.
std::optional<std::string_view> append_instance(const InstancePolicy& policy, Labels labels, std::string& id) {
  if (policy.is_static()) return std::nullopt;
  IdSuffix suffix{id};
  for (const auto& key : policy.required) {
    const auto* label = find(labels, key);
    if (label == nullptr) return std::string_view{key};
    suffix.add(label->value);
  }
  for (const auto& key : policy.optional) {
    const auto* label = find(labels, key);
    if (label == nullptr || blank(label->value)) continue;
    suffix.add(key);
    suffix.add(label->value);
  }
  if (policy.include_all) {
    for (const auto& label : labels) {
      if (listed(policy.excluded, label.key) || listed(policy.required, label.key)) continue;
      if (listed(policy.optional, label.key)) continue;
      suffix.add(label.value);
    }
  }
  suffix.finish();
  return std::nullopt;
}

std::optional<std::string_view> dimension_text(const DimensionRule& rule, const RoutedSeries& series) {
  std::string_view key = rule.name;
  if (rule.name_from == DimensionRule::NameFrom::text) return rule.name;
  if (rule.name_from == DimensionRule::NameFrom::inferred) {
    switch (series.role) {
      case metrix::Role::histogram_bucket: key = "le"; break;
      case metrix::Role::summary_quantile: key = "quantile"; break;
      case metrix::Role::stateset_state: key = series.name; break;
      default: return std::nullopt;
    }
  }
  const auto* label = find(series.labels, key);
  if (label == nullptr || blank(label->value)) return std::nullopt;
  return label->value;
}

}  // namespace

Router::Router(std::shared_ptr<const Program> program, std::string_view type_id)
    : program_{std::move(program)},
      type_id_bytes_{netdataapi::id_bytes(type_id)},
      autogen_prefix_bytes_{blank(type_id) ? 0 : type_id.size() + 1} {}

bool Router::selected(const RoutedSeries& series) const {
  return program_->selector().matches(series.name, series.labels);
}

std::span<const TemplateRoute> Router::templates(const RoutedSeries& series, bool rejected_too) {
  count_ = 0;
  for (const auto& candidate : program_->candidates(series.name)) try_candidate(candidate, series, rejected_too);
  for (const auto& candidate : program_->wildcards()) try_candidate(candidate, series, rejected_too);
  return std::span{routes_}.first(count_);
}

void Router::try_candidate(const Candidate& candidate, const RoutedSeries& series, bool rejected_too) {
  const auto& chart = program_->charts()[candidate.chart];
  const auto& rule = chart.dimensions[candidate.dimension];
  const bool matches = rule.selector.matches(series.name, series.labels);
  if (!matches && !rejected_too) return;
  if (routes_.size() == count_) routes_.emplace_back();
  auto& route = routes_[count_++];
  route.candidate = candidate;
  route.dimension = route.missing_label = {};
  route.chart_id.clear();
  if (!matches) {
    route.verdict = TemplateVerdict::selector_rejected;
    return;
  }
  route.chart_id = chart.base_id;
  if (const auto missing = append_instance(chart.instances, series.labels, route.chart_id)) {
    route.verdict = TemplateVerdict::missing_label;
    route.missing_label = *missing;
    route.chart_id.clear();
  } else if (const auto name = dimension_text(rule, series); !name) {
    route.verdict = TemplateVerdict::nameless;
  } else if (netdataapi::id_bytes(route.chart_id) == 0) {
    route.verdict = TemplateVerdict::blank_id;
  } else {
    route.dimension = *name;
    route.verdict = fits(route.chart_id) ? TemplateVerdict::accepted : TemplateVerdict::id_too_long;
  }
}

const AutogenRoute& Router::autogen(const RoutedSeries& series) {
  autogen_.verdict = AutogenVerdict::disabled;
  autogen_.family = {};
  autogen_.chart_id.clear();
  autogen_.dimension.clear();
  const auto& policy = program_->autogen();
  if (!policy.enabled) return autogen_;
  autogen_.verdict = AutogenVerdict::unsupported_source;
  const auto family = autogen_family(series);
  if (!family) return autogen_;
  autogen_.family = *family;
  for (std::size_t i = 0; i < policy.rules.size(); ++i) {
    const auto& rule = policy.rules[i];
    if (!rule.applies_to(*family) || rule.accepts(*family, series.labels)) continue;
    autogen_.rule = i;
    autogen_.verdict = AutogenVerdict::rule_rejected;
    return autogen_;
  }
  if (!autogen_chart(series, *family, autogen_)) return autogen_;
  const bool in_budget = autogen_prefix_bytes_ + autogen_.chart_id.size() <= policy.max_type_id_bytes;
  autogen_.verdict = in_budget && fits(autogen_.chart_id) ? AutogenVerdict::accepted : AutogenVerdict::id_too_long;
  return autogen_;
}

bool Router::fits(std::string_view chart_id) const {
  return type_id_bytes_ + 1 + netdataapi::id_bytes(chart_id) <= netdataapi::kTypeIdBytesMax;
}

}  // namespace cppd::chartengine
