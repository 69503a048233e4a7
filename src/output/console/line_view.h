// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// For people and `grep`: one line per chart and cycle.
#pragma once

#include <cppd/output/console/stream_view.h>

#include <string>

namespace cppd::output {

/// One line for every chart that the last cycle updated: `time family type.id dimension=value ... units`.
///
/// Shape     words between single spaces; inside a word white space, control characters and `=` are `_`. A gap is `-`.
///           Hidden dimensions are left out.
void append_lines(const BoardJob& job, std::string& out);

class LineView final : public StreamView {
 public:
  LineView(ChartBoard& board, int fd) : StreamView{board, fd, append_lines} {}
};

}  // namespace cppd::output
