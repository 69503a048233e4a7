// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/ledger.h>
#include <cppd/base/logger.h>
#include <cppd/base/result.h>
#include <cppd/base/text.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace cppd {
namespace {

using testing::ElementsAre;

TEST(ErrorText, NamesPlaceThenLayersThenReason) {
  auto error = invalid_input("unit is empty").in("charts[0].units").in("job nginx_local");
  error.location = Location{"a.yaml", 3, 7};
  EXPECT_EQ(error.text(), "a.yaml:3:7: job nginx_local: charts[0].units: unit is empty");
}

struct TrimCase {
  std::string_view name, text, want;
  friend void PrintTo(const TrimCase& row, std::ostream* out) { *out << row.name; }
};

class Trim : public testing::TestWithParam<TrimCase> {};
TEST_P(Trim, CutsUnicodeWhiteSpace) { EXPECT_EQ(trim(GetParam().text), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, Trim,
                         testing::Values(TrimCase{"ascii", " \t a b\r\n", "a b"}, TrimCase{"empty", "   ", ""},
                                         TrimCase{"no_break_space", "\u00a0x\u00a0", "x"},
                                         TrimCase{"ideographic", "\u3000x\u2003", "x"},
                                         TrimCase{"zero_width_is_not_space", "\u200bx", "\u200bx"},
                                         TrimCase{"ill_formed_stays", "\xff x \xff", "\xff x \xff"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Words, SplitAtRunsOfWhiteSpace) { EXPECT_THAT(words(" a  b\u00a0c "), ElementsAre("a", "b", "c")); }

TEST(Nearest, FindsAMisspellingAndNothingFarAway) {
  EXPECT_EQ(nearest("demensions", {"title", "dimensions"}), "dimensions");
  EXPECT_EQ(nearest("frobnicate", {"title", "dimensions"}), "");
}

TEST(Ledger, CountsAndKeepsExamples) {
  Ledger ledger;
  ledger.count(LossReason::series_untyped, "up");
  ledger.count(LossReason::series_untyped, "up");
  ledger.count(LossReason::series_info, 3);
  EXPECT_EQ(ledger.counted(LossReason::series_untyped), 2u);
  EXPECT_THAT(ledger.details(LossReason::series_untyped), ElementsAre("up"));
  EXPECT_EQ(ledger.summary(), "series_untyped=2 series_info=3");
}

TEST(Ledger, EveryReasonHasItsOwnNameAndHelp) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kLossReasons; ++i) {
    const auto reason = static_cast<LossReason>(i);
    EXPECT_FALSE(loss_reason_help(reason).empty());
    EXPECT_TRUE(names.insert(loss_reason_name(reason)).second);
  }
}

struct Recorder final : LogSink {
  std::vector<std::string> lines;
  void write(LogLevel, std::string_view message, const LogAttributes&) override { lines.emplace_back(message); }
};

TEST(Logger, LimitsPerKeyAndOncePerReset) {
  auto sink = std::make_shared<Recorder>();
  const Logger log{sink, LogLevel::info};
  for (int i = 0; i < 5; ++i) log.limit("k", 2, std::chrono::hours{1}).warning("limited");
  for (int i = 0; i < 2; ++i) log.once("k").warning("once");
  log.reset_once();
  log.once("k").warning("again");
  log.debug("below the level");
  EXPECT_THAT(sink->lines, ElementsAre("limited", "limited", "once", "again"));
}

TEST(Logger, SuppressedRecordsConsumeNoBudget) {
  auto sink = std::make_shared<Recorder>();
  const Logger log{sink, LogLevel::info};
  log.mute(true);
  log.limit("k", 1, std::chrono::hours{1}).warning("muted");
  log.mute(false);
  log.limit("k", 1, std::chrono::hours{1}).warning("heard");
  EXPECT_THAT(sink->lines, ElementsAre("heard"));
}

}  // namespace
}  // namespace cppd
