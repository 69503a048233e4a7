// SPDX-License-Identifier: GPL-3.0-or-later
/// \file
/// For programs: one JSON object per chart and cycle, one per line.
#pragma once

#include <cppd/output/console/stream_view.h>

#include <string>

namespace cppd::output {

/// One object for every chart that the last cycle updated: time, job, id, context, family, units, labels, dimensions.
///
/// Shape     every dimension, hidden ones too, in the order of the chart; shortest digits that give the same double
///           back; a gap is null. Text that is not UTF-8 has U+FFFD where it is ill-formed.
/// Source    RFC 8259; RFC 3339 for the time.
void append_json(const BoardJob& job, std::string& out);

class JsonView final : public StreamView {
 public:
  JsonView(ChartBoard& board, int fd) : StreamView{board, fd, append_json} {}
};

}  // namespace cppd::output
