// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Apart, because the header of terminfo defines `lines`, `columns` and hundreds of other words as macros.
#pragma once

namespace cppd::output {

/// True when the current terminal of ncurses can put its cursor anywhere; without that no table can be drawn.
[[nodiscard]] bool terminal_moves_cursor();

}  // namespace cppd::output
