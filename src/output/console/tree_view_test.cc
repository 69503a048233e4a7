// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/tree_view.h>
#include <gtest/gtest.h>

#include "job_fixture.h"

namespace cppd::output {
namespace {

BoardJob after_two_cycles() {
  ChartBoard board;
  TestJob job{board};
  for (int cycle = 0; cycle < 2; ++cycle) {
    job.cycle([&] {
      job.requests(100 + 12.0 * cycle, 4);
      job.counter("bytes_total", {}, 2048.0 * cycle);
      job.queue("a", 3);
      if (cycle == 0) job.queue("b", 1);
      job.temperature("größe", 41.5);
    });
  }
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  return snapshot.jobs.at(0);
}

TEST(Tree, Utf8) {
  EXPECT_EQ(tree_text(after_two_cycles(), Charset::utf8), R"(web_local: 5 charts, 8 dimensions, 2 cycles
├─ traffic
│  ├─ web_local.requests (web.requests, requests/s, stacked, incremental)  Requests handled
│  │  ├─ fine = 12
│  │  └─ broken = 0
│  └─ web_local.traffic (web.traffic, KiB/s, area, incremental)  Bytes sent
│     └─ sent = -2  (times -1, divided by 1024)
└─ state
   ├─ web_local.queue_a (web.queue, requests, line, absolute)  Waiting requests
   │  ├─ waiting = 3
   │  └─ shadow = 6  (times 2, hidden)
   ├─ web_local.queue_b (web.queue, requests, line, absolute)  Waiting requests
   │  ├─ waiting = -
   │  └─ shadow = -  (times 2, hidden)
   └─ web_local.temperature (web.temperature, Celsius, line, absolute)  Temperature
      └─ größe = 41.5
)");
}

TEST(Tree, Ascii) {
  auto job = after_two_cycles();
  job.charts.erase(job.charts.begin() + 1, job.charts.end() - 1);
  EXPECT_EQ(tree_text(job, Charset::ascii), R"(web_local: 2 charts, 3 dimensions, 2 cycles
|- traffic
|  `- web_local.requests (web.requests, requests/s, stacked, incremental)  Requests handled
|     |- fine = 12
|     `- broken = 0
`- state
   `- web_local.temperature (web.temperature, Celsius, line, absolute)  Temperature
      `- gr??e = 41.5
)");
}

TEST(Tree, AlgorithmsThatDiffer) {
  constexpr std::string_view text = R"(
version: v1
groups:
  - family: one
    metrics: [a, b]
    charts:
      - {title: One, context: one, units: things, dimensions: [{selector: a, name: a}, {selector: b, name: b}]}
)";
  ChartBoard board;
  TestJob job{board, "one", text};
  job.cycle([&] {
    job.gauge("a", {}, 1);
    job.counter("b", {}, 1);
  });
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  EXPECT_EQ(tree_text(snapshot.jobs.at(0), Charset::utf8), R"(one: 1 chart, 2 dimensions, 1 cycle
└─ one
   └─ one.one (one, things, line, mixed)  One
      ├─ a = 1  (absolute)
      └─ b = -  (incremental)
)");
  EXPECT_TRUE(has_data(snapshot.jobs[0]));
  job.cycle([&] {});
  board.snapshot(snapshot);
  EXPECT_FALSE(has_data(snapshot.jobs.at(0)));
}

}  // namespace
}  // namespace cppd::output
