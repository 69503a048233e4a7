// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/check/template.h>

#include <cppd/base/internal_error.h>
#include <cppd/base/yaml.h>
#include <cppd/chartengine/program.h>
#include <cppd/charttpl/decode.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::agent {
namespace {

using charttpl::ChartSpec;
using charttpl::GroupSpec;
using charttpl::Spec;

/// The value under `key`, or the mapping that lacks it.
const yaml::Node& below(const yaml::Node& node, std::string_view key) {
  const auto* found = node.find(key);
  return found == nullptr ? node : *found;
}
const yaml::Node& below(const yaml::Node& node, std::string_view key, std::size_t index) {
  const auto& list = below(node, key);
  return index < list.items().size() ? *list.items()[index] : list;
}

/// Compiles a valid spec piece by piece, so that one mistake does not hide the next.
class PieceCompiler {
 public:
  PieceCompiler(const yaml::Document& document, const Spec& spec) : document_{document}, spec_{spec} {}

  std::vector<Error> run() {
    if (spec_.engine) {
      const Spec policy{.version = spec_.version, .engine = spec_.engine};
      const auto& node = below(document_.root(), "engine");
      compile(policy, below(node, "selector"), "engine.selector");
    }
    for (std::size_t i = 0; i < spec_.groups.size(); ++i) {
      group(spec_.groups[i], below(document_.root(), "groups", i), fmt::format("groups[{}]", i));
    }
    return std::move(errors_);
  }

 private:
  void group(const GroupSpec& spec, const yaml::Node& node, const std::string& path) {
    const auto outside = visible_.size();
    visible_.insert(visible_.end(), spec.metrics.begin(), spec.metrics.end());
    for (std::size_t i = 0; i < spec.charts.size(); ++i) {
      chart(spec.charts[i], below(node, "charts", i), fmt::format("{}.charts[{}]", path, i));
    }
    for (std::size_t i = 0; i < spec.groups.size(); ++i) {
      group(spec.groups[i], below(node, "groups", i), fmt::format("{}.groups[{}]", path, i));
    }
    visible_.resize(outside);
  }

  void chart(const ChartSpec& spec, const yaml::Node& node, const std::string& path) {
    for (std::size_t i = 0; i < spec.dimensions.size(); ++i) {
      auto alone = spec;
      alone.dimensions = {spec.dimensions[i]};
      const Spec piece{.version = spec_.version, .groups = {GroupSpec{.metrics = visible_, .charts = {std::move(alone)}}}};
      compile(piece, below(below(node, "dimensions", i), "selector"),
              fmt::format("{}.dimensions[{}].selector", path, i));
    }
  }

  void compile(const Spec& piece, const yaml::Node& at, std::string path) {
    const auto program = chartengine::Program::compile(piece);
    if (program) return;
    auto error = invalid_input(program.error().what);
    error.context.push_back(std::move(path));
    error.location = document_.location(at);
    errors_.push_back(std::move(error));
  }

  const yaml::Document& document_;
  const Spec& spec_;
  std::vector<std::string> visible_;  // metrics of the group at hand and of those around it
  std::vector<Error> errors_;
};

/// Must two charts with one base id have one id? So it is when the same labels name their instances, unless selectors
/// constrain one of these labels and may keep the charts apart.
bool same_instances(const chartengine::ChartTemplate& left, const chartengine::ChartTemplate& right) {
  const auto& a = left.instances;
  const auto& b = right.instances;
  if (a.include_all || b.include_all || a.required != b.required || a.optional != b.optional) return false;
  return std::ranges::none_of(a.required, [&](const std::string& key) {
    return std::ranges::binary_search(left.labels.exclusions, key) ||
           std::ranges::binary_search(right.labels.exclusions, key);
  });
}

std::vector<Error> doubled_charts(const Spec& spec, const std::string& file) {
  const auto program = chartengine::Program::compile(spec);
  require(program.has_value(), "a template whose pieces compile compiles");
  std::vector<Error> errors;
  const auto charts = program->charts();
  for (std::size_t i = 0; i < charts.size(); ++i) {
    const auto first = std::ranges::find_if(charts.first(i), [&](const chartengine::ChartTemplate& other) {
      return other.base_id == charts[i].base_id && same_instances(other, charts[i]);
    });
    if (first == charts.begin() + static_cast<std::ptrdiff_t>(i)) continue;
    auto error = invalid_input(fmt::format("the id is taken by the chart at line {}", first->mark.line));
    error.context.push_back(fmt::format("chart {}", charts[i].base_id));
    error.location = Location{.file = file, .line = charts[i].mark.line, .column = charts[i].mark.column};
    errors.push_back(std::move(error));
  }
  return errors;
}

}  // namespace

std::vector<Error> check_template(std::string_view text, const std::string& file) {
  auto spec = charttpl::decode(text, file);
  if (!spec) {
    auto errors = std::move(spec.error().errors);
    for (auto& error : errors) {
      if (!error.context.empty()) error.context.pop_back();  // the class of the error
    }
    return errors;
  }
  const auto document = yaml::Document::parse(text, file);
  require(document.has_value(), "a template that was decoded is YAML");
  auto errors = PieceCompiler{*document, *spec}.run();
  return errors.empty() ? doubled_charts(*spec, file) : errors;
}

}  // namespace cppd::agent
