// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/check/template.h>

#include <cppd/chartengine/program.h>
#include <cppd/charttpl/decode.h>

#include <fmt/format.h>

#include <algorithm>

namespace cppd::agent {
namespace {

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

std::vector<Error> doubled_charts(const chartengine::Program& program, const std::string& file) {
  std::vector<Error> errors;
  const auto charts = program.charts();
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
  const auto program = chartengine::Program::compile_all(*spec);
  return program ? doubled_charts(*program, file) : program.error();
}

}  // namespace cppd::agent
