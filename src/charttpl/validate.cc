// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/charttpl/validate.h>

#include <cppd/base/text.h>
#include <cppd/charttpl/rule.h>

#include "validate_instances.h"

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <initializer_list>

namespace cppd::charttpl {
namespace {

constexpr std::int64_t kTypeIdBytesMin = 4;

/// Does the receiver take the name of a variable as it is written? It stands between single quotes, where a backslash
/// hides the character behind it, and no alert can name what has white space in it.
bool sendable(std::string_view name) {
  const auto unfit = [](unsigned char byte) { return byte < 0x20 || byte == 0x7F || byte == '\'' || byte == '\\'; };
  return std::ranges::none_of(name, unfit) && words(name).size() == 1;
}

class Validator {
 public:
  std::vector<Error> run(const Spec& spec) {
    if (spec.version != "v1") fail("version", "expected \"v1\"");
    if (spec.groups.empty()) fail("groups", "groups[] is required");
    if (spec.engine) engine(*spec.engine);
    for (std::size_t i = 0; i < spec.groups.size(); ++i) group(spec.groups[i], fmt::format("groups[{}]", i));
    return std::move(errors_);
  }

 private:
  void fail(std::string path, std::string reason) { add_error(errors_, std::move(path), std::move(reason)); }

  void not_blank(std::string_view text, const std::string& path) {
    if (blank(text)) fail(path, "must not be empty");
  }
  void not_blank(const std::vector<std::string>& list, const std::string& path) {
    for (std::size_t i = 0; i < list.size(); ++i) not_blank(list[i], fmt::format("{}[{}]", path, i));
  }
  void not_negative(std::int64_t value, const std::string& path) {
    if (value < 0) fail(path, "must be >= 0");
  }
  void one_of(std::string_view text, std::initializer_list<std::string_view> words, const std::string& path) {
    if (text.empty() || std::find(words.begin(), words.end(), text) != words.end()) return;
    fail(path, fmt::format("must be one of [{}]", fmt::join(words, " ")));
  }

  void engine(const EngineSpec& engine) {
    if (engine.selector) {
      not_blank(engine.selector->allow, "engine.selector.allow");
      not_blank(engine.selector->deny, "engine.selector.deny");
    }
    if (!engine.autogen) return;
    const auto& autogen = *engine.autogen;
    for (std::size_t i = 0; i < autogen.rules.size(); ++i) {
      auto rule = AutogenRule::parse(autogen.rules[i]);
      if (rule) continue;
      for (auto& error : rule.error()) {
        error.context.back() = fmt::format("engine.autogen.rules[{}].{}", i, error.context.back());
        errors_.push_back(std::move(error));
      }
    }
    not_negative(autogen.max_type_id_len, "engine.autogen.max_type_id_len");
    if (autogen.max_type_id_len > 0 && autogen.max_type_id_len < kTypeIdBytesMin) {
      fail("engine.autogen.max_type_id_len", fmt::format("must be >= {} when set", kTypeIdBytesMin));
    }
  }

  void group(const GroupSpec& group, const std::string& path) {
    not_blank(group.family, path + ".family");
    if (group.chart_defaults) defaults(*group.chart_defaults, path + ".chart_defaults");
    metrics(group, path);
    for (const auto& metric : group.metrics) ++scope_[trim(metric)];
    for (std::size_t i = 0; i < group.charts.size(); ++i) chart(group.charts[i], fmt::format("{}.charts[{}]", path, i));
    for (std::size_t i = 0; i < group.groups.size(); ++i) {
      this->group(group.groups[i], fmt::format("{}.groups[{}]", path, i));
    }
    for (const auto& metric : group.metrics) --scope_[trim(metric)];
  }

  void defaults(const ChartDefaultsSpec& defaults, const std::string& path) {
    if (defaults.label_promotion) not_blank(*defaults.label_promotion, path + ".label_promotion");
    if (defaults.instances) validate_instances(*defaults.instances, path + ".instances", errors_);
  }

  void metrics(const GroupSpec& group, const std::string& path) {
    boost::unordered_flat_set<std::string_view> seen;
    for (std::size_t i = 0; i < group.metrics.size(); ++i) {
      const auto metric = trim(group.metrics[i]);
      if (metric.empty()) {
        fail(fmt::format("{}.metrics[{}]", path, i), "metric name must not be empty");
      } else if (!seen.insert(metric).second) {
        fail(fmt::format("{}.metrics[{}]", path, i), fmt::format("duplicate metric \"{}\"", metric));
      }
    }
  }

  void chart(const ChartSpec& chart, const std::string& path) {
    not_blank(chart.title, path + ".title");
    not_blank(chart.context, path + ".context");
    not_blank(chart.units, path + ".units");
    one_of(chart.algorithm, {"absolute", "incremental"}, path + ".algorithm");
    one_of(chart.aggregation, {"sum", "min", "max", "avg"}, path + ".aggregation");
    one_of(chart.type, {"line", "area", "stacked", "heatmap"}, path + ".type");
    if (chart.label_promotion) not_blank(*chart.label_promotion, path + ".label_promotion");
    if (chart.lifecycle) lifecycle(*chart.lifecycle, path + ".lifecycle");
    if (chart.instances) validate_instances(*chart.instances, path + ".instances", errors_);
    dimensions(chart, path);
    variables(chart, path);
  }

  void lifecycle(const LifecycleSpec& lifecycle, const std::string& path) {
    not_negative(lifecycle.max_instances, path + ".max_instances");
    not_negative(lifecycle.expire_after_cycles, path + ".expire_after_cycles");
    if (!lifecycle.dimensions) return;
    not_negative(lifecycle.dimensions->max_dims, path + ".dimensions.max_dims");
    not_negative(lifecycle.dimensions->expire_after_cycles, path + ".dimensions.expire_after_cycles");
  }

  void dimensions(const ChartSpec& chart, const std::string& path) {
    if (chart.dimensions.empty()) fail(path + ".dimensions", "at least one dimension is required");
    boost::unordered_flat_set<std::string_view> names;
    for (std::size_t i = 0; i < chart.dimensions.size(); ++i) {
      const auto& dimension = chart.dimensions[i];
      const auto at = fmt::format("{}.dimensions[{}]", path, i);
      selector(dimension.selector, at + ".selector");
      const auto name = trim(dimension.name);
      const auto label = trim(dimension.name_from_label);
      if (!dimension.name.empty() && name.empty()) fail(at + ".name", "must not be whitespace-only");
      if (!dimension.name_from_label.empty() && label.empty()) {
        fail(at + ".name_from_label", "must not be whitespace-only");
      }
      if (!name.empty() && !label.empty()) fail(at, "use either name or name_from_label, not both");
      if (!name.empty() && !names.insert(name).second) {
        fail(at + ".name", fmt::format("duplicate dimension name \"{}\"", name));
      }
    }
  }

  void variables(const ChartSpec& chart, const std::string& path) {
    boost::unordered_flat_set<std::string_view> names;
    for (std::size_t i = 0; i < chart.variables.size(); ++i) {
      const auto at = fmt::format("{}.variables[{}]", path, i);
      selector(chart.variables[i].selector, at + ".selector");
      const auto name = trim(chart.variables[i].name);
      if (name.empty()) {
        fail(at + ".name", "must not be empty");
      } else if (!sendable(name)) {
        fail(at + ".name", "must not contain white space, ', \\ or control characters");
      } else if (!names.insert(name).second) {
        fail(at + ".name", fmt::format("duplicate variable name \"{}\"", name));
      }
    }
  }

  /// The metric must be written out and declared; the rest of the syntax is the compiler's to check (V35, V36).
  void selector(std::string_view selector, const std::string& path) {
    if (blank(selector)) return fail(path, "must not be empty");
    const auto metric = trim(selector.substr(0, selector.find('{')));
    if (metric.empty()) return fail(path, "selector must include explicit metric name");
    const auto declared = scope_.find(metric);
    if (declared == scope_.end() || declared->second == 0) {
      fail(path, fmt::format("metric \"{}\" is not visible in current group scope", metric));
    }
  }

  std::vector<Error> errors_;
  boost::unordered_flat_map<std::string_view, std::size_t> scope_;  // metric names of the groups that are open
};

}  // namespace

std::vector<Error> validate(const Spec& spec) { return Validator{}.run(spec); }

}  // namespace cppd::charttpl
