// SPDX-License-Identifier: GPL-3.0-or-later
// From a series to charts that a template asks for. Source: charts contract 1.4, 4.3, 4.6, 4.7.
#include "oracle.h"

#include <algorithm>
#include <cstdlib>
#include <limits>

namespace cppd::property {
namespace {

using metrix::Role;

constexpr std::size_t kBytesMax = 1200;

bool has(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string out;
  for (const auto& part : parts) {
    if (trimmed(part).empty()) continue;
    if (!out.empty()) out += between;
    out += trimmed(part);
  }
  return out;
}

/// The label of a part of a structured metric that tells it from the others.
std::string structure_key(const Sample& sample) {
  switch (sample.role) {
    case Role::histogram_bucket: return "le";
    case Role::summary_quantile: return "quantile";
    case Role::stateset_state: return sample.name;
    default: return {};
  }
}

}  // namespace

const std::string* Sample::label(std::string_view key) const {
  for (const auto& [name, text] : labels) {
    if (name == key) return &text;
  }
  return nullptr;
}

Oracle::Oracle(const charttpl::Spec& spec, Job job)
    : job_{std::move(job)}, namespace_{trimmed(spec.context_namespace)} {
  if (spec.engine && spec.engine->selector) {
    selector_ = *matcher::SelectorList::parse(spec.engine->selector->allow, spec.engine->selector->deny);
  }
  if (spec.engine && spec.engine->autogen) {
    autogen_ = spec.engine->autogen->enabled;
    rules_ = *charttpl::compile_rules(spec);
    if (spec.engine->autogen->max_type_id_len > 0)
      autogen_bytes_ = static_cast<std::size_t>(spec.engine->autogen->max_type_id_len);
    autogen_life_ = {0, spec.engine->autogen->expire_after_success_cycles, 0,
                     spec.engine->autogen->expire_after_success_cycles};
  }
  for (std::size_t i = 0; i < spec.groups.size(); ++i) {
    add_group(spec.groups[i], std::to_string(i), {}, {spec.context_namespace});
  }
}

void Oracle::add_group(const charttpl::GroupSpec& group, std::string path, std::vector<std::string> families,
                       std::vector<std::string> contexts) {
  families.push_back(group.family);
  contexts.push_back(group.context_namespace);
  for (std::size_t i = 0; i < group.charts.size(); ++i) {
    const auto& from = group.charts[i];
    Template made;
    made.id = "g" + path + ".c" + std::to_string(i);
    auto own_families = families;
    own_families.push_back(from.family);
    auto own_contexts = contexts;
    own_contexts.push_back(from.context);
    made.meta = {trimmed(from.title),
                 trimmed(from.units),
                 joined(own_families, "/"),
                 joined(own_contexts, "."),
                 from.type.empty() ? "line" : from.type,
                 from.priority > 0 ? from.priority : 70000};
    made.base = trimmed(from.id);
    if (made.base.empty()) {
      made.base = made.meta.context;
      std::replace(made.base.begin(), made.base.end(), '.', '_');
    }
    made.algorithm = from.algorithm;
    made.reducer = from.aggregation.empty() ? "sum" : from.aggregation;
    if (from.instances) {
      for (const auto& word : from.instances->by_labels.value_or(std::vector<std::string>{})) {
        const auto token = trimmed(word);
        if (token == "*")
          made.every_label = true;
        else if (token.front() == '!')
          made.excluded.push_back(trimmed(token.substr(1)));
        else
          made.required.push_back(token);
      }
      for (const auto& word : from.instances->optional_by_labels.value_or(std::vector<std::string>{}))
        made.optional.push_back(trimmed(word));
      std::erase_if(made.required, [&](const auto& key) { return has(made.excluded, key); });
    }
    made.promote_all = !from.label_promotion.has_value();
    for (const auto& key : from.label_promotion.value_or(std::vector<std::string>{}))
      made.promoted.insert(trimmed(key));
    if (from.lifecycle) {
      const auto& life = *from.lifecycle;
      made.life.max_charts = static_cast<std::uint64_t>(life.max_instances);
      if (life.expire_after_cycles > 0) made.life.expire = static_cast<std::uint64_t>(life.expire_after_cycles);
      if (life.dimensions) {
        made.life.max_dimensions = static_cast<std::uint64_t>(life.dimensions->max_dims);
        made.life.expire_dimensions = static_cast<std::uint64_t>(life.dimensions->expire_after_cycles);
      }
    }
    for (const auto& rule : from.dimensions) {
      made.rules.push_back({*matcher::Selector::parse(rule.selector), trimmed(rule.name), trimmed(rule.name_from_label),
                            rule.options.value_or(charttpl::DimensionOptionsSpec{})});
      for (const auto& key : made.rules.back().selector.constrained_keys()) made.not_promoted.insert(key);
      if (!made.rules.back().name_from.empty()) made.not_promoted.insert(made.rules.back().name_from);
    }
    templates_.push_back(std::move(made));
  }
  for (std::size_t i = 0; i < group.groups.size(); ++i) {
    add_group(group.groups[i], path + "." + std::to_string(i), families, contexts);
  }
}

std::optional<Route> Oracle::route_by(std::size_t chart, std::size_t index, const Sample& sample,
                                      LossReason& loss) const {
  const auto& from = templates_[chart];
  const auto& rule = from.rules[index];
  Route route{.owner = from.id, .chart_template = static_cast<int>(chart), .rule = static_cast<int>(index)};

  // The chart: P24 to P26.
  std::vector<std::string> parts;
  for (const auto& key : from.required) {
    const auto* value = sample.label(key);
    if (value == nullptr) {
      loss = LossReason::route_missing_label;
      return std::nullopt;
    }
    parts.push_back(*value);
    route.identity.push_back(key);
  }
  for (const auto& key : from.optional) {
    const auto* value = sample.label(key);
    if (value == nullptr || trimmed(*value).empty()) continue;
    parts.push_back(key);
    parts.push_back(*value);
    route.identity.push_back(key);
  }
  if (from.every_label) {
    for (const auto& [key, value] : sample.labels) {
      if (has(from.excluded, key) || has(from.required, key) || has(from.optional, key)) continue;
      parts.push_back(value);
      route.identity.push_back(key);
    }
  }
  route.chart = from.base;
  std::string suffix;
  bool says_something = false;
  for (const auto& part : parts) {
    const auto clean = id_part(part);
    says_something = says_something || !trimmed(clean).empty();
    suffix += "_" + (trimmed(clean).empty() ? "empty" : clean);
  }
  if (says_something) route.chart += suffix;
  if (trimmed(route.chart).empty()) {
    loss = LossReason::route_missing_label;
    return std::nullopt;
  }

  // The dimension: P29. A nameless one costs its route alone (diff D3).
  auto key = rule.name_from;
  if (rule.name.empty() && rule.name_from.empty()) {
    key = structure_key(sample);
    route.name_key = key;
  }
  if (!rule.name.empty()) {
    route.dimension = rule.name;
    route.is_static = true;
  } else {
    const auto* value = key.empty() ? nullptr : sample.label(key);
    if (value == nullptr || trimmed(*value).empty()) {
      loss = LossReason::route_nameless_dimension;
      return std::nullopt;
    }
    route.dimension = *value;
    if (key == "le" && sample.role == Role::histogram_bucket)
      route.bound = *value == "+Inf" ? std::numeric_limits<double>::infinity() : std::strtod(value->c_str(), nullptr);
  }
  if (wire_id(job_.type_id).size() + 1 + wire_id(route.chart).size() > kBytesMax) {
    loss = LossReason::chart_id_too_long;
    return std::nullopt;
  }
  route.heat = sample.role == Role::histogram_bucket;
  route.meta = from.meta;
  route.reducer = from.reducer;
  const bool counter = sample.kind == metrix::Kind::counter;
  route.shape = {!from.algorithm.empty() ? from.algorithm
                 : counter               ? "incremental"
                                         : "absolute",
                 rule.options.multiplier == 0 ? 1 : rule.options.multiplier,
                 rule.options.divisor == 0 ? 1 : rule.options.divisor, rule.options.hidden,
                 rule.options.is_float || sample.is_float || from.reducer == "avg"};
  return route;
}

std::vector<Route> Oracle::routes(const Sample& sample, std::vector<LossReason>& losses,
                                  std::vector<std::string>& features) const {
  std::vector<Label> labels;
  for (const auto& [key, value] : sample.labels) labels.push_back({key, value});
  if (!selector_.matches(sample.name, labels)) {
    losses.push_back(LossReason::series_filtered);
    return {};
  }
  std::vector<Route> out;
  std::vector<LossReason> refused;
  for (std::size_t chart = 0; chart < templates_.size(); ++chart) {
    for (std::size_t rule = 0; rule < templates_[chart].rules.size(); ++rule) {
      if (!templates_[chart].rules[rule].selector.matches(sample.name, labels)) continue;
      auto loss = LossReason::series_unmatched;
      if (auto route = route_by(chart, rule, sample, loss))
        out.push_back(std::move(*route));
      else
        refused.push_back(loss);
    }
  }
  std::sort(out.begin(), out.end(), [](const Route& a, const Route& b) {
    return std::tie(a.chart, a.owner, a.rule, a.dimension) < std::tie(b.chart, b.owner, b.rule, b.dimension);
  });
  if (out.size() > 1) features.emplace_back("one series on several dimensions");
  if (!out.empty()) return out;
  auto loss = LossReason::series_unmatched;
  if (auto route = autogen(sample, loss)) {
    features.emplace_back("autogen");
    return {*route};
  }
  if (!refused.empty())
    losses = refused;  // of several reasons, any one
  else
    losses.push_back(loss);
  return {};
}

}  // namespace cppd::property
