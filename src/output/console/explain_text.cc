// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/explain_view.h>
#include <cppd/output/console/humanize.h>

#include <boost/unordered/unordered_flat_map.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace cppd::output {
namespace {

using chartengine::Decision;
using chartengine::ExplainedChart;
using chartengine::ExplainedDimension;
using chartengine::ExplainedSeries;
using chartengine::Explanation;
using chartengine::kNotExplained;

constexpr std::size_t kColumns = 100;
constexpr std::size_t kSeriesListed = 8;  // for a dimension, or for a reason

std::string_view reducer_name(chartengine::Reducer reducer) {
  constexpr std::string_view kNames[] = {"sum", "smallest", "largest", "average"};
  return kNames[static_cast<std::size_t>(reducer)];
}

/// Lines of at most kColumns columns, where words allow it.
class Lines {
 public:
  explicit Lines(Charset charset) : charset_{charset} {}
  void empty() { out_ += '\n'; }
  /// What does not fit goes on in the next line, four columns further in.
  void add(std::size_t indent, std::string_view text) {
    const auto safe = printable(text, charset_);
    std::string_view rest = safe;
    bool first = true;
    do {
      const auto room = kColumns - indent - (first ? 0 : 4);
      auto cut = rest.size();
      if (columns(rest) > room) {
        cut = rest.rfind(' ', room);
        if (cut == std::string_view::npos || cut == 0) cut = rest.find(' ');
        cut = std::min(cut, rest.size());
      }
      out_.append(indent + (first ? 0 : 4), ' ').append(rest.substr(0, cut)) += '\n';
      rest.remove_prefix(std::min(cut + 1, rest.size()));
      first = false;
    } while (!rest.empty());
  }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  Charset charset_;
  std::string out_;
};

class TextWriter {
 public:
  TextWriter(const Explanation& whole, const ExplainOptions& options)
      : whole_{whole}, options_{options}, part_{whole, options}, lines_{options.charset} {}

  std::string run() {
    by_chart();
    unplaced();
    idle_rules();
    ledger();
    summary();
    return lines_.take();
  }

 private:
  [[nodiscard]] std::string place(charttpl::Mark mark) const {
    return fmt::format("{}:{}:{}", options_.template_file, mark.line, mark.column);
  }
  [[nodiscard]] std::string rule_place(std::uint32_t rule) const {
    return rule == kNotExplained ? std::string{"autogen"} : place(whole_.rules[rule].mark);
  }
  [[nodiscard]] std::string rule_text(std::uint32_t rule) const {
    return fmt::format("{} {}", rule_place(rule), whole_.rules[rule].selector);
  }

  void by_chart() {
    std::size_t warning = 0;
    for (std::uint32_t i = 0; i < whole_.charts.size(); ++i) {
      const auto first = warning;
      while (warning < whole_.warnings.size() && whole_.warnings[warning].chart == i) ++warning;
      if (!part_.has_chart(i)) continue;
      chart(whole_.charts[i]);
      for (auto at = first; at < warning; ++at) {
        const auto& found = whole_.warnings[at];
        lines_.add(2, fmt::format("warning: {}{}{}", found.rule == kNotExplained ? "" : rule_place(found.rule),
                                  found.rule == kNotExplained ? "" : ": ", found.text));
      }
      lines_.empty();
    }
  }

  void chart(const ExplainedChart& chart) {
    const auto& meta = chart.meta;
    const auto algorithm = meta.algorithm == chartengine::Algorithm::automatic
                               ? std::string{}
                               : fmt::format(", {}", algorithm_name(meta.algorithm));
    lines_.add(0, fmt::format("{}.{}  {} ({}, {}{}){}", options_.job, chart.id, meta.title, meta.units,
                              chart_type_name(meta.type), algorithm,
                              chart.host.empty() ? std::string{} : fmt::format(" on host {}", chart.host)));
    lines_.add(2, fmt::format("{}, context {}, family {}, priority {}", chart.autogen ? "autogen" : place(chart.mark),
                              meta.context, meta.family, meta.priority));
    if (chart.decision != Decision::shown) lines_.add(2, fmt::format("left out: {}", chart.why));
    if (!chart.labels.empty()) {
      std::vector<std::string> texts;
      for (const auto& label : chart.labels)
        texts.push_back(fmt::format("{}=\"{}\" ({})", label.key, label.value, label.identity ? "identity" : "shared"));
      lines_.add(2, fmt::format("labels {}", fmt::join(texts, ", ")));
    }
    if (!chart.differing.empty())
      lines_.add(2, fmt::format("no labels, because the series differ: {}", fmt::join(chart.differing, ", ")));
    for (const auto& dimension : chart.dimensions) this->dimension(dimension);
  }

  void dimension(const ExplainedDimension& dimension) {
    std::vector<std::size_t> feeders;
    for (const auto index : dimension.series) {
      if (part_.has_series(index)) feeders.push_back(index);
    }
    if (feeders.empty() && !part_.is_whole()) return;
    const auto& attributes = dimension.attributes;
    std::vector<std::string> notes{
        std::string{attributes.variable ? "variable" : algorithm_name(attributes.algorithm)}};
    if (attributes.multiplier != 1) notes.push_back(fmt::format("times {}", attributes.multiplier));
    if (attributes.divisor != 1) notes.push_back(fmt::format("divided by {}", attributes.divisor));
    if (attributes.hidden) notes.emplace_back("hidden");
    if (attributes.is_float && !attributes.variable) notes.emplace_back("float");
    if (dimension.series.size() > 1)
      notes.push_back(fmt::format("{} of {} series", reducer_name(dimension.reducer), dimension.series.size()));
    if (dimension.series.empty()) {
      lines_.add(2, fmt::format("{}: nothing feeds it any more", dimension.name));
      return;
    }
    lines_.add(
        2, fmt::format("{} = {}  {}  ({}){}", dimension.name, dimension.value ? plain_number(*dimension.value) : "-",
                       rule_place(dimension.rule), fmt::join(notes, ", "), dimension.shown ? "" : "  not shown"));
    list(4, feeders, [&](std::size_t index) {
      const auto& series = whole_.series[index];
      auto text = series_text(series);
      if (feeders.size() > 1) text += fmt::format(" = {}", plain_number(series.value));
      if (!series.fresh) text += "  (not in the last cycle)";
      return text;
    });
  }

  template <class Text>
  void list(std::size_t indent, const std::vector<std::size_t>& indexes, Text text) {
    for (std::size_t i = 0; i < std::min(indexes.size(), kSeriesListed); ++i) lines_.add(indent, text(indexes[i]));
    if (indexes.size() > kSeriesListed) lines_.add(indent, fmt::format("and {} more", indexes.size() - kSeriesListed));
  }

  /// Series on no chart, those of one name and one kind of reason together.
  void unplaced() {
    std::vector<std::vector<std::size_t>> groups;
    boost::unordered_flat_map<std::string, std::size_t> index;
    std::size_t count = 0;
    for (std::size_t i = 0; i < whole_.series.size(); ++i) {
      const auto& series = whole_.series[i];
      if (series.decision == Decision::shown || !part_.has_series(i)) continue;
      ++count;
      const auto key = fmt::format("{}\n{}\n{}", decision_name(series.decision), series.name, series.host);
      const auto [at, fresh] = index.emplace(key, groups.size());
      if (fresh) groups.emplace_back();
      groups[at->second].push_back(i);
    }
    if (groups.empty()) return;
    lines_.add(0, fmt::format("On no chart: {} series", count));
    for (const auto& group : groups) unplaced_group(group);
    lines_.empty();
  }

  void unplaced_group(const std::vector<std::size_t>& group) {
    const auto& first = whole_.series[group.front()];
    const bool alone = group.size() == 1;
    lines_.add(2, fmt::format("{}{}{}: {}", alone ? series_text(first) : first.name,
                              alone ? std::string{} : fmt::format(" ({} series)", group.size()),
                              first.host.empty() ? std::string{} : fmt::format(" of host {}", first.host), first.why));
    for (const auto& refusal : first.refusals) {
      if (refusal.rule == kNotExplained) {
        if (refusal.why != first.why && refusal.decision != Decision::autogen_disabled) lines_.add(4, refusal.why);
      } else {
        lines_.add(4, fmt::format("by {}{}{}", rule_text(refusal.rule), refusal.why == first.why ? "" : ": ",
                                  refusal.why == first.why ? "" : refusal.why));
      }
    }
    if (first.nearest)
      lines_.add(4, fmt::format("nearest: {}: {}", rule_text(first.nearest->rule), first.nearest->why));
    if (alone) return;
    list(4, group, [&](std::size_t index) {
      const auto& series = whole_.series[index];
      return series.why == first.why ? series_text(series) : fmt::format("{}: {}", series_text(series), series.why);
    });
  }

  void idle_rules() {
    std::size_t count = 0;
    for (const auto& rule : whole_.rules) count += !rule.idle.empty() && part_.has_rule(rule) ? 1 : 0;
    if (count == 0) return;
    lines_.add(0, fmt::format("Lines of the template that took nothing: {}", count));
    for (const auto& rule : whole_.rules) {
      if (!rule.idle.empty() && part_.has_rule(rule))
        lines_.add(2, fmt::format("{} {}: {}", place(rule.mark), rule.selector, rule.idle));
    }
    lines_.empty();
  }

  void ledger() {
    if (!part_.is_whole() || whole_.losses.empty()) return;
    lines_.add(0, "Counted in the ledger");
    for (const auto& loss : whole_.losses) {
      lines_.add(
          2, fmt::format("{} {}: {}{}", loss_reason_name(loss.reason), loss.count, loss_reason_help(loss.reason),
                         loss.examples.empty() ? std::string{} : fmt::format(" ({})", fmt::join(loss.examples, ", "))));
    }
    lines_.empty();
  }

  void summary() {
    const auto totals = whole_.totals();
    auto text = fmt::format("{} series: {} on {}, {} on none", totals.series, totals.placed,
                            counted(totals.charts, "chart"), totals.series - totals.placed);
    if (!whole_.warnings.empty()) text += fmt::format("; {}", counted(whole_.warnings.size(), "warning"));
    lines_.add(0, text);
  }

  const Explanation& whole_;
  const ExplainOptions& options_;
  ExplainedPart part_;
  Lines lines_;
};

}  // namespace

std::string explain_text(const Explanation& explanation, const ExplainOptions& options) {
  return TextWriter{explanation, options}.run();
}

}  // namespace cppd::output
