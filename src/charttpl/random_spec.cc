// SPDX-License-Identifier: GPL-3.0-or-later
#include "random_spec.h"

#include <cppd/base/text.h>
#include <cppd/charttpl/decode.h>

#include <fmt/format.h>

#include <limits>
#include <optional>

namespace cppd::charttpl {

const std::vector<std::string>& awkward_texts() {
  static const std::vector<std::string> texts = {"plain",
                                                 "",
                                                 " ",
                                                 "  two in front",
                                                 "behind  ",
                                                 "it's",
                                                 "\"quoted\"",
                                                 "a: b",
                                                 "a:",
                                                 ":",
                                                 "a #b",
                                                 "#a",
                                                 "- a",
                                                 "-",
                                                 "? a",
                                                 "[a]",
                                                 "]",
                                                 "{a: b}",
                                                 "}",
                                                 "&anchor",
                                                 "*alias",
                                                 "!tag",
                                                 "!!str x",
                                                 "%x",
                                                 "@x",
                                                 "`x`",
                                                 "|",
                                                 ">",
                                                 "a\nb",
                                                 "a\n",
                                                 "\na",
                                                 "a\r\nb",
                                                 "\t",
                                                 "a\tb",
                                                 "\\",
                                                 "a\\nb",
                                                 "~",
                                                 "null",
                                                 "Null",
                                                 "yes",
                                                 "No",
                                                 "on",
                                                 "y",
                                                 "N",
                                                 "true",
                                                 "1",
                                                 "-0",
                                                 "1e3",
                                                 "0x1F",
                                                 "0o17",
                                                 "017",
                                                 "0b1",
                                                 "1_000",
                                                 ".5",
                                                 ".inf",
                                                 ".NaN",
                                                 "1:30",
                                                 "2001-01-01",
                                                 "<<",
                                                 "=",
                                                 "---",
                                                 "...",
                                                 "--- a",
                                                 "\xC3\xA9t\xC3\xA9",
                                                 "\xE6\x97\xA5\xE6\x9C\xAC",
                                                 "\xF0\x9F\x98\x80",
                                                 "\xC2\xA0",
                                                 "\xE2\x80\xA8",
                                                 "\xEF\xBB\xBF",
                                                 "\xC2\x85",
                                                 "\x01",
                                                 "\x7F",
                                                 "\xFF\xFE",
                                                 "a,b",
                                                 ", ",
                                                 "{{x}}",
                                                 "%d",
                                                 std::string{"a\0b", 3}};
  return texts;
}

std::string RandomSpecs::one_of(const std::vector<std::string_view>& words) {
  return std::string{words[below(words.size())]};
}

std::string RandomSpecs::text() {
  if (chance()) return awkward_texts()[below(awkward_texts().size())];
  std::string out;
  for (auto bytes = below(12); bytes > 0; --bytes) out += static_cast<char>(below(256));
  return out;
}

std::string RandomSpecs::required() {
  auto out = text();
  return blank(out) ? "x" : out;
}

/// Keys of labels: one of each trimmed text, none with a meaning of its own.
std::vector<std::string> RandomSpecs::keys() {
  std::vector<std::string> out;
  for (auto count = below(4); count > 0; --count) out.push_back(fmt::format("k{}{}", count, required()));
  return out;
}

std::int64_t RandomSpecs::count() {
  const std::int64_t counts[] = {0, 0, 1, 70, std::numeric_limits<std::int64_t>::max()};
  return counts[below(std::size(counts))];
}

std::int64_t RandomSpecs::integer() {
  return chance() ? count() : chance() ? -count() : std::numeric_limits<std::int64_t>::min();
}

SelectorSpec RandomSpecs::selector_list() {
  SelectorSpec out;
  for (auto more = below(3); more > 0; --more) out.allow.push_back(required());
  for (auto more = below(3); more > 0; --more) out.deny.push_back(required());
  return out;
}

EngineSpec RandomSpecs::engine() {
  EngineSpec out;
  if (chance()) out.selector = selector_list();
  if (chance()) {
    AutogenSpec autogen{.enabled = chance()};
    for (auto more = below(3); more > 0; --more) {
      AutogenRuleSpec rule{.scope = one_of({"a* !b", "*", "m"}), .selector = {.allow = {"m{a=\"x: y\"}"}, .deny = {}}};
      if (chance()) rule.selector = {.allow = {}, .deny = {"'*", "x_*"}};
      autogen.rules.push_back(std::move(rule));
    }
    autogen.max_type_id_len = chance() ? 0 : 4 + static_cast<std::int64_t>(below(2000));
    autogen.expire_after_success_cycles = chance() ? below(9) : std::numeric_limits<std::uint64_t>::max();
    out.autogen = std::move(autogen);
  }
  return out;
}

InstancesSpec RandomSpecs::instances() {
  InstancesSpec out;
  if (chance()) out.by_labels = std::vector<std::string>{one_of({"*", "id", " id ", "yes"}), "!shard"};
  if (!out.by_labels) out.optional_by_labels = std::vector<std::string>{"o", "p" + text()};
  return out;
}

ChartDefaultsSpec RandomSpecs::defaults() {
  ChartDefaultsSpec out;
  if (chance()) out.label_promotion = keys();
  if (chance()) out.instances = instances();
  return out;
}

LifecycleSpec RandomSpecs::lifecycle() {
  LifecycleSpec out{.max_instances = count(), .expire_after_cycles = count(), .dimensions = {}};
  if (chance()) out.dimensions = DimensionLifecycleSpec{.max_dims = count(), .expire_after_cycles = count()};
  return out;
}

DimensionSpec RandomSpecs::dimension(std::size_t index, const std::vector<std::string>& scope) {
  DimensionSpec out{.selector = scope[below(scope.size())], .name = {}, .name_from_label = {}, .options = {}};
  if (chance()) out.selector += "{a=\"" + text() + "\"}";
  const auto naming = below(3);
  if (naming == 0) out.name = fmt::format("{} {}", index, text());
  if (naming == 1) out.name_from_label = required();
  if (chance()) {
    out.options =
        DimensionOptionsSpec{.multiplier = integer(), .divisor = integer(), .hidden = chance(), .is_float = chance()};
  }
  return out;
}

ChartSpec RandomSpecs::chart(const std::vector<std::string>& scope) {
  ChartSpec out;
  out.id = text();
  out.title = required();
  out.family = text();
  out.context = required();
  out.units = required();
  out.algorithm = one_of({"", "absolute", "incremental"});
  out.aggregation = one_of({"", "sum", "min", "max", "avg"});
  out.type = one_of({"line", "area", "stacked", "heatmap"});
  out.priority = integer();
  if (chance()) out.label_promotion = keys();
  if (chance()) out.instances = instances();
  if (chance()) out.lifecycle = lifecycle();
  for (std::size_t i = 0, count = 1 + below(3); i < count; ++i) out.dimensions.push_back(dimension(i, scope));
  for (std::size_t i = 0, count = below(3); i < count; ++i) {
    out.variables.push_back({.selector = scope[below(scope.size())],
                             .name = fmt::format("{}{}", one_of({"yes", " \xC3\xA9", "a:b", "#", "%"}), i)});
  }
  return out;
}

GroupSpec RandomSpecs::group(std::size_t depth, std::vector<std::string> scope) {
  GroupSpec out;
  out.family = required();
  out.context_namespace = text();
  for (std::size_t i = 0, count = (scope.empty() ? 1 : 0) + below(3); i < count; ++i) {
    auto metric = fmt::format("m{}_{}_{}", depth, i, text());
    std::erase(metric, '{');
    out.metrics.push_back(metric);
    scope.push_back(std::move(metric));
  }
  if (chance()) out.chart_defaults = defaults();
  for (auto more = below(3); more > 0; --more) out.charts.push_back(chart(scope));
  for (auto more = depth < 3 ? below(3) : 0; more > 0; --more) out.groups.push_back(group(depth + 1, scope));
  return out;
}

Spec RandomSpecs::next() {
  Spec out{.version = "v1", .context_namespace = text(), .engine = {}, .groups = {}};
  if (chance()) out.engine = engine();
  for (auto more = 1 + below(2); more > 0; --more) out.groups.push_back(group(0, {}));
  apply_defaults(out);
  return out;
}

}  // namespace cppd::charttpl
