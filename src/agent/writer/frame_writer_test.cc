// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/agent/writer/frame_writer.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <thread>
#include <vector>

namespace cppd::agent {
namespace {

using namespace std::chrono_literals;
using netdataapi::Frame;

struct Pipe {
  Pipe() {
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{"pipe"};
    std::signal(SIGPIPE, SIG_IGN);
  }
  ~Pipe() {
    close_reader();
    ::close(ends[1]);
  }
  void close_reader() {
    if (ends[0] >= 0) ::close(ends[0]);
    ends[0] = -1;
  }
  std::string read_until(std::size_t bytes) {
    std::string out;
    char buffer[65536];
    while (out.size() < bytes) {
      const auto got = ::read(ends[0], buffer, sizeof buffer);
      if (got <= 0) break;
      out.append(buffer, static_cast<std::size_t>(got));
    }
    return out;
  }
  std::array<int, 2> ends{-1, -1};
};

Frame filled(FrameWriter& writer, char with, std::size_t bytes) {
  Frame frame{writer.pool()};
  frame.append(std::string(bytes, with));
  return frame;
}

TEST(FrameWriter, NeverInterleavesFrames) {
  Pipe pipe;
  FrameWriter writer{pipe.ends[1], [](const std::string&) {}};
  constexpr std::size_t kBytes = 200'000;
  std::vector<std::thread> threads;
  for (char c = 'a'; c < 'e'; ++c) {
    threads.emplace_back([&writer, c] {
      for (int i = 0; i < 5; ++i) ASSERT_TRUE(writer.submit(filled(writer, c, kBytes), nullptr));
    });
  }
  const auto text = pipe.read_until(20 * kBytes);
  for (auto& thread : threads) thread.join();
  ASSERT_EQ(text.size(), 20 * kBytes);
  for (std::size_t i = 0; i < 20; ++i) {
    EXPECT_EQ(text.substr(i * kBytes, kBytes), std::string(kBytes, text[i * kBytes])) << "frame " << i;
  }
  EXPECT_TRUE(writer.close(1s));
}

TEST(FrameWriter, RefusesWhenTheReaderStopsAndMemoryStaysBounded) {
  Pipe pipe;
  FrameWriter writer{pipe.ends[1], [](const std::string&) {}};
  const auto pending = std::make_shared<std::atomic<int>>(0);
  int taken = 0;
  while (writer.submit(filled(writer, 'x', std::size_t{4} << 20), pending)) ++taken;
  EXPECT_GE(taken, 16);
  EXPECT_LE(taken, 18);
  EXPECT_EQ(pending->load(), taken);
  EXPECT_FALSE(writer.close(20ms));  // the thread sits in a write
  pipe.close_reader();
  for (int i = 0; i < 200 && pending->load() > 0; ++i) std::this_thread::sleep_for(5ms);
  EXPECT_EQ(pending->load(), 0);
}

TEST(FrameWriter, TellsOfAReaderThatIsGone) {
  Pipe pipe;
  std::atomic<bool> failed{false};
  FrameWriter writer{pipe.ends[1], [&](const std::string&) { failed = true; }};
  pipe.close_reader();
  ASSERT_TRUE(writer.submit_control("\n"));
  for (int i = 0; i < 200 && !failed; ++i) std::this_thread::sleep_for(5ms);
  EXPECT_TRUE(failed);
  EXPECT_FALSE(writer.submit_control("\n"));
}

TEST(FrameWriter, WritesWhatWaitsBeforeItCloses) {
  Pipe pipe;
  auto writer = std::make_unique<FrameWriter>(pipe.ends[1], [](const std::string&) {});
  ASSERT_TRUE(writer->submit_control("one\n"));
  ASSERT_TRUE(writer->submit_control("two\n"));
  EXPECT_TRUE(writer->close(1s));
  EXPECT_EQ(pipe.read_until(8), "one\ntwo\n");
}

TEST(FrameWriter, SmallFramesOfOneJobThatWaitShareAPiece) {
  Pipe pipe;
  FrameWriter writer{pipe.ends[1], [](const std::string&) {}};
  const auto blocked = std::make_shared<std::atomic<int>>(0);
  ASSERT_TRUE(writer.submit(filled(writer, 'x', 1'000'000), blocked));  // more than a pipe takes
  const auto pieces = writer.pool().in_use();
  const auto one = std::make_shared<std::atomic<int>>(0);
  const auto other = std::make_shared<std::atomic<int>>(0);
  constexpr int kHosts = 512;
  for (int i = 0; i < kHosts; ++i) ASSERT_TRUE(writer.submit(filled(writer, 'a', 400), one));
  ASSERT_TRUE(writer.submit(filled(writer, 'b', 400), other));
  EXPECT_LE(writer.pool().in_use(), pieces + kHosts * 400 / (netdataapi::kPieceBytes - 400) + 2);
  EXPECT_EQ(one->load(), kHosts);
  const auto text = pipe.read_until(1'000'000 + kHosts * 400 + 400);
  EXPECT_EQ(text.substr(1'000'000), std::string(kHosts * 400, 'a') + std::string(400, 'b'));
  EXPECT_TRUE(writer.close(1s));
  EXPECT_EQ(one->load() + other->load() + blocked->load(), 0);
  EXPECT_EQ(writer.frames_written(), 2u + kHosts);
}

struct HostCase {
  std::string_view name, guid, hostname;
  bool host_lines, taken;
  friend void PrintTo(const HostCase& row, std::ostream* out) { *out << row.name; }
};
class WriterHost : public testing::TestWithParam<HostCase> {};
TEST_P(WriterHost, IsTakenOrRefusedAtOnce) {
  Pipe pipe;
  FrameWriter writer{pipe.ends[1], [](const std::string&) {}};
  NetdataOutput output{writer, {.host_lines = GetParam().host_lines}};
  Ledger ledger;
  const auto job = output.open(ledger);
  const auto host = job->open_host("a");
  const metrix::HostScope scope{
      .key = "a", .guid = std::string{GetParam().guid}, .hostname = std::string{GetParam().hostname}};
  EXPECT_EQ(host->select(scope, true).has_value(), GetParam().taken);
  EXPECT_EQ(ledger.counted(LossReason::host_scope_refused), GetParam().taken ? 0u : 1u);
  EXPECT_TRUE(job->ready());
  EXPECT_TRUE(writer.close(1s));
}
INSTANTIATE_TEST_SUITE_P(
    Table, WriterHost,  // charts contract E10, R5; differences D7, D13
    testing::Values(HostCase{"good", "6b3b3a2e-0000-4000-8000-000000000001", "h", true, true},
                    HostCase{"no_uuid", "G-1", "h", true, false}, HostCase{"no_guid", "", "h", true, false},
                    HostCase{"blank_hostname", "6b3b3a2e-0000-4000-8000-000000000001", " ", true, false},
                    HostCase{"hostname_with_quote", "6b3b3a2e-0000-4000-8000-000000000001", "h'1", true, false},
                    HostCase{"old_daemon", "6b3b3a2e-0000-4000-8000-000000000001", "h", false, false}),
    [](const auto& row) { return std::string{row.param.name}; });

}  // namespace
}  // namespace cppd::agent
