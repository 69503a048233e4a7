// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The live table as lines of text with styles: no terminal in here. table_view.h draws it.
#pragma once

#include <cppd/output/console/chart_board.h>
#include <cppd/output/console/process_meter.h>
#include <cppd/output/console/terminal_text.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace cppd::output {

enum class Style : std::uint8_t { plain, title, family, chart, faint, value, history, alert, prompt };

struct StyledText {
  Style style = Style::plain;
  std::string text;
  friend bool operator==(const StyledText&, const StyledText&) = default;
};
using StyledLine = std::vector<StyledText>;

/// What the reader of the table has chosen.
struct ViewState {
  std::string filter{};
  bool editing = false;  ///< keys go into the filter
  bool paused = false;
  bool help = false;
  std::size_t offset = 0;  ///< first row shown
};

/// What the header says besides the board.
struct TableStatus {
  std::string host;
  std::string time;
  ProcessUsage usage{};
  Charset charset = Charset::utf8;
};

struct TerminalSize {
  std::size_t width = 80;
  std::size_t height = 24;
};

struct RenderedTable {
  std::vector<StyledLine> lines;  ///< `height` of them, none wider than `width` columns
  std::size_t rows_total = 0;     ///< families, charts and dimensions that pass the filter
  std::size_t rows_visible = 0;   ///< room for them
  std::size_t offset = 0;         ///< as used: never so large that rows are missing at the end
};

/// Families with their charts with their dimensions, as far as they pass the filter: a family or chart whose text
/// contains it is shown whole, of others only the dimensions that do. Letter case of ASCII does not matter.
///
/// Cost      looks at every chart; formats only what is visible.
[[nodiscard]] RenderedTable render(const BoardSnapshot& board, const TableStatus& status, const ViewState& state,
                                   const TerminalSize& size);

struct Key {
  enum class Kind : std::uint8_t {
    none,
    character,
    up,
    down,
    page_up,
    page_down,
    home,
    end,
    enter,
    escape,
    backspace,
    resize
  };
  Kind kind = Kind::none;
  char32_t character = 0;
};

/// What `key` makes of `state`; `last` is what was shown when it was pressed. False: quit.
[[nodiscard]] bool apply(const Key& key, const RenderedTable& last, ViewState& state);

/// One of eight levels of a value between `low` and `high`; a blank for NaN.
[[nodiscard]] std::string_view history_block(double value, double low, double high, Charset charset);

}  // namespace cppd::output
