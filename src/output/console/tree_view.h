// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// The charts of one job as a tree: what `cppd test` prints.
#pragma once

#include <cppd/output/console/chart_board.h>
#include <cppd/output/console/terminal_text.h>

#include <string>

namespace cppd::output {

/// Families in the order of their first chart, under them charts with `(context, units, type, algorithm)` and title,
/// under them dimensions with their values. An algorithm that the dimensions do not share is said of each.
[[nodiscard]] std::string tree_text(const BoardJob& job, Charset charset);

/// True when the last cycle gave at least one value that is not a gap.
[[nodiscard]] bool has_data(const BoardJob& job);

}  // namespace cppd::output
