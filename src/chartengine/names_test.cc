// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/names.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace cppd::chartengine {
namespace {

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
