// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/humanize.h>
#include <cppd/output/console/line_view.h>
#include <cppd/output/console/terminal_text.h>

namespace cppd::output {

void append_lines(const BoardJob& job, std::string& out) {
  std::string time;
  append_time(time, job.at);
  for (const auto& chart : job.charts) {
    if (!chart.updated) continue;
    const auto& info = *chart.info;
    out.append(time).append(" ").append(one_word(info.family)).append(" ").append(one_word(info.id));
    for (std::size_t i = 0; i < info.dimensions.size(); ++i) {
      const auto& dimension = info.dimensions[i];
      if (dimension.hidden) continue;
      out.append(" ").append(one_word(dimension.name)).append("=").append(plain_number(chart.values[i]));
    }
    out.append(" ").append(one_word(info.units)).append("\n");
  }
}

}  // namespace cppd::output
