// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/names.h>
#include <cppd/chartengine/text_arena.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace cppd::chartengine {
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

TEST(NameTable, NamesThatAreOneToTheReader) {
  struct Row {
    const char* name;
    std::string_view a;
    std::string_view b;
    bool same;
    std::string_view wire_of_a;
  };
  constexpr Row kRows[] = {
      {"equal", "v", "v", true, "v"},
      {"different", "v", "w", false, "v"},
      {"quote", "a'b", "ab", true, "ab"},
      {"both_quoted", "a'b", "ab'", true, "ab"},
      {"line_end", "a\nb", "a b", true, "a b"},
      {"escape", "a\\b", "ab", true, "a\\b"},
      {"escaped_escape", "a\\\\b", "a\\b", false, "a\\\\b"},
      {"escape_and_quote", "a\\'b", "ab", true, "a\\b"},
      {"white_space_around", " a ", "a", true, "a"},
      {"nothing_left_is_itself", "'", "''", false, ""},
  };
  for (const auto& row : kRows) {
    SCOPED_TRACE(row.name);
    TextArena texts;
    NameTable names{texts};
    const auto a = names.acquire(row.a);
    const auto b = names.acquire(row.b);
    EXPECT_EQ(names.read_as(a) == names.read_as(b), row.same);
    EXPECT_EQ(names.wire_text(a), row.wire_of_a);
    EXPECT_EQ(names.text(a), row.a);
    EXPECT_EQ(names.text(b), row.b);
    names.release(b);
    EXPECT_EQ(names.wire_text(a), row.wire_of_a);
  }
}

TEST(NameTable, ReleasedNamesLeaveNothing) {
  TextArena texts;
  NameTable names{texts};
  const auto churn = [&](int times) {
    for (int i = 0; i < times; ++i) {
      const auto name = names.acquire("it's " + std::to_string(i % 1000));
      EXPECT_EQ(names.uses(name), 1U);
      names.release(name);
    }
  };
  churn(1000);
  const auto bytes = names.bytes() + texts.bytes();
  churn(50'000);
  EXPECT_EQ(names.bytes() + texts.bytes(), bytes);
}

}  // namespace
}  // namespace cppd::chartengine
