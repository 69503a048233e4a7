// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/explain_view.h>

#include "json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

namespace cppd::output {
namespace {

using chartengine::ExplainedChart;
using chartengine::ExplainedDimension;
using chartengine::ExplainedSeries;
using chartengine::Explanation;
using chartengine::kNotExplained;

/// Commas and brackets of JSON.
class Json {
 public:
  void open(char bracket) {
    comma();
    out_ += bracket;
    first_ = true;
  }
  void close(char bracket) {
    out_ += bracket;
    first_ = false;
  }
  void key(std::string_view name) {
    comma();
    append_json_text(out_, name);
    out_ += ':';
    first_ = true;
  }
  void text(std::string_view value) {
    comma();
    append_json_text(out_, value);
  }
  void number(double value) {
    comma();
    append_json_number(out_, value);
  }
  void integer(std::int64_t value) {
    comma();
    out_ += std::to_string(value);
  }
  void boolean(bool value) {
    comma();
    out_ += value ? "true" : "false";
  }
  void member(std::string_view name, std::string_view value) { key(name), text(value); }
  void member(std::string_view name, const char* value) { key(name), text(value); }
  void member(std::string_view name, bool value) { key(name), boolean(value); }
  void member(std::string_view name, std::int64_t value) { key(name), integer(value); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void comma() {
    if (!std::exchange(first_, false)) out_ += ',';
  }
  std::string out_;
  bool first_ = true;
};

std::string_view reducer_name(chartengine::Reducer reducer) {
  constexpr std::string_view kNames[] = {"sum", "min", "max", "avg"};
  return kNames[static_cast<std::size_t>(reducer)];
}

class JsonWriter {
 public:
  JsonWriter(const Explanation& whole, const ExplainOptions& options)
      : whole_{whole}, options_{options}, part_{whole, options} {}

  std::string run() {
    json_.open('{');
    json_.member("job", options_.job);
    json_.member("template", options_.template_file);
    summary();
    each(
        "charts", whole_.charts, [&](std::size_t i) { return part_.has_chart(i); },
        [&](const ExplainedChart& one) { chart(one); });
    each(
        "series", whole_.series, [&](std::size_t i) { return part_.has_series(i); },
        [&](const ExplainedSeries& one) { series(one); });
    each(
        "unused", whole_.rules,
        [&](std::size_t i) { return !whole_.rules[i].idle.empty() && part_.has_rule(whole_.rules[i]); },
        [&](const chartengine::ExplainedRule& one) {
          json_.member("line", std::int64_t{one.mark.line});
          json_.member("column", std::int64_t{one.mark.column});
          json_.member("selector", one.selector);
          json_.member("chart", one.chart);
          json_.member("why", one.idle);
        });
    each(
        "warnings", whole_.warnings, [&](std::size_t i) { return part_.has_chart(whole_.warnings[i].chart); },
        [&](const chartengine::ExplainedWarning& one) {
          json_.member("kind", warning_name(one.kind));
          json_.member("chart", whole_.charts[one.chart].id);
          rule(one.rule);
          json_.member("text", one.text);
        });
    each(
        "ledger", whole_.losses, [&](std::size_t) { return part_.is_whole(); },
        [&](const chartengine::ExplainedLoss& one) {
          json_.member("reason", loss_reason_name(one.reason));
          json_.member("count", static_cast<std::int64_t>(one.count));
          json_.member("help", loss_reason_help(one.reason));
          texts("examples", one.examples);
        });
    json_.close('}');
    return json_.take() + '\n';
  }

 private:
  template <class List, class Wanted, class Body>
  void each(std::string_view name, const List& list, Wanted wanted, Body body) {
    json_.key(name);
    json_.open('[');
    for (std::size_t i = 0; i < list.size(); ++i) {
      if (!wanted(i)) continue;
      json_.open('{');
      body(list[i]);
      json_.close('}');
    }
    json_.close(']');
  }
  void texts(std::string_view name, const std::vector<std::string>& list) {
    json_.key(name);
    json_.open('[');
    for (const auto& text : list) json_.text(text);
    json_.close(']');
  }
  /// The line of the template; nothing for autogen.
  void rule(std::uint32_t index) {
    if (index == kNotExplained) return;
    const auto& rule = whole_.rules[index];
    json_.member("line", std::int64_t{rule.mark.line});
    json_.member("column", std::int64_t{rule.mark.column});
    json_.member("selector", rule.selector);
  }

  void summary() {
    const auto totals = whole_.totals();
    json_.key("summary");
    json_.open('{');
    json_.member("series", static_cast<std::int64_t>(totals.series));
    json_.member("on_a_chart", static_cast<std::int64_t>(totals.placed));
    json_.member("on_no_chart", static_cast<std::int64_t>(totals.series - totals.placed));
    json_.member("charts", static_cast<std::int64_t>(totals.charts));
    json_.member("warnings", static_cast<std::int64_t>(whole_.warnings.size()));
    json_.close('}');
  }

  void chart(const ExplainedChart& chart) {
    json_.member("id", chart.id);
    if (!chart.host.empty()) json_.member("host", chart.host);
    json_.member("state", decision_name(chart.decision));
    if (!chart.why.empty()) json_.member("why", chart.why);
    json_.member("context", chart.meta.context);
    json_.member("title", chart.meta.title);
    json_.member("units", chart.meta.units);
    json_.member("family", chart.meta.family);
    json_.member("type", chart_type_name(chart.meta.type));
    json_.member("priority", chart.meta.priority);
    json_.member("autogen", chart.autogen);
    if (!chart.autogen) {
      json_.member("line", std::int64_t{chart.mark.line});
      json_.member("column", std::int64_t{chart.mark.column});
    }
    each(
        "labels", chart.labels, [](std::size_t) { return true; },
        [&](const chartengine::ExplainedLabel& label) {
          json_.member("key", label.key);
          json_.member("value", label.value);
          json_.member("why", label.identity ? "identity" : "shared");
        });
    texts("labels_that_differ", chart.differing);
    each(
        "dimensions", chart.dimensions, [](std::size_t) { return true; },
        [&](const ExplainedDimension& one) { dimension(one); });
  }

  void dimension(const ExplainedDimension& dimension) {
    json_.member("name", dimension.name);
    json_.member("shown", dimension.shown);
    json_.key("value");
    json_.number(dimension.value.value_or(std::numeric_limits<double>::quiet_NaN()));
    json_.member("algorithm", algorithm_name(dimension.attributes.algorithm));
    json_.member("multiplier", dimension.attributes.multiplier);
    json_.member("divisor", dimension.attributes.divisor);
    json_.member("hidden", dimension.attributes.hidden);
    json_.member("float", dimension.attributes.is_float);
    if (dimension.attributes.variable) json_.member("variable", true);
    json_.member("aggregation", reducer_name(dimension.reducer));
    rule(dimension.rule);
    if (dimension.decided_by != kNotExplained)
      json_.member("decided_by", series_text(whole_.series[dimension.decided_by]));
    json_.key("series");
    json_.open('[');
    for (const auto index : dimension.series) {
      if (part_.has_series(index)) json_.text(series_text(whole_.series[index]));
    }
    json_.close(']');
  }

  void series(const ExplainedSeries& series) {
    json_.member("name", series.name);
    json_.key("labels");
    json_.open('{');
    for (const auto& [key, value] : series.labels) json_.member(key, std::string_view{value});
    json_.close('}');
    if (!series.host.empty()) json_.member("host", series.host);
    json_.member("kind", kind_name(series.kind));
    if (series.role != metrix::Role::none) json_.member("part", role_name(series.role));
    json_.key("value");
    json_.number(series.value);
    json_.member("decision", decision_name(series.decision));
    if (const auto reason = loss_reason(series.decision)) json_.member("reason", loss_reason_name(*reason));
    if (!series.why.empty()) json_.member("why", series.why);
    each(
        "placements", series.placements, [](std::size_t) { return true; },
        [&](const chartengine::ExplainedPlacement& one) {
          json_.member("decision", decision_name(one.decision));
          if (!one.why.empty()) json_.member("why", one.why);
          if (one.chart != kNotExplained) {
            json_.member("chart", whole_.charts[one.chart].id);
            if (one.dimension != kNotExplained)
              json_.member("dimension", whole_.charts[one.chart].dimensions[one.dimension].name);
          }
          rule(one.rule);
        });
    each(
        "refusals", series.refusals, [](std::size_t) { return true; },
        [&](const chartengine::ExplainedRefusal& one) {
          json_.member("decision", decision_name(one.decision));
          rule(one.rule);
          json_.member("why", one.why);
        });
    if (!series.nearest) return;
    json_.key("nearest");
    json_.open('{');
    rule(series.nearest->rule);
    json_.member("why", series.nearest->why);
    json_.close('}');
  }

  const Explanation& whole_;
  const ExplainOptions& options_;
  ExplainedPart part_;
  Json json_;
};

}  // namespace

std::string explain_json(const Explanation& explanation, const ExplainOptions& options) {
  return JsonWriter{explanation, options}.run();
}

}  // namespace cppd::output
