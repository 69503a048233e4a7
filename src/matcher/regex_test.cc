// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/regex.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace cppd::matcher {
namespace {

using testing::ElementsAre;

struct Row {
  std::string_view name, pattern, text;
  bool matches;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
class RegexSearch : public testing::TestWithParam<Row> {};
TEST_P(RegexSearch, Answers) {
  const auto regex = Regex::parse(GetParam().pattern);
  ASSERT_TRUE(regex) << regex.error().text();
  EXPECT_EQ(regex->matches(GetParam().text), GetParam().matches);
}
constexpr Row kSearches[] = {
    {"literal", "abc", "xabcx", true},
    {"front", "^abc", "xabc", false},
    {"dollar_is_end_of_text", "abc$", "abc\n", false},
    {"whole_escaped", "^a\\.b$", "a.b", true},
    {"escaped_dollar", "a\\$$", "xa$", true},
    {"two_carets", "^^a", "^a", false},
    {"multibyte_front", "^日本", "日本語", true},  // crashes the reference, helpers Q10
    {"multibyte_class", "[éè]x", "ex", false},     // the same
    {"name_in_either_spelling", "(?<n>a)(?P<m>b)", "ab", true},
    {"name_used_twice", "(?P<n>a)|(?P<n>b)", "b", true},
    {"name_in_class_is_text", "[(?<n>]+x", "(x", true},
    {"name_in_quotes_is_text", "\\Q(?<n>\\Ea", "(?<n>a", true},
    {"ill_formed_byte_is_one_character", "^a.b$",
     "a\xff"
     "b",
     true},
    {"ill_formed_byte_is_replacement", "^\\x{FFFD}$", "\xff", true},
    {"not_any_byte", "^a.$", "aé", true},
};
INSTANTIATE_TEST_SUITE_P(Table, RegexSearch, testing::ValuesIn(kSearches),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadRow {
  std::string_view name, pattern;
  friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }
};
class RegexBad : public testing::TestWithParam<BadRow> {};
TEST_P(RegexBad, IsRefused) { EXPECT_FALSE(Regex::parse(GetParam().pattern)); }
constexpr BadRow kBad[] = {
    {"any_byte", "a\\C"},
    {"any_byte_in_class", "[\\C]"},
    {"lookbehind", "(?<=a)b"},
    {"bad_name", "(?P<n-x>a)"},
    {"empty_name", "(?<>a)"},
    {"back_reference", "(a)\\1"},
    {"repeat", "a{1001}"},
    {"memory_bound", "(a{1000}){1000}"},
    {"open_class", "[a"},
    {"lone_backslash", "abc\\"},
    {"not_utf8_with_operator", "a.\xff"},
};
INSTANTIATE_TEST_SUITE_P(Table, RegexBad, testing::ValuesIn(kBad),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(RegexGroups, AreNumberedAndNamed) {
  const auto regex = Regex::parse("(a)(?:b)(?<word>c)?");
  ASSERT_TRUE(regex);
  EXPECT_THAT(regex->group_names(), ElementsAre("", "word"));
  std::array<std::string_view, 3> groups;
  ASSERT_TRUE(regex->search("xab", groups));
  EXPECT_THAT(groups, ElementsAre("ab", "a", ""));
  EXPECT_EQ(groups[2].data(), nullptr);
}

TEST(RegexGroups, LookIntoTextThatIsNotUtf8) {
  const auto regex = Regex::parse("(b.)(c)");
  const std::string_view text =
      "\xff\xff"
      "b\xff"
      "c";
  std::array<std::string_view, 3> groups;
  ASSERT_TRUE(regex->search(text, groups));
  EXPECT_THAT(groups, ElementsAre("b\xff"
                                  "c",
                                  "b\xff", "c"));
  EXPECT_EQ(groups[2].data(), text.data() + 4);
}

TEST(RegexAnchor, BothTakesTheWholeText) {
  EXPECT_FALSE(Regex::parse("a|ab", Regex::Anchor::both)->matches("abc"));
  EXPECT_TRUE(Regex::parse("a|ab", Regex::Anchor::both)->matches("ab"));
  EXPECT_FALSE(Regex::parse("b", Regex::Anchor::both)->matches("ab"));
}

struct ExpandRow {
  std::string_view name, replacement, want;
  friend void PrintTo(const ExpandRow& row, std::ostream* out) { *out << row.name; }
};
class RegexExpand : public testing::TestWithParam<ExpandRow> {};
TEST_P(RegexExpand, FillsGroups) {  // rules of Go's regexp.Expand
  const auto regex = Regex::parse("(?<first>a+)(b+)");
  std::array<std::string_view, 3> groups;
  ASSERT_TRUE(regex->search("aabb", groups));
  std::string out;
  regex->expand(GetParam().replacement, groups, out);
  EXPECT_EQ(out, GetParam().want);
}
constexpr ExpandRow kExpand[] = {
    {"number", "<$1>", "<aa>"},           {"braces", "${2}x", "bbx"}, {"name", "$first-", "aa-"},
    {"longest_name", "$2x", ""},          {"dollar", "$$1", "$1"},    {"unknown_number", "$9.", "."},
    {"open_brace_is_text", "${1", "${1"}, {"all", "$0", "aabb"},      {"lone_dollar", "a$", "a$"},
};
INSTANTIATE_TEST_SUITE_P(Table, RegexExpand, testing::ValuesIn(kExpand),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::matcher
