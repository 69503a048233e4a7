// SPDX-License-Identifier: GPL-3.0-or-later
// The table on a pseudo terminal: what ncurses sends is fed to nothing more than a search for texts and sequences.
#include <cppd/output/console/table_view.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>

#include "job_fixture.h"

namespace cppd::output {
namespace {

class PseudoTerminal {
 public:
  PseudoTerminal(unsigned short width, unsigned short height) : master_{posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK)} {
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) throw std::runtime_error{"no terminal"};
    const winsize size{.ws_row = height, .ws_col = width, .ws_xpixel = 0, .ws_ypixel = 0};
    ioctl(master_, TIOCSWINSZ, &size);
    in_ = std::fopen(ptsname(master_), "r");
    out_ = std::fopen(ptsname(master_), "w");
    if (in_ == nullptr || out_ == nullptr) throw std::runtime_error{"no terminal"};
  }
  ~PseudoTerminal() {
    std::fclose(in_);
    std::fclose(out_);
    close(master_);
  }
  PseudoTerminal(const PseudoTerminal&) = delete;
  PseudoTerminal& operator=(const PseudoTerminal&) = delete;

  [[nodiscard]] TableView::Terminal terminal(bool colour, const char* type = "xterm-256color") const {
    return {.out = out_, .in = in_, .type = type, .colour = colour, .charset = Charset::utf8};
  }
  void type(std::string_view keys) const { ASSERT_EQ(write(master_, keys.data(), keys.size()), std::ssize(keys)); }
  /// What was sent to the terminal since the last call.
  [[nodiscard]] std::string screen() const {
    std::fflush(out_);
    std::string sent;
    char bytes[4096];
    for (ssize_t got; (got = read(master_, bytes, sizeof bytes)) > 0;) {
      sent.append(bytes, static_cast<std::size_t>(got));
    }
    return sent;
  }

 private:
  int master_;
  std::FILE* in_ = nullptr;
  std::FILE* out_ = nullptr;
};

class TableOnTerminal : public testing::Test {
 protected:
  void SetUp() override {
    setenv("LC_ALL", "C.UTF-8", 1);
    unsetenv("COLUMNS");
    unsetenv("LINES");
    for (int cycle = 0; cycle < 3; ++cycle) {
      job_.cycle([&] {
        job_.requests(12.0 * cycle, 0);
        job_.queue("a", 3 + cycle);
      });
    }
  }
  [[nodiscard]] std::unique_ptr<TableView> open(bool colour = true) {
    auto view = TableView::open(board_, terminal_.terminal(colour), clock_);
    if (!view) throw std::runtime_error{view.error().text()};
    return std::move(*view);
  }

  ManualClock clock_;
  ChartBoard board_{ChartBoard::kHistoryPoints, clock_};
  TestJob job_{board_};
  PseudoTerminal terminal_{100, 20};
};

TEST_F(TableOnTerminal, DrawsAndRestores) {
  {
    const auto view = open();
    ASSERT_EQ(view->tick(), true);
    const auto screen = terminal_.screen();
    for (const auto* text :
         {"\x1b[?1049h", "traffic", "web_local", "Requests handled", "fine", "12", "█", "\x1b[36m"}) {
      EXPECT_NE(screen.find(text), std::string::npos) << text;
    }
  }
  EXPECT_NE(terminal_.screen().find("\x1b[?1049l"), std::string::npos);
}

TEST_F(TableOnTerminal, NoColour) {
  const auto view = open(false);
  ASSERT_EQ(view->tick(), true);
  const auto screen = terminal_.screen();
  EXPECT_NE(screen.find("traffic"), std::string::npos);
  EXPECT_EQ(screen.find("\x1b[36m"), std::string::npos);
}

TEST_F(TableOnTerminal, RedrawsOnceASecond) {
  const auto view = open();
  ASSERT_EQ(view->tick(), true);
  (void)terminal_.screen();
  job_.cycle([&] { job_.queue("a", 777); });
  ASSERT_EQ(view->tick(), true);
  EXPECT_EQ(terminal_.screen(), "");
  clock_.advance(std::chrono::seconds{1});
  ASSERT_EQ(view->tick(), true);
  EXPECT_NE(terminal_.screen().find("777"), std::string::npos);
}

TEST_F(TableOnTerminal, PausesAndGoesOn) {
  const auto view = open();
  ASSERT_EQ(view->tick(), true);
  terminal_.type("p");
  ASSERT_EQ(view->tick(), true);
  EXPECT_NE(terminal_.screen().find("PAUSED"), std::string::npos);
  job_.cycle([&] { job_.queue("a", 777); });
  clock_.advance(std::chrono::seconds{2});
  ASSERT_EQ(view->tick(), true);
  EXPECT_EQ(terminal_.screen().find("777"), std::string::npos);
  terminal_.type(" ");
  clock_.advance(std::chrono::seconds{2});
  ASSERT_EQ(view->tick(), true);
  EXPECT_NE(terminal_.screen().find("777"), std::string::npos);
}

TEST_F(TableOnTerminal, FiltersAndQuits) {
  const auto view = open();
  ASSERT_EQ(view->tick(), true);
  (void)terminal_.screen();
  terminal_.type("/quit");  // q is a letter of the filter here
  ASSERT_EQ(view->tick(), true);
  EXPECT_NE(terminal_.screen().find("nothing matches"), std::string::npos);
  terminal_.type("\r");
  ASSERT_EQ(view->tick(), true);
  terminal_.type("q");
  EXPECT_EQ(view->tick(), false);
}

TEST_F(TableOnTerminal, FollowsTheSizeOfTheTerminal) {
  const auto view = open();
  ASSERT_EQ(view->tick(), true);
  (void)terminal_.screen();
  const winsize size{.ws_row = 8, .ws_col = 40, .ws_xpixel = 0, .ws_ypixel = 0};
  ASSERT_EQ(ioctl(fileno(terminal_.terminal(true).out), TIOCSWINSZ, &size), 0);
  raise(SIGWINCH);
  ASSERT_EQ(view->tick(), true);
  const auto screen = terminal_.screen();
  EXPECT_NE(screen.find("\x1b[3;32Hweb_local"), std::string::npos) << screen;  // ends in column 40
}

/// Of these nothing can be drawn; the caller falls back to lines.
class UnfitTerminal : public testing::TestWithParam<const char*> {};
TEST_P(UnfitTerminal, IsRefused) {
  ChartBoard board;
  PseudoTerminal terminal{80, 24};
  const auto view = TableView::open(board, terminal.terminal(true, GetParam()));
  ASSERT_FALSE(view.has_value());
  EXPECT_EQ(view.error().text(), fmt::format("terminal type {:?} cannot show a table", GetParam()));
}
INSTANTIATE_TEST_SUITE_P(Table, UnfitTerminal, testing::Values("dumb", "unknown", "no-such-terminal"));

}  // namespace
}  // namespace cppd::output
