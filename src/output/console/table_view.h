// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The live table on a terminal. What it shows: table_render.h.
#pragma once

#include <cppd/base/clock.h>
#include <cppd/output/console/chart_board.h>
#include <cppd/output/console/table_render.h>
#include <cppd/output/console/view.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

namespace cppd::output {

/// Owns the terminal from open() to its end: log lines must go elsewhere. The interrupt key still sends SIGINT; a
/// program that handles signals installs its handlers before open().
///
/// Threads   confined; one at a time in a process.
/// Lifetime  must not outlive the board.
class TableView final : public View {
 public:
  struct Terminal {
    std::FILE* out = stdout;
    std::FILE* in = stdin;
    const char* type = nullptr;  ///< nullptr: what TERM says
    bool colour = true;          ///< false: bold and dim only, as NO_COLOR asks
    Charset charset = locale_charset();
  };
  /// The terminal of the process, with NO_COLOR obeyed.
  [[nodiscard]] static Terminal process_terminal();

  /// Errors    the type of the terminal is not known, or it can do too little; line_view.h works everywhere.
  [[nodiscard]] static Result<std::unique_ptr<TableView>> open(ChartBoard& board, const Terminal& terminal,
                                                               const Clock& clock = system_clock());
  ~TableView() override;
  TableView(const TableView&) = delete;
  TableView& operator=(const TableView&) = delete;

  /// Redraws once a second and after every key.
  [[nodiscard]] Result<bool> tick() override;

 private:
  struct Curses;
  TableView(ChartBoard& board, const Terminal& terminal, const Clock& clock);
  /// The next key, without waiting for one.
  [[nodiscard]] Key poll();
  void draw();

  static constexpr std::chrono::milliseconds kRedraw{1000};

  ChartBoard& board_;
  const Terminal terminal_;
  const Clock& clock_;
  ProcessMeter meter_;
  std::string host_;
  std::unique_ptr<Curses> curses_;
  BoardSnapshot snapshot_;
  TableStatus status_;
  ViewState state_;
  RenderedTable shown_;
  SteadyTime redraw_at_{};
};

}  // namespace cppd::output
