// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text.h>
#include <cppd/output/console/humanize.h>
#include <cppd/output/console/table_render.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace cppd::output {
namespace {

constexpr std::array<std::string_view, 8> kBlocks{"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr std::array<std::string_view, 8> kAsciiBlocks{"_", ".", ":", "-", "=", "+", "*", "#"};
constexpr std::size_t kNarrow = 60;
constexpr std::string_view kHelp[] = {"/ filter",       "Esc clear filter",    "space or p pause", "arrows scroll",
                                      "PgUp/PgDn page", "Home/End first/last", "? this help",      "q quit"};

/// One line of the body, before it is formatted.
struct Row {
  enum class Kind : std::uint8_t { family, chart, dimension };
  Kind kind;
  std::uint32_t job;
  std::uint32_t chart;
  std::uint32_t dimension;
};

/// Chooses the rows that pass the filter, in order.
class RowList {
 public:
  RowList(const BoardSnapshot& board, std::string_view filter) : board_{board}, filter_{ascii_lower(filter)} {
    for (std::uint32_t job = 0; job < board.jobs.size(); ++job) add_job(job);
  }
  [[nodiscard]] const std::vector<Row>& rows() const { return rows_; }

 private:
  [[nodiscard]] bool matches(std::string_view text) const {
    return filter_.empty() || ascii_lower(text).find(filter_) != std::string::npos;
  }

  void add_job(std::uint32_t job) {
    const auto& charts = board_.jobs[job].charts;
    std::vector<std::pair<std::string_view, std::vector<std::uint32_t>>> families;
    std::unordered_map<std::string_view, std::size_t> index;
    for (std::uint32_t i = 0; i < charts.size(); ++i) {
      const std::string_view family = charts[i].info->family;
      const auto [at, fresh] = index.try_emplace(family, families.size());
      if (fresh) families.emplace_back(family, std::vector<std::uint32_t>{});
      families[at->second].second.push_back(i);
    }
    for (const auto& [name, members] : families) add_family(job, name, members);
  }

  void add_family(std::uint32_t job, std::string_view name, const std::vector<std::uint32_t>& members) {
    const bool whole = matches(name);
    bool announced = false;
    for (const auto member : members) {
      const auto& info = *board_.jobs[job].charts[member].info;
      const bool whole_chart = whole || matches(info.id) || matches(info.title) || matches(info.context);
      bool chart_announced = false;
      for (std::uint32_t i = 0; i < info.dimensions.size(); ++i) {
        if (info.dimensions[i].hidden || !(whole_chart || matches(info.dimensions[i].name))) continue;
        if (!std::exchange(announced, true)) rows_.push_back({Row::Kind::family, job, member, 0});
        if (!std::exchange(chart_announced, true)) rows_.push_back({Row::Kind::chart, job, member, 0});
        rows_.push_back({Row::Kind::dimension, job, member, i});
      }
    }
  }

  const BoardSnapshot& board_;
  std::string filter_;
  std::vector<Row> rows_;
};

/// Columns of a dimension row.
struct Layout {
  std::size_t indent;
  std::size_t name;
  std::size_t number = 8;
  std::size_t unit;
  std::size_t history;

  explicit Layout(std::size_t width)
      : indent{width < kNarrow ? 2u : 4u},
        unit{width < kNarrow ? 6u
             : width < 80    ? 10u
                             : 14u} {
    const auto fixed = indent + 1 + number + 1 + unit + 1;
    const auto left = width > fixed ? width - fixed : 0;
    name = std::clamp<std::size_t>(left / 2, std::min<std::size_t>(left, 12), 32);
    history = left - std::min(left, name);
  }
};

/// Smallest and largest value of a chart's history as far as it is shown; zero is always among them.
std::pair<double, double> bounds(const BoardJob& job, const BoardChart& chart, std::size_t points) {
  double low = 0;
  double high = 0;
  for (std::size_t i = 0; i < chart.info->dimensions.size(); ++i) {
    if (chart.info->dimensions[i].hidden) continue;
    for (std::size_t age = 0; age < points; ++age) {
      const double value = job.history(chart, i, age);
      if (std::isnan(value)) continue;
      low = std::min(low, value);
      high = std::max(high, value);
    }
  }
  return {low, high};
}

class Painter {
 public:
  Painter(const BoardSnapshot& board, const TableStatus& status, const TerminalSize& size)
      : board_{board}, status_{status}, width_{size.width}, layout_{size.width} {}

  [[nodiscard]] StyledLine row(const Row& row) {
    switch (row.kind) {
      case Row::Kind::family: return family(row);
      case Row::Kind::chart: return chart(row);
      case Row::Kind::dimension: return dimension(row);
    }
    return {};
  }

  /// Puts pieces together, cut where the line ends.
  [[nodiscard]] StyledLine line(std::initializer_list<StyledText> pieces) const {
    StyledLine out;
    std::size_t used = 0;
    for (const auto& piece : pieces) {
      if (used >= width_ || piece.text.empty()) continue;
      out.push_back({piece.style, clip(piece.text, width_ - used, status_.charset)});
      used += columns(out.back().text);
    }
    return out;
  }

  [[nodiscard]] std::vector<StyledLine> header(bool paused) const;

 private:
  [[nodiscard]] std::string safe(std::string_view text) const { return printable(text, status_.charset); }

  [[nodiscard]] StyledLine family(const Row& row) const {
    const auto& job = board_.jobs[row.job];
    const auto name = safe(job.charts[row.chart].info->family);
    const auto owner = safe(job.name);
    const auto taken = columns(name) + columns(owner);
    if (taken + 2 > width_) return line({{Style::family, name}});
    return line({{Style::family, name + std::string(width_ - taken, ' ')}, {Style::faint, owner}});
  }

  [[nodiscard]] StyledLine chart(const Row& row) const {
    const auto& job = board_.jobs[row.job];
    const auto& info = *job.charts[row.chart].info;
    std::string_view id = info.id;
    if (id.starts_with(job.name) && id.size() > job.name.size()) id.remove_prefix(job.name.size() + 1);
    const std::string indent(layout_.indent / 2, ' ');
    return line({{Style::chart, indent + safe(id)},
                 {Style::plain, "  " + safe(info.title)},
                 {Style::faint, "  " + safe(info.units)}});
  }

  [[nodiscard]] StyledLine dimension(const Row& row) {
    const auto& job = board_.jobs[row.job];
    const auto& chart = job.charts[row.chart];
    const auto points = std::min(layout_.history, job.history_points);
    if (row.job != scaled_job_ || row.chart != scaled_chart_) {
      scale_ = bounds(job, chart, points);
      scaled_job_ = row.job;
      scaled_chart_ = row.chart;
    }
    const auto units = safe(chart.info->units);
    auto value = humanize(chart.values[row.dimension], units);
    if (value.unit == units && columns(units) > layout_.unit) value.unit.clear();  // it stands in the line of the chart
    const auto name = fit(safe(chart.info->dimensions[row.dimension].name), layout_.name, status_.charset);
    std::string blocks;
    for (auto age = points; age-- > 0;) {
      blocks += history_block(job.history(chart, row.dimension, age), scale_.first, scale_.second, status_.charset);
    }
    return line({{Style::plain, std::string(layout_.indent, ' ') + name + ' '},
                 {Style::value, fit_right(value.number, layout_.number, status_.charset) + ' '},
                 {Style::faint, fit(value.unit, layout_.unit, status_.charset) + ' '},
                 {Style::history, blocks}});
  }

  const BoardSnapshot& board_;
  const TableStatus& status_;
  std::size_t width_;
  Layout layout_;
  std::pair<double, double> scale_;
  std::uint32_t scaled_job_ = std::numeric_limits<std::uint32_t>::max();
  std::uint32_t scaled_chart_ = 0;
};

std::vector<StyledLine> Painter::header(bool paused) const {
  std::size_t charts = 0;
  std::size_t dimensions = 0;
  double per_second = 0;
  Ledger::Counts losses{};
  std::set<const Ledger*> counted_ledgers;
  for (const auto& job : board_.jobs) {
    charts += job.charts.size();
    per_second += job.values_per_second;
    for (const auto& chart : job.charts) dimensions += chart.info->dimensions.size();
    if (job.ledger != nullptr && !counted_ledgers.insert(job.ledger).second) continue;
    for (std::size_t i = 0; i < kLossReasons; ++i) losses[i] += job.losses[i];
  }
  std::vector<StyledLine> lines;
  lines.push_back(line({{Style::title, "cppd"},
                        {Style::plain, "  " + safe(status_.host) + "  " + status_.time},
                        {Style::alert, paused ? "  PAUSED" : ""}}));
  const auto rate = humanize(std::round(per_second), "series/s").text();
  const auto memory = humanize(static_cast<double>(status_.usage.rss_bytes), "B").text();
  const std::string_view dimension_word = width_ < 80 ? "dim" : "dimension";
  lines.push_back(
      line({{Style::plain, fmt::format("{}  {}  {}  {}", counted(board_.jobs.size(), "job"), counted(charts, "chart"),
                                       counted(dimensions, dimension_word), rate)},
            {Style::faint, fmt::format("  cpu {:.1f}%  rss {}", status_.usage.cpu_percent, memory)}}));
  std::string lost;
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    if (losses[i] > 0) lost += fmt::format(" {}={}", loss_reason_name(static_cast<LossReason>(i)), losses[i]);
  }
  if (!lost.empty()) lines.push_back(line({{Style::alert, "lost:" + lost}}));
  return lines;
}

/// The lines at the bottom: what is typed, or what can be typed.
std::vector<StyledLine> footer(const Painter& painter, const ViewState& state, const RenderedTable& table,
                               const TableStatus& status, std::size_t width) {
  std::vector<StyledLine> lines;
  if (state.help) {
    std::string text;
    for (const auto item : kHelp) {
      if (!text.empty() && columns(text) + 3 + item.size() > width) {
        lines.push_back(painter.line({{Style::prompt, std::exchange(text, {})}}));
      }
      text.append(text.empty() ? "" : "   ").append(item);
    }
    lines.push_back(painter.line({{Style::prompt, text}}));
  }
  const auto first = table.rows_total == 0 ? 0 : table.offset + 1;
  const auto last = std::min(table.offset + table.rows_visible, table.rows_total);
  const auto place = fmt::format("{}-{}/{}", first, last, table.rows_total);
  std::string left = "/ filter  ? help  q quit";
  if (state.editing || !state.filter.empty()) {
    left = "/" + printable(state.filter, status.charset) + (state.editing ? "_" : "  Esc clears");
  }
  const auto room = width > place.size() + 1 ? width - place.size() - 1 : 0;
  lines.push_back(painter.line({{Style::prompt, fit(left, room, status.charset) + ' '}, {Style::faint, place}}));
  return lines;
}

}  // namespace

std::string_view history_block(double value, double low, double high, Charset charset) {
  if (std::isnan(value)) return " ";
  const auto& blocks = charset == Charset::utf8 ? kBlocks : kAsciiBlocks;
  if (!(high > low)) return blocks[0];
  const auto level = std::floor((value - low) / (high - low) * 8);
  return blocks[static_cast<std::size_t>(std::clamp(level, 0.0, 7.0))];
}

RenderedTable render(const BoardSnapshot& board, const TableStatus& status, const ViewState& state,
                     const TerminalSize& size) {
  RenderedTable table;
  Painter painter{board, status, size};
  const RowList list{board, state.filter};
  const auto& rows = list.rows();
  table.rows_total = rows.size();
  table.lines = painter.header(state.paused);
  const auto footer_lines = footer(painter, state, table, status, size.width).size();
  const auto taken = table.lines.size() + footer_lines;
  table.rows_visible = size.height > taken ? size.height - taken : 0;
  table.offset = std::min(state.offset, rows.size() - std::min(rows.size(), table.rows_visible));
  for (std::size_t i = 0; i < table.rows_visible; ++i) {
    if (table.offset + i < rows.size())
      table.lines.push_back(painter.row(rows[table.offset + i]));
    else if (rows.empty() && i == 0)
      table.lines.push_back(painter.line(
          {{Style::faint, state.filter.empty() ? "waiting for the first values" : "nothing matches the filter"}}));
    else
      table.lines.emplace_back();
  }
  for (auto& line : footer(painter, state, table, status, size.width)) table.lines.push_back(std::move(line));
  table.lines.resize(size.height);
  return table;
}

}  // namespace cppd::output
