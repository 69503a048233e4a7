// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/netdataapi/daemon.h>
#include <cppd/netdataapi/frame.h>
#include <cppd/netdataapi/number.h>
#include <cppd/netdataapi/sanitize.h>
#include <cppd/netdataapi/wire.h>
#include <gtest/gtest.h>

#include <charconv>
#include <random>
#include <string>

namespace cppd::netdataapi {
namespace {

std::string float_text(double value) {
  char text[kNumberBytesMax];
  return {text, write_float(text, value)};
}

struct FloatCase {
  std::string_view name;
  double value;
  std::string_view want;
  friend void PrintTo(const FloatCase& row, std::ostream* out) { *out << row.name; }
};
constexpr FloatCase kFloats[] = {
    {"n101_1e21", 1e21, "1000000000000000000000"},
    {"n101_1e_7", 1e-7, "0.0000001"},
    {"n101_half", 123.5, "123.5"},
    {"n101_negative_zero", -0.0, "-0"},
    {"above_2_53", 9007199254740993.0, "9007199254740992"},
    {"digits_past_the_shortest_are_zeros", 0x1p80, "1208925819614629200000000"},
    {"third", 1.0 / 3, "0.3333333333333333"},
    {"negative", -0.25, "-0.25"},
    {"tenth", 0.1, "0.1"},
    {"three_places", 12.125, "12.125"},
};
class FloatText : public testing::TestWithParam<FloatCase> {};
TEST_P(FloatText, IsShortestPlainDecimal) { EXPECT_EQ(float_text(GetParam().value), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, FloatText, testing::ValuesIn(kFloats),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FloatTextProperty, ReadsBackAndIsNoLongerThanTheShortest) {
  std::mt19937_64 random{7};
  for (int i = 0; i < 200000; ++i) {
    double value;
    switch (i % 4) {
      case 0: value = static_cast<double>(random() % 1'000'000) / 1000; break;
      case 1: value = static_cast<double>(random() % 1'000'000'007) / 7; break;
      case 2: value = static_cast<double>(random()) * 1e-9; break;
      default: value = std::ldexp(static_cast<double>(random() >> 11), static_cast<int>(random() % 200) - 150);
    }
    const auto text = float_text(value);
    double back = 0;
    std::from_chars(text.data(), text.data() + text.size(), back);
    ASSERT_EQ(back, value) << text;
    char shortest[32];
    const auto end = std::to_chars(shortest, shortest + 32, value, std::chars_format::scientific).ptr;
    std::string digits;
    for (const char c : std::string_view{shortest, end}) {
      if (c == 'e') break;
      if (c != '.') digits += c;
    }
    while (digits.size() > 1 && digits.back() == '0') digits.pop_back();
    std::string got;
    for (const char c : text) {
      if (c != '.' && (!got.empty() || c != '0')) got += c;
    }
    while (got.size() > 1 && got.back() == '0') got.pop_back();
    if (value != 0) ASSERT_EQ(got, digits) << text;
  }
}

struct CleanCase {
  std::string_view name, text, value, id;
  friend void PrintTo(const CleanCase& row, std::ostream* out) { *out << row.name; }
};
constexpr CleanCase kClean[] = {
    {"quote", "it's", "its", "its"},
    {"line_ends", "a\r\nb", "a  b", "a  b"},
    {"nul", std::string_view{"a\0b", 3}, "ab", "ab"},
    {"spaces", " a ", " a ", "a"},
    {"kept", "a\\b \"c\"\t", "a\\b \"c\"\t", "a\\b \"c\""},
    {"trailing_backslash", "dir\\", "dir", "dir"},
    {"even_backslashes", "dir\\\\", "dir\\\\", "dir\\\\"},
    {"only_quotes", "''", "", ""},
    {"backslash_before_a_quote", "dir\\'", "dir", "dir"},
    {"backslashes_around_a_quote", "dir\\'\\", "dir\\\\", "dir\\\\"},
    {"backslash_before_nul", std::string_view{"dir\\\0", 5}, "dir", "dir"},
};
class Clean : public testing::TestWithParam<CleanCase> {};
TEST_P(Clean, ValueAndId) {
  EXPECT_EQ(clean_value(GetParam().text), GetParam().value);
  EXPECT_EQ(clean_id(GetParam().text), GetParam().id);
  EXPECT_EQ(id_bytes(GetParam().text), GetParam().id.size());
}
INSTANTIATE_TEST_SUITE_P(Table, Clean, testing::ValuesIn(kClean),
                         [](const auto& row) { return std::string(row.param.name); });

struct VersionCase {
  std::string_view name, version;
  bool config_lines, host_lines;
  friend void PrintTo(const VersionCase& row, std::ostream* out) { *out << row.name; }
};
constexpr VersionCase kVersions[] = {
    {"debian_12", "v1.37.1", false, false}, {"hosts_came", "1.39.0", false, true},
    {"config_came", "v1.45.0", true, true}, {"nightly", "v1.44.0-123-nightly", false, true},
    {"two", "v2.3.1", true, true},          {"none", "", true, true},
    {"unreadable", "latest", true, true},   {"old_major", "v0.9", false, false},
};
class DaemonVersion : public testing::TestWithParam<VersionCase> {};
TEST_P(DaemonVersion, TellsWhatMayBeSent) {
  const auto features = daemon_features(GetParam().version);
  EXPECT_EQ(features.config_lines, GetParam().config_lines);
  EXPECT_EQ(features.short_calls, !GetParam().config_lines);
  EXPECT_EQ(features.host_lines, GetParam().host_lines);
}
INSTANTIATE_TEST_SUITE_P(Table, DaemonVersion, testing::ValuesIn(kVersions),  // design diff D13
                         [](const auto& row) { return std::string(row.param.name); });

TEST(FrameText, CrossesPieces) {
  FramePool pool{3};
  Frame frame{pool};
  std::string want;
  for (int i = 0; i < 20000; ++i) {
    const auto line = std::to_string(i) + '\n';
    frame.append(line);
    want += line;
  }
  EXPECT_EQ(frame.text(), want);
  EXPECT_NE(frame.first()->next, nullptr);
  frame.clear();
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(FrameText, TakesAnEmptyText) {
  FramePool pool{1};
  Frame frame{pool};
  frame.append({});
  EXPECT_TRUE(frame.empty());
  frame.append("x");
  frame.append({});
  EXPECT_EQ(frame.text(), "x");
}

TEST(FrameText, IsBrokenWhenThePoolIsExhausted) {
  FramePool pool{1};
  Frame frame{pool};
  frame.append(std::string(kPieceBytes, 'x'));
  EXPECT_FALSE(frame.broken());
  frame.append("x");
  EXPECT_TRUE(frame.broken());
}

TEST(FramePool, GivesIdlePiecesBack) {
  FramePool pool{8};
  {
    Frame frame{pool};
    frame.append(std::string(kPieceBytes * 3, 'x'));
  }
  pool.trim();
  pool.trim();
  EXPECT_EQ(pool.in_use(), 0u);
}

}  // namespace
}  // namespace cppd::netdataapi
