// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/output/console/table_render.h>
#include <gtest/gtest.h>

#include <ostream>

#include "job_fixture.h"

namespace cppd::output {
namespace {

/// Two jobs, four cycles. The values of each dimension, oldest first:
///   api    queue_x  waiting 0 2 4 8
///   web    requests fine - 10 20 40 per second, broken - 0 0 0; traffic sent - -1 -2 -4 KiB/s;
///          temperature core 41.5 -
const BoardSnapshot& sample_board() {
  static const BoardSnapshot snapshot = [] {
    ChartBoard board;
    TestJob web{board, "web"};
    TestJob api{board, "api"};
    constexpr double kTotal[] = {100, 110, 130, 170};
    constexpr double kBytes[] = {0, 1024, 3072, 7168};
    constexpr double kQueue[] = {0, 2, 4, 8};
    for (std::size_t i = 0; i < 4; ++i) {
      web.cycle([&] {
        web.requests(kTotal[i], 5);
        web.counter("bytes_total", {}, kBytes[i]);
        if (i < 3) web.temperature("core", 41.5);
      });
      api.cycle([&] { api.queue("x", kQueue[i]); });
    }
    BoardSnapshot out;
    board.snapshot(out);
    return out;
  }();
  return snapshot;
}

const TableStatus kUtf8{.host = "box",
                        .time = "2026-11-23 18:00:00",
                        .usage = {.cpu_percent = 1.25, .rss_bytes = std::uint64_t{12} << 20},
                        .charset = Charset::utf8};

std::string text_of(const StyledLine& line) {
  std::string text;
  for (const auto& piece : line) text += piece.text;
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}
std::string text_of(const RenderedTable& table) {
  std::string text;
  for (const auto& line : table.lines) text += text_of(line) + '\n';
  return text;
}

struct Screen {
  std::string_view name;
  ViewState state;
  TerminalSize size;
  Charset charset;
  std::string_view want;
  friend void PrintTo(const Screen& row, std::ostream* out) { *out << row.name; }
};

const Screen kScreens[] = {
    {"whole", {}, {80, 18}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dimensions  5 series/s  cpu 1.2%  rss 12 MiB
state                                                                        api
  queue_x  Waiting requests  requests
    waiting                          8 requests                             ▁▃▅█
traffic                                                                      web
  requests  Requests handled  requests/s
    fine                            40 requests/s                            ▃▅█
    broken                           0 requests/s                            ▁▁▁
  traffic  Bytes sent  KiB/s
    sent                            -4 KiB/s                                 ▇▅▁
state                                                                        web
  temperature  Temperature  Celsius
    core                             -                                      ███



/ filter  ? help  q quit                                                 1-12/12
)"},
    {"narrow", {}, {40, 18}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dims  5 series/s  c…
state                                api
 queue_x  Waiting requests  requests
  waiting             8             ▁▃▅█
traffic                              web
 requests  Requests handled  requests/s
  fine               40              ▃▅█
  broken              0              ▁▁▁
 traffic  Bytes sent  KiB/s
  sent               -4 KiB/s        ▇▅▁
state                                web
 temperature  Temperature  Celsius
  core                -             ███



/ filter  ? help  q quit         1-12/12
)"},
    {"ascii", {}, {80, 18}, Charset::ascii, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dimensions  5 series/s  cpu 1.2%  rss 12 MiB
state                                                                        api
  queue_x  Waiting requests  requests
    waiting                          8 requests                             _:=#
traffic                                                                      web
  requests  Requests handled  requests/s
    fine                            40 requests/s                            :=#
    broken                           0 requests/s                            ___
  traffic  Bytes sent  KiB/s
    sent                            -4 KiB/s                                 *=_
state                                                                        web
  temperature  Temperature  Celsius
    core                             -                                      ###



/ filter  ? help  q quit                                                 1-12/12
)"},
    {"filter_dimension", {.filter = "BROK", .editing = true}, {80, 8}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dimensions  5 series/s  cpu 1.2%  rss 12 MiB
traffic                                                                      web
  requests  Requests handled  requests/s
    broken                           0 requests/s                            ▁▁▁


/BROK_                                                                     1-3/3
)"},
    {"filter_family", {.filter = "state"}, {80, 12}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dimensions  5 series/s  cpu 1.2%  rss 12 MiB
state                                                                        api
  queue_x  Waiting requests  requests
    waiting                          8 requests                             ▁▃▅█
state                                                                        web
  temperature  Temperature  Celsius
    core                             -                                      ███



/state  Esc clears                                                         1-6/6
)"},
    {"filter_nothing", {.filter = "zzz"}, {60, 5}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dims  5 series/s  cpu 1.2%  rss 12 MiB
nothing matches the filter

/zzz  Esc clears                                       0-0/0
)"},
    {"scrolled_paused", {.paused = true, .offset = 4}, {80, 7}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00  PAUSED
2 jobs  4 charts  6 dimensions  5 series/s  cpu 1.2%  rss 12 MiB
  requests  Requests handled  requests/s
    fine                            40 requests/s                            ▃▅█
    broken                           0 requests/s                            ▁▁▁
  traffic  Bytes sent  KiB/s
/ filter  ? help  q quit                                                  5-8/12
)"},
    {"help_narrow", {.help = true}, {40, 10}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dims  5 series/s  c…
state                                api
 queue_x  Waiting requests  requests
  waiting             8             ▁▃▅█
/ filter   Esc clear filter
space or p pause   arrows scroll
PgUp/PgDn page   Home/End first/last
? this help   q quit
/ filter  ? help  q quit          1-3/12
)"},
    {"too_low", {}, {80, 2}, Charset::utf8, R"(cppd  box  2026-11-23 18:00:00
2 jobs  4 charts  6 dimensions  5 series/s  cpu 1.2%  rss 12 MiB
)"},
};

class Render : public testing::TestWithParam<Screen> {};
TEST_P(Render, Screen) {
  const auto& row = GetParam();
  auto status = kUtf8;
  status.charset = row.charset;
  const auto table = render(sample_board(), status, row.state, row.size);
  EXPECT_EQ(text_of(table), row.want);
  ASSERT_EQ(table.lines.size(), row.size.height);
}
INSTANTIATE_TEST_SUITE_P(Table, Render, testing::ValuesIn(kScreens),
                         [](const auto& row) { return std::string(row.param.name); });

/// No size makes a line wider than the terminal, and rows are never missing at the end.
TEST(RenderSize, AlwaysFits) {
  for (const auto charset : {Charset::utf8, Charset::ascii}) {
    auto status = kUtf8;
    status.charset = charset;
    for (std::size_t width = 0; width <= 130; ++width) {
      for (const std::size_t height : {0u, 1u, 3u, 9u, 40u}) {
        for (const bool help : {false, true}) {
          const auto table =
              render(sample_board(), status, {.filter = help ? "e" : "", .help = help, .offset = 99}, {width, height});
          ASSERT_EQ(table.lines.size(), height);
          EXPECT_EQ(table.offset, table.rows_total - std::min(table.rows_total, table.rows_visible));
          for (const auto& line : table.lines) {
            std::size_t used = 0;
            for (const auto& piece : line) used += columns(piece.text);
            ASSERT_LE(used, width);
          }
        }
      }
    }
  }
}

TEST(RenderEmpty, WaitsForValues) {
  EXPECT_EQ(text_of(render({}, kUtf8, {}, {80, 4})),
            "cppd  box  2026-11-23 18:00:00\n"
            "0 jobs  0 charts  0 dimensions  0 series/s  cpu 1.2%  rss 12 MiB\n"
            "waiting for the first values\n"
            "/ filter  ? help  q quit                                                   0-0/0\n");
}

TEST(RenderText, OfTargetsIsMadeSafe) {
  ChartBoard board;
  TestJob job{board};
  job.cycle([&] { job.temperature("\x1b[2Jx", 1); });
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  EXPECT_EQ(text_of(render(snapshot, kUtf8, {}, {80, 10})).find('\x1b'), std::string::npos);
}

TEST(RenderLosses, AreSummedInTheHeader) {
  auto board = sample_board();
  board.jobs[0].losses[static_cast<std::size_t>(LossReason::cycle_failed)] = 2;
  board.jobs[1].losses[static_cast<std::size_t>(LossReason::cycle_failed)] = 3;
  board.jobs[1].losses[static_cast<std::size_t>(LossReason::series_info)] = 1;
  const auto table = render(board, kUtf8, {}, {80, 18});
  EXPECT_EQ(table.lines[2], (StyledLine{{Style::alert, "lost: series_info=1 cycle_failed=5"}}));
}

TEST(RenderLosses, OfTheHostsOfAJobCountOnce) {
  auto board = sample_board();
  const Ledger ledger;
  for (auto* job : {&board.jobs[0], &board.jobs[1]}) {
    job->ledger = &ledger;
    job->losses[static_cast<std::size_t>(LossReason::cycle_failed)] = 2;
  }
  const auto table = render(board, kUtf8, {}, {80, 18});
  EXPECT_EQ(table.lines[2], (StyledLine{{Style::alert, "lost: cycle_failed=2"}}));
}

TEST(RenderStyles, OfOneOfEach) {
  const auto table = render(sample_board(), kUtf8, {}, {80, 18});
  EXPECT_EQ(table.lines[0][0], (StyledText{Style::title, "cppd"}));
  EXPECT_EQ(table.lines[2][0].style, Style::family);
  EXPECT_EQ(table.lines[3][0].style, Style::chart);
  ASSERT_EQ(table.lines[4].size(), 4u);
  EXPECT_EQ(table.lines[4][1].style, Style::value);
  EXPECT_EQ(table.lines[4][3].style, Style::history);
}

struct Block {
  std::string_view name;
  double value, low, high;
  std::string_view utf8, ascii;
  friend void PrintTo(const Block& row, std::ostream* out) { *out << row.name; }
};
const Block kBlockRows[] = {
    {"gap", std::nan(""), 0, 8, " ", " "}, {"lowest", 0, 0, 8, "▁", "_"},   {"second", 1, 0, 8, "▂", "."},
    {"below_top", 6.9, 0, 8, "▇", "*"},    {"highest", 8, 0, 8, "█", "#"},  {"negative", -4, -4, 4, "▁", "_"},
    {"zero_between", 0, -4, 4, "▅", "="},  {"no_range", 0, 0, 0, "▁", "_"}, {"outside", 99, 0, 8, "█", "#"},
};
class HistoryBlock : public testing::TestWithParam<Block> {};
TEST_P(HistoryBlock, Level) {
  const auto& row = GetParam();
  EXPECT_EQ(history_block(row.value, row.low, row.high, Charset::utf8), row.utf8);
  EXPECT_EQ(history_block(row.value, row.low, row.high, Charset::ascii), row.ascii);
}
INSTANTIATE_TEST_SUITE_P(Table, HistoryBlock, testing::ValuesIn(kBlockRows),
                         [](const auto& row) { return std::string(row.param.name); });

using Kind = Key::Kind;

struct Keys {
  std::string_view name;
  ViewState before;
  std::vector<Key> keys;
  ViewState after;
  bool goes_on = true;
  friend void PrintTo(const Keys& row, std::ostream* out) { *out << row.name; }
};
Key letter(char32_t code) { return {Kind::character, code}; }

/// With 100 rows, 10 of them visible.
const Keys kKeys[] = {
    {"quit", {}, {letter('q')}, {}, false},
    {"pause_by_letter", {}, {letter('p')}, {.paused = true}},
    {"pause_by_space_twice", {}, {letter(' '), letter(' ')}, {}},
    {"help", {}, {letter('?')}, {.help = true}},
    {"unknown_letter", {}, {letter('x')}, {}},
    {"filter", {.offset = 5}, {letter('/'), letter('q'), letter(U'é')}, {.filter = "qé", .editing = true}},
    {"filter_enter", {.filter = "a", .editing = true}, {{Kind::enter}}, {.filter = "a"}},
    {"filter_backspace", {.filter = "aé", .editing = true}, {{Kind::backspace}}, {.filter = "a", .editing = true}},
    {"filter_backspace_empty", {.editing = true}, {{Kind::backspace}}, {.editing = true}},
    {"filter_escape", {.filter = "a", .editing = true}, {{Kind::escape}}, {}},
    {"filter_kept_escape", {.filter = "a", .offset = 3}, {{Kind::escape}}, {}},
    {"filter_ignores_control", {.editing = true}, {letter(1)}, {.editing = true}},
    {"filter_scrolls", {.filter = "a", .editing = true}, {{Kind::down}}, {.filter = "a", .editing = true, .offset = 1}},
    {"down", {}, {{Kind::down}}, {.offset = 1}},
    {"down_at_end", {.offset = 90}, {{Kind::down}}, {.offset = 90}},
    {"up_at_start", {}, {{Kind::up}}, {}},
    {"page_down", {.offset = 5}, {{Kind::page_down}}, {.offset = 15}},
    {"page_down_near_end", {.offset = 85}, {{Kind::page_down}}, {.offset = 90}},
    {"page_up_near_start", {.offset = 5}, {{Kind::page_up}}, {}},
    {"end", {}, {{Kind::end}}, {.offset = 90}},
    {"home", {.offset = 50}, {{Kind::home}}, {}},
    {"resize", {.offset = 7}, {{Kind::resize}}, {.offset = 7}},
};
class ApplyKeys : public testing::TestWithParam<Keys> {};
TEST_P(ApplyKeys, Change) {
  const auto& row = GetParam();
  auto state = row.before;
  bool goes_on = true;
  for (const auto& key : row.keys) {
    const RenderedTable last{.lines = {}, .rows_total = 100, .rows_visible = 10, .offset = state.offset};
    goes_on = apply(key, last, state);
  }
  EXPECT_EQ(goes_on, row.goes_on);
  EXPECT_EQ(state.filter, row.after.filter);
  EXPECT_EQ(state.editing, row.after.editing);
  EXPECT_EQ(state.paused, row.after.paused);
  EXPECT_EQ(state.help, row.after.help);
  EXPECT_EQ(state.offset, row.after.offset);
}
INSTANTIATE_TEST_SUITE_P(Table, ApplyKeys, testing::ValuesIn(kKeys),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::output
