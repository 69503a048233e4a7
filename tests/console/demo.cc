// SPDX-License-Identifier: GPL-3.0-or-later
// The views on two jobs with made-up waves, for the eye.
//
//   console_demo table|line|json|tree [pools] [cycles]
#include <cppd/output/console/json_view.h>
#include <cppd/output/console/line_view.h>
#include <cppd/output/console/table_view.h>
#include <cppd/output/console/tree_view.h>
#include <fmt/format.h>

#include <unistd.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <cstdlib>
#include <thread>

#include "job_fixture.h"

namespace {

using namespace cppd::output;

std::atomic<bool> g_stop{false};

void run_job(ChartBoard& board, std::string name, int pools, int cycles, std::chrono::milliseconds beat) {
  TestJob job{board, std::move(name)};
  double fine = 0;
  double sent = 0;
  for (int i = 0; i < cycles && !g_stop; ++i) {
    const double wave = 1 + std::sin(i / 5.0);
    fine += std::floor(20'000 * wave);
    sent += 4e6 * wave;
    job.cycle([&] {
      job.requests(fine, std::floor(i / 10.0));
      job.counter("bytes_total", {}, sent);
      for (int pool = 0; pool < pools; ++pool) {
        if ((i / 20 + pool) % 7 != 0)
          job.queue(fmt::format("pool{}", pool), std::floor(50 + 50 * std::sin(i / 3.0 + pool)));
      }
      job.temperature("kern größe", 41.5 + wave);
    });
    for (int slept = 0; slept < 10 && !g_stop; ++slept) std::this_thread::sleep_for(beat / 10);
  }
  while (!g_stop) std::this_thread::sleep_for(std::chrono::milliseconds{20});
}

int show(View& view, int cycles, std::chrono::milliseconds beat) {
  const auto end = std::chrono::steady_clock::now() + beat * (cycles + 1);
  while (!g_stop && std::chrono::steady_clock::now() < end) {
    const auto ticked = view.tick();
    if (!ticked || !*ticked) break;
    std::this_thread::sleep_for(std::chrono::milliseconds{50});
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc > 1 ? argv[1] : "table";
  const int pools = argc > 2 ? std::atoi(argv[2]) : 5;
  const int cycles = argc > 3 ? std::atoi(argv[3]) : 100'000;
  const std::chrono::milliseconds beat{mode == "table" ? 1000 : 100};
  std::signal(SIGINT, [](int) { g_stop = true; });
  ChartBoard board{mode == "table" ? ChartBoard::kHistoryPoints : 0};
  std::vector<std::jthread> shards;
  for (const auto* name : {"web_front", "web_back"}) {
    shards.emplace_back([&board, name, pools, cycles, beat] { run_job(board, name, pools, cycles, beat); });
  }
  int code = 0;
  if (mode == "table") {
    auto view = TableView::open(board, TableView::process_terminal());
    if (!view) {
      fmt::print(stderr, "{}\n", view.error().text());
      code = 1;
    } else {
      code = show(**view, cycles, beat);
    }
  } else if (mode == "tree") {
    std::this_thread::sleep_for(beat * std::min(cycles, 5));
    BoardSnapshot snapshot;
    board.snapshot(snapshot);
    for (const auto& job : snapshot.jobs) fmt::print("{}", tree_text(job, locale_charset()));
  } else {
    StreamView view{board, STDOUT_FILENO, mode == "json" ? append_json : append_lines};
    code = show(view, cycles, beat);
  }
  g_stop = true;
  return code;
}
