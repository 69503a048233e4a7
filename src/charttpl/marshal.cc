// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/charttpl/marshal.h>

#include <cppd/base/yaml_write.h>
#include <cppd/charttpl/validate.h>

namespace cppd::charttpl {
namespace {

/// Writes the fields of M1 and M2: `set` writes always, `put` only what is not zero.
class Marshaller {
 public:
  Result<std::string> run(const Spec& spec) {
    out_.begin_mapping();
    set("version", spec.version);
    put("context_namespace", spec.context_namespace);
    if (spec.engine) engine(*spec.engine);
    list("groups", spec.groups, [&](const GroupSpec& each) { group(each); });
    out_.end_mapping();
    return out_.finish();
  }

 private:
  void set(std::string_view key, std::string_view value) {
    out_.text(key);
    out_.text(value);
  }
  void put(std::string_view key, const std::string& value) {
    if (!value.empty()) set(key, value);
  }
  void put(std::string_view key, std::int64_t value) {
    if (value == 0) return;
    out_.text(key);
    out_.integer(value);
  }
  void put(std::string_view key, bool value) {
    if (!value) return;
    out_.text(key);
    out_.boolean(value);
  }
  void put(std::string_view key, const std::vector<std::string>& value) {
    if (!value.empty()) set(key, value);
  }
  void set(std::string_view key, const std::vector<std::string>& value) {
    list(key, value, [&](const std::string& item) { out_.text(item); });
  }
  template <class T, class Write>
  void list(std::string_view key, const std::vector<T>& items, Write write) {
    out_.text(key);
    out_.begin_sequence();
    for (const auto& item : items) write(item);
    out_.end_sequence();
  }
  template <class Write>
  void object(std::string_view key, Write write) {
    out_.text(key);
    out_.begin_mapping();
    write();
    out_.end_mapping();
  }

  void engine(const EngineSpec& engine) {
    object("engine", [&] {
      if (engine.selector) selector(*engine.selector);
      if (engine.autogen) autogen(*engine.autogen);
    });
  }
  void selector(const SelectorSpec& selector) {
    object("selector", [&] {
      put("allow", selector.allow);
      put("deny", selector.deny);
    });
  }
  void autogen(const AutogenSpec& autogen) {
    object("autogen", [&] {
      put("enabled", autogen.enabled);
      if (!autogen.rules.empty()) list("rules", autogen.rules, [&](const AutogenRuleSpec& each) { rule(each); });
      put("max_type_id_len", autogen.max_type_id_len);
      if (autogen.expire_after_success_cycles == 0) return;
      out_.text("expire_after_success_cycles");
      out_.unsigned_integer(autogen.expire_after_success_cycles);
    });
  }
  void rule(const AutogenRuleSpec& rule) {
    out_.begin_mapping();
    set("scope", rule.scope);
    selector(rule.selector);
    out_.end_mapping();
  }

  void promotion_and_instances(const LabelPromotion& promotion, const std::optional<InstancesSpec>& instances) {
    if (promotion) set("label_promotion", *promotion);
    if (!instances) return;
    object("instances", [&] {
      if (instances->by_labels) put("by_labels", *instances->by_labels);
      if (instances->optional_by_labels) put("optional_by_labels", *instances->optional_by_labels);
    });
  }

  void group(const GroupSpec& group) {
    out_.begin_mapping();
    set("family", group.family);
    put("context_namespace", group.context_namespace);
    put("metrics", group.metrics);
    if (group.chart_defaults) {
      object("chart_defaults",
             [&] { promotion_and_instances(group.chart_defaults->label_promotion, group.chart_defaults->instances); });
    }
    if (!group.charts.empty()) list("charts", group.charts, [&](const ChartSpec& each) { chart(each); });
    if (!group.groups.empty()) list("groups", group.groups, [&](const GroupSpec& each) { this->group(each); });
    out_.end_mapping();
  }

  void chart(const ChartSpec& chart) {
    out_.begin_mapping();
    put("id", chart.id);
    set("title", chart.title);
    put("family", chart.family);
    set("context", chart.context);
    set("units", chart.units);
    put("algorithm", chart.algorithm);
    put("aggregation", chart.aggregation);
    put("type", chart.type);
    put("priority", chart.priority);
    promotion_and_instances(chart.label_promotion, chart.instances);
    if (chart.lifecycle) lifecycle(*chart.lifecycle);
    list("dimensions", chart.dimensions, [&](const DimensionSpec& each) { dimension(each); });
    if (!chart.variables.empty()) {
      list("variables", chart.variables, [&](const VariableSpec& each) { variable(each); });
    }
    out_.end_mapping();
  }

  void variable(const VariableSpec& variable) {
    out_.begin_mapping();
    set("selector", variable.selector);
    set("name", variable.name);
    out_.end_mapping();
  }

  void lifecycle(const LifecycleSpec& lifecycle) {
    object("lifecycle", [&] {
      put("max_instances", lifecycle.max_instances);
      put("expire_after_cycles", lifecycle.expire_after_cycles);
      if (!lifecycle.dimensions) return;
      object("dimensions", [&] {
        put("max_dims", lifecycle.dimensions->max_dims);
        put("expire_after_cycles", lifecycle.dimensions->expire_after_cycles);
      });
    });
  }

  void dimension(const DimensionSpec& dimension) {
    out_.begin_mapping();
    set("selector", dimension.selector);
    put("name", dimension.name);
    put("name_from_label", dimension.name_from_label);
    if (dimension.options) {
      object("options", [&] {
        put("multiplier", dimension.options->multiplier);
        put("divisor", dimension.options->divisor);
        put("hidden", dimension.options->hidden);
        put("float", dimension.options->is_float);
      });
    }
    out_.end_mapping();
  }

  yaml::Writer out_;
};

}  // namespace

std::expected<std::string, Rejection> marshal(const Spec& spec) {
  const auto refused = [](std::vector<Error> errors) {
    for (auto& error : errors) error.context.emplace_back("charttpl: semantic validation failed");
    return std::unexpected(Rejection{.stage = Stage::semantic, .errors = std::move(errors)});
  };
  if (auto errors = validate(spec); !errors.empty()) return refused(std::move(errors));
  auto text = Marshaller{}.run(spec);
  if (!text) return refused({std::move(text.error())});
  return std::move(*text);
}

}  // namespace cppd::charttpl
