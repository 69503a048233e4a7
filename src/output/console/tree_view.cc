// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/humanize.h>
#include <cppd/output/console/tree_view.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <vector>

namespace cppd::output {
namespace {

struct Branches {
  std::string_view middle;
  std::string_view last;
  std::string_view through;
};
constexpr Branches kLines{"├─ ", "└─ ", "│  "};
constexpr Branches kAscii{"|- ", "`- ", "|  "};
constexpr std::string_view kSpace = "   ";

class TreeWriter {
 public:
  TreeWriter(Charset charset) : charset_{charset}, branches_{charset == Charset::utf8 ? kLines : kAscii} {}

  /// Writes one node and calls `below` for what hangs under it.
  template <class Below>
  void node(bool last, std::string_view text, Below below) {
    out_.append(stem_).append(last ? branches_.last : branches_.middle).append(text).append("\n");
    const auto depth = stem_.size();
    stem_.append(last ? kSpace : branches_.through);
    below();
    stem_.resize(depth);
  }
  void line(std::string_view text) { out_.append(text).append("\n"); }
  [[nodiscard]] std::string safe(std::string_view text) const { return printable(text, charset_); }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  Charset charset_;
  const Branches& branches_;
  std::string stem_;
  std::string out_;
};

std::string dimension_text(const TreeWriter& tree, const BoardChart& chart, std::size_t index, bool with_algorithm) {
  const auto& dimension = chart.info->dimensions[index];
  auto text = fmt::format("{} = {}", tree.safe(dimension.name), plain_number(chart.values[index]));
  std::vector<std::string> notes;
  if (with_algorithm) notes.emplace_back(algorithm_name(dimension.algorithm));
  if (dimension.multiplier != 1) notes.push_back(fmt::format("times {}", dimension.multiplier));
  if (dimension.divisor != 1) notes.push_back(fmt::format("divided by {}", dimension.divisor));
  if (dimension.hidden) notes.emplace_back("hidden");
  if (!notes.empty()) text += fmt::format("  ({})", fmt::join(notes, ", "));
  return text;
}

void write_chart(TreeWriter& tree, const BoardChart& chart, bool last) {
  const auto& info = *chart.info;
  const auto& dimensions = info.dimensions;
  const bool mixed = std::ranges::adjacent_find(dimensions, std::ranges::not_equal_to{}, &DimensionInfo::algorithm) !=
                     dimensions.end();
  const auto algorithm = mixed                ? std::string_view{"mixed"}
                         : dimensions.empty() ? std::string_view{"no dimensions"}
                                              : algorithm_name(dimensions.front().algorithm);
  const auto text = fmt::format("{} ({}, {}, {}, {})  {}", tree.safe(info.id), tree.safe(info.context),
                                tree.safe(info.units), chart_type_name(info.type), algorithm, tree.safe(info.title));
  tree.node(last, text, [&] {
    for (std::size_t i = 0; i < dimensions.size(); ++i) {
      tree.node(i + 1 == dimensions.size(), dimension_text(tree, chart, i, mixed), [] {});
    }
  });
}

}  // namespace

std::string tree_text(const BoardJob& job, Charset charset) {
  struct Family {
    std::string_view name;
    std::vector<const BoardChart*> charts;
  };
  std::vector<Family> families;
  std::size_t dimensions = 0;
  for (const auto& chart : job.charts) {
    dimensions += chart.info->dimensions.size();
    auto family = std::ranges::find(families, std::string_view{chart.info->family}, &Family::name);
    if (family == families.end()) family = families.insert(family, Family{.name = chart.info->family, .charts = {}});
    family->charts.push_back(&chart);
  }
  TreeWriter tree{charset};
  tree.line(fmt::format("{}: {}, {}, {}", tree.safe(job.name), counted(job.charts.size(), "chart"),
                        counted(dimensions, "dimension"), counted(job.cycles, "cycle")));
  for (const auto& family : families) {
    tree.node(&family == &families.back(), tree.safe(family.name), [&] {
      for (const auto* chart : family.charts) write_chart(tree, *chart, chart == family.charts.back());
    });
  }
  return tree.take();
}

bool has_data(const BoardJob& job) {
  return std::ranges::any_of(job.charts, [](const BoardChart& chart) {
    return std::ranges::any_of(chart.values, [](double value) { return std::isfinite(value); });
  });
}

}  // namespace cppd::output
