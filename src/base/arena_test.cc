// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/text_arena.h>
#include <gtest/gtest.h>

#include <cstring>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cppd {
namespace {

TEST(TextArena, KeepsTextsOfAnyLengthThroughChurn) {
  std::mt19937 random{7};
  TextArena arena;
  std::vector<std::pair<TextRef, std::string>> live;
  const auto length = [&] {
    const auto kind = random() % 100;
    return kind < 90 ? random() % 80 : kind < 99 ? random() % 2000 : TextArena::kTextBytesMax - random() % 3;
  };
  std::size_t settled = 0;
  for (int round = 0; round < 20'000; ++round) {
    if (live.size() > 500 || (!live.empty() && random() % 3 == 0)) {
      const auto index = random() % live.size();
      arena.remove(live[index].first);
      live[index] = std::move(live.back());
      live.pop_back();
    } else {
      std::string text(length(), static_cast<char>('a' + round % 26));
      live.emplace_back(arena.add(text), std::move(text));
    }
    if (round % 1000 == 0) {
      for (const auto& [ref, text] : live) ASSERT_EQ(arena.text(ref), text) << round;
    }
    if (round == 10'000) settled = arena.bytes();
  }
  EXPECT_LE(arena.bytes(), 2 * settled);
}

TEST(TextArena, SameLengthsUseTheSameRoomAgain) {
  TextArena arena;
  auto ref = arena.add("prometheus_job-instance=first");
  const auto bytes = arena.bytes();
  for (int i = 0; i < 100'000; ++i) {
    arena.remove(ref);
    ref = arena.add("prometheus_job-instance=other");
  }
  EXPECT_EQ(arena.bytes(), bytes);
  EXPECT_EQ(arena.text(ref), "prometheus_job-instance=other");
}

TEST(TextArena, AFewTextsTakeLittle) {
  TextArena arena;
  for (int i = 0; i < 8; ++i) (void)arena.add("app_queue_depth-queue=mail");
  EXPECT_LE(arena.bytes(), 512U);
}

TEST(Arena, RecordsOfAnyLengthKeepTheirPlace) {
  struct Row {
    const char* name;
    std::size_t bytes;
  };
  // A block that is shared has 64 KiB.
  constexpr Row kRows[] = {{"nothing", 0},    {"one", 1},         {"unit", 8},
                           {"block", 65'536}, {"beyond", 65'537}, {"many_blocks", 1'000'000}};
  Arena arena;
  std::vector<std::pair<std::uint32_t, std::size_t>> records;
  for (int round = 0; round < 3; ++round) {
    for (const auto& row : kRows) {
      const auto place = arena.take(row.bytes);
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(arena.at(place)) % 8, 0U) << row.name;
      std::memset(arena.at(place), static_cast<int>(records.size()) + 1, row.bytes);
      records.emplace_back(place, row.bytes);
    }
  }
  for (std::size_t i = 0; i < records.size(); ++i) {
    const std::string expected(records[i].second, static_cast<char>(i + 1));
    EXPECT_EQ((std::string_view{arena.at(records[i].first), records[i].second}), expected) << i;
  }
  for (const auto& [place, bytes] : records) arena.give(place, bytes);
  EXPECT_LT(arena.bytes(), 1'000'000U);  // what was longer than a block is gone
}

TEST(Arena, LongRecordsUseTheirNumbersAgain) {
  Arena arena;
  const auto first = arena.take(100'000);
  arena.give(first, 100'000);
  EXPECT_EQ(arena.bytes(), 0U);
  EXPECT_EQ(arena.take(200'000), first);
  EXPECT_NE(arena.take(8), first);
}

}  // namespace
}  // namespace cppd
