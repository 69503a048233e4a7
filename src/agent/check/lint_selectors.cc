// SPDX-License-Identifier: GPL-3.0-or-later
// Rules about selectors, and about the names of what they bring.
#include <cppd/base/text.h>
#include <cppd/netdataapi/sanitize.h>

#include "lint_model.h"

#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>

#include <algorithm>

namespace cppd::agent {
namespace {

using matcher::Lookup;
using matcher::Selector;
using matcher::SelectorFacts;

/// The entries of a list that say something, with their places in it.
struct ListedFacts {
  std::size_t index;
  SelectorFacts facts;
};
std::vector<ListedFacts> read_list(const std::vector<std::string>& entries) {
  std::vector<ListedFacts> out;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (Selector::selects_everything(entries[i]) || !Selector::parse(entries[i])) continue;
    if (auto facts = SelectorFacts::read(entries[i])) out.push_back({i, std::move(*facts)});
  }
  return out;
}

void find_in_list(const std::vector<std::string>& entries, const charttpl::Marks& marks, const std::string& field,
                  Findings& findings) {
  for (const auto& [index, facts] : read_list(entries)) {
    const auto reason = facts.why_nothing_matches(Lookup::all_series);
    if (!reason) continue;
    findings.add("never-matches", fmt::format("{}[{}]", field, index), marks.at(index),
                 fmt::format("no series can match: {}", *reason));
  }
}

void find_in_lists(const charttpl::SelectorSpec& lists, const std::string& field, Findings& findings) {
  find_in_list(lists.allow, lists.allow_marks, field + ".allow", findings);
  find_in_list(lists.deny, lists.deny_marks, field + ".deny", findings);
}

/// What the template lets in at all.
struct EntryLists {
  std::vector<ListedFacts> allow, deny;

  explicit EntryLists(const std::optional<charttpl::EngineSpec>& engine) {
    if (!engine || !engine->selector) return;
    allow = read_list(engine->selector->allow);
    deny = read_list(engine->selector->deny);
  }

  [[nodiscard]] std::optional<std::string> why_not(const SelectorFacts& facts) const {
    const auto denied = std::ranges::find_if(deny, [&](const auto& entry) { return facts.implies(entry.facts); });
    if (denied != deny.end()) return fmt::format("engine.selector.deny[{}] takes all of it", denied->index);
    const bool shut_out = std::ranges::all_of(allow, [&](const auto& entry) { return facts.excludes(entry.facts); });
    if (!allow.empty() && shut_out) return "engine.selector.allow lets none of it in";
    return std::nullopt;
  }
};

std::optional<std::string> why_never(const LintChart& chart, const LintSelector& selector, const EntryLists& entry) {
  if (auto reason = selector.facts->why_nothing_matches(Lookup::by_name)) return reason;
  for (const auto& key : chart.instances.required) {
    if (selector.facts->values_apart(key, *selector.facts, key)) {
      return fmt::format("the charts are by label {}, of which it refuses every value", key);
    }
  }
  return entry.why_not(*selector.facts);
}

/// Labels that the structure of a metric gives: they are there whenever there is a series.
bool is_structural(const LintSelector& selector, std::string_view label) {
  return label == "measure_field" || (label == "le" && selector.of_buckets()) ||
         (label == "quantile" && selector.constrains("quantile")) ||
         std::ranges::find(selector.names, label) != selector.names.end();
}

void find_nameless(const LintChart& chart, const LintSelector& selector, Findings& findings) {
  const auto& dimension = *selector.dimension;
  const auto name = trim(dimension.name);
  if (!name.empty() && netdataapi::clean_id(name).empty()) {
    findings.add("empty-name", selector.field + ".name", dimension.name_mark,
                 fmt::format("nothing is left of the name \"{}\" on the wire, so the dimension is never sent", name));
  }
  const auto label = trim(dimension.name_from_label);
  if (label.empty() || !selector.facts || is_structural(selector, label)) return;
  const auto& required = chart.instances.required;
  if (std::ranges::find(required, label) != required.end() || selector.facts->requires_text(label)) return;
  findings.add("empty-name", selector.field + ".name_from_label", dimension.name_mark,
               fmt::format("a series whose label {0} is missing or empty has no name here and is not shown; if all "
                           "have it, say so in the selector: {0}=~\".+\"",
                           label));
}

/// The label that names a dimension, and all its values when they are listed.
struct Naming {
  const LintSelector* selector;
  std::string_view label;
  std::optional<std::vector<std::string_view>> values;
};

std::vector<Naming> namings_of(std::span<const LintSelector> dimensions) {
  std::vector<Naming> out;
  for (const auto& dimension : dimensions) {
    const auto label = dimension.name_label();
    out.push_back({&dimension, label, std::nullopt});
    if (dimension.facts && !label.empty()) out.back().values = dimension.facts->values(label);
  }
  return out;
}

bool disjoint(const std::vector<std::string_view>& left, const std::vector<std::string_view>& right) {
  return std::ranges::find_first_of(left, right) == left.end();
}

/// Can one series come to one dimension through both?
bool meet(const Naming& one, const Naming& another) {
  const auto& left = *one.selector;
  const auto& right = *another.selector;
  const auto a = one.label;
  const auto b = another.label;
  if (!left.facts || !right.facts || (a.empty() && b.empty())) return false;
  if (a == b && one.values && another.values && disjoint(*one.values, *another.values)) return false;
  const auto fixed = [](const LintSelector& selector, std::string_view label, const LintSelector& other) {
    const auto values = selector.facts->values(label);
    return values && values->size() == 1 && values->front() == trim(other.dimension->name);
  };
  bool one_dimension = !a.empty() && a == b;
  // A name of its own, and a label that has just this value wherever both take the series.
  if (!one_dimension && b.empty() && !a.empty()) one_dimension = fixed(right, a, right) || fixed(left, a, right);
  if (!one_dimension && a.empty() && !b.empty()) one_dimension = fixed(left, b, left) || fixed(right, b, left);
  return one_dimension && !left.facts->excludes(*right.facts);
}

}  // namespace

void find_never_matches(const LintModel& model, Findings& findings) {
  if (const auto& engine = model.spec.engine) {
    if (engine->selector) find_in_lists(*engine->selector, "engine.selector", findings);
    const auto rules = engine->autogen ? engine->autogen->rules : std::vector<charttpl::AutogenRuleSpec>{};
    for (std::size_t i = 0; i < rules.size(); ++i) {
      find_in_lists(rules[i].selector, fmt::format("engine.autogen.rules[{}].selector", i), findings);
    }
  }
  const EntryLists entry{model.spec.engine};
  for (const auto& chart : model.charts) {
    for (const auto& selector : chart.selectors) {
      if (!selector.facts) continue;
      const auto reason = why_never(chart, selector, entry);
      if (!reason) continue;
      findings.add("never-matches", selector.field + ".selector", selector.mark,
                   fmt::format("no series can match: {}", *reason));
    }
  }
}

void find_unused_metric(const LintModel& model, Findings& findings) {
  for (const auto& group : model.groups) {
    boost::unordered_flat_set<std::string_view> used;
    std::vector<const SelectorFacts*> patterns;
    for (auto chart = group.first_chart; chart < group.last_chart; ++chart) {
      for (const auto& selector : model.charts[chart].selectors) {
        used.insert(selector.literal_name());
        used.insert(selector.names.begin(), selector.names.end());
        if (selector.names.empty() && selector.facts) patterns.push_back(&*selector.facts);
      }
    }
    const auto& metrics = group.spec->metrics;
    for (std::size_t i = 0; i < metrics.size(); ++i) {
      const auto name = trim(metrics[i]);
      const auto takes = [&](const SelectorFacts* facts) { return facts->takes_name(name); };
      if (used.contains(name) || std::ranges::any_of(patterns, takes)) continue;
      findings.add(
          "unused-metric", fmt::format("{}.metrics[{}]", group.field, i), group.spec->metric_marks.at(i),
          fmt::format("no selector uses {}, so it is on no chart here; chart it, or take it from the list", name));
    }
  }
}

void find_empty_name(const LintModel& model, Findings& findings) {
  for (const auto& chart : model.charts) {
    if (chart.instances.is_static() && !chart.base_id.empty() && netdataapi::clean_id(chart.base_id).empty()) {
      findings.add(
          "empty-name", chart.field + ".id", chart.spec->id_mark,
          fmt::format("nothing is left of the id \"{}\" on the wire, so the chart is never sent", chart.base_id));
    }
    for (const auto& selector : chart.dimensions()) find_nameless(chart, selector, findings);
  }
}

void find_counted_twice(const LintModel& model, Findings& findings) {
  for (const auto& chart : model.charts) {
    const auto dimensions = namings_of(chart.dimensions());
    for (std::size_t i = 1; i < dimensions.size(); ++i) {
      const auto before = std::span{dimensions}.first(i);
      const auto other = std::ranges::find_if(before, [&](const auto& each) { return meet(each, dimensions[i]); });
      if (other == before.end()) continue;
      findings.add(
          "counted-twice", dimensions[i].selector->field + ".selector", dimensions[i].selector->mark,
          fmt::format("a series can come to one dimension through this selector and the one at line {}, and is "
                      "counted twice; let them exclude each other",
                      other->selector->mark.line));
    }
  }
}

}  // namespace cppd::agent
