// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// Apart, because the header of terminfo defines `lines`, `columns` and hundreds of other words as macros.
#pragma once

namespace cppd::output {

/// True when a terminal of this type can put its cursor anywhere; without that no table can be drawn.
///
/// Shape     `type` as in TERM; nullptr: what TERM says.
[[nodiscard]] bool terminal_moves_cursor(const char* type, int fd);

}  // namespace cppd::output
