// SPDX-License-Identifier: GPL-3.0-or-later
// The two texts for pipes. The examples of the README are compared here.
#include <cppd/output/console/json_view.h>
#include <cppd/output/console/line_view.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <sstream>

#include "job_fixture.h"

namespace cppd::output {
namespace {

class Pipe {
 public:
  Pipe() {
    if (pipe2(ends_, O_NONBLOCK | O_CLOEXEC) != 0) throw std::runtime_error{"no pipe"};
  }
  ~Pipe() {
    close_reader();
    close(ends_[1]);
  }
  void close_reader() {
    if (ends_[0] >= 0) close(ends_[0]);
    ends_[0] = -1;
  }
  [[nodiscard]] int writer() const { return ends_[1]; }
  /// What is in it now.
  [[nodiscard]] std::string read_all() const {
    std::string out;
    char bytes[4096];
    for (ssize_t got; (got = read(ends_[0], bytes, sizeof bytes)) > 0;)
      out.append(bytes, static_cast<std::size_t>(got));
    return out;
  }

 private:
  int ends_[2] = {-1, -1};
};

/// 2026-11-23T18:00:00Z
class FixedClock final : public Clock {
 public:
  [[nodiscard]] SteadyTime now() const override { return {}; }
  [[nodiscard]] WallTime wall() const override { return WallTime{std::chrono::milliseconds{1'795'456'800'999}}; }
};

void two_cycles(TestJob& job) {
  job.cycle([&] { job.requests(100, 4); });
  job.cycle([&] {
    job.requests(112, 4);
    job.temperature("cpu core", 41.5);
  });
}

constexpr std::string_view kLines =
    "2026-11-23T18:00:00Z traffic web_local.requests fine=- broken=- requests/s\n"
    "2026-11-23T18:00:00Z traffic web_local.requests fine=12 broken=0 requests/s\n"
    "2026-11-23T18:00:00Z state web_local.temperature cpu_core=41.5 Celsius\n";

TEST(LineView, WritesEveryCycle) {
  const FixedClock clock;
  Pipe pipe;
  ChartBoard board{0, clock};
  LineView view{board, pipe.writer()};
  TestJob job{board};
  two_cycles(job);
  EXPECT_EQ(view.tick(), true);
  EXPECT_EQ(pipe.read_all(), kLines);
  EXPECT_EQ(view.tick(), true);
  EXPECT_EQ(pipe.read_all(), "");
}

TEST(LineView, LeavesOutHiddenDimensionsAndIdleCharts) {
  const FixedClock clock;
  ChartBoard board{0, clock};
  TestJob job{board};
  job.cycle([&] { job.queue("a", 3); });
  job.cycle([&] { job.temperature("x", 1); });
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  std::string text;
  append_lines(snapshot.jobs.at(0), text);
  EXPECT_EQ(text, "2026-11-23T18:00:00Z state web_local.temperature x=1 Celsius\n");
}

TEST(JsonView, WritesEveryCycle) {
  const FixedClock clock;
  Pipe pipe;
  ChartBoard board{0, clock};
  JsonView view{board, pipe.writer()};
  TestJob job{board};
  two_cycles(job);
  EXPECT_EQ(view.tick(), true);
  EXPECT_EQ(pipe.read_all(),
            R"({"time":"2026-11-23T18:00:00Z","job":"web_local","id":"web_local.requests","context":"web.requests",)"
            R"("family":"traffic","units":"requests/s","labels":{"zone":"eu","_collect_job":"local"},)"
            R"("dimensions":{"fine":null,"broken":null}})"
            "\n"
            R"({"time":"2026-11-23T18:00:00Z","job":"web_local","id":"web_local.requests","context":"web.requests",)"
            R"("family":"traffic","units":"requests/s","labels":{"zone":"eu","_collect_job":"local"},)"
            R"("dimensions":{"fine":12,"broken":0}})"
            "\n"
            R"({"time":"2026-11-23T18:00:00Z","job":"web_local","id":"web_local.temperature",)"
            R"("context":"web.temperature","family":"state","units":"Celsius",)"
            R"("labels":{"zone":"eu","_collect_job":"local"},"dimensions":{"cpu core":41.5}})"
            "\n");
}

/// Any text that a target can send comes out as JSON that an independent parser reads back.
TEST(JsonView, EscapesAnyText) {
  ChartBoard board{0};
  TestJob job{board};
  const std::string_view name = "a\"b\\c\n\x01\x7f\xff é";
  job.cycle([&] { job.temperature(name, 0.1); });
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  std::string text;
  append_json(snapshot.jobs.at(0), text);
  const auto object = nlohmann::json::parse(text);
  EXPECT_EQ(object.at("dimensions").at("a\"b\\c\n\x01\x7f\uFFFD é").get<double>(), 0.1);
}

TEST(StreamView, ReaderIsGone) {
  std::signal(SIGPIPE, SIG_IGN);
  Pipe pipe;
  ChartBoard board{0};
  LineView view{board, pipe.writer()};
  TestJob job{board};
  job.cycle([&] { job.queue("a", 1); });
  pipe.close_reader();
  const auto ticked = view.tick();
  ASSERT_FALSE(ticked.has_value());
  EXPECT_EQ(ticked.error().text(), "output cannot be written: Broken pipe");
}

/// Nobody reads: memory stays bounded, jobs count what was refused, and what was taken comes out whole.
TEST(StreamView, ReaderIsSlow) {
  constexpr int kCycles = 5000;
  constexpr std::size_t kPending = 1000;
  const FixedClock clock;
  Pipe pipe;
  ChartBoard board{0, clock};
  StreamView view{board, pipe.writer(), append_lines, kPending};
  TestJob job{board};
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    job.cycle([&] { job.queue("a", cycle); });
    EXPECT_EQ(view.tick(), true);
  }
  const auto refused = job.ledger.counted(LossReason::frame_refused);
  EXPECT_GT(refused, 0u);
  std::string all;
  while (true) {
    const auto some = pipe.read_all();
    all += some;
    EXPECT_EQ(view.tick(), true);
    if (some.empty()) break;
  }
  std::istringstream lines{all};
  std::uint64_t written = 0;
  for (std::string line; std::getline(lines, line); ++written) {
    EXPECT_TRUE(line.starts_with("2026-11-23T18:00:00Z state web_local.queue_a waiting=")) << line;
    EXPECT_TRUE(line.ends_with(" requests")) << line;
  }
  EXPECT_EQ(written + refused, kCycles);
}

TEST(Readme, ShowsTheRealFormats) {
  std::ifstream file{CPPD_SOURCE_DIR "/src/output/console/README.md"};
  std::stringstream readme;
  readme << file.rdbuf();
  const FixedClock clock;
  ChartBoard board{0, clock};
  TestJob job{board};
  two_cycles(job);
  BoardSnapshot snapshot;
  board.snapshot(snapshot);
  std::string lines;
  append_lines(snapshot.jobs.at(0), lines);
  std::string objects;
  append_json(snapshot.jobs.at(0), objects);
  EXPECT_NE(readme.str().find(lines), std::string::npos) << lines;
  EXPECT_NE(readme.str().find(objects), std::string::npos) << objects;
}

}  // namespace
}  // namespace cppd::output
