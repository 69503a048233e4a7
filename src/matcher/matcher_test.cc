// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/matcher.h>

#include <gtest/gtest.h>

namespace cppd::matcher {
namespace {

struct Row {
  std::string_view name, line, text;
  bool matches;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};

class MatcherLine : public testing::TestWithParam<Row> {};
TEST_P(MatcherLine, Answers) {
  const auto matcher = Matcher::parse(GetParam().line);
  ASSERT_TRUE(matcher) << matcher.error().text();
  EXPECT_EQ(matcher->matches(GetParam().text), GetParam().matches);
}

// Ids are those of the helpers contract, sections 5.1, 5.2 and 5.4.
constexpr Row kLines[] = {
    {"M02_empty_equals_empty", "= ", "", true},
    {"M02_only_the_sign", "=", "", true},
    {"M02_long_form", "string:", "x", false},
    {"M03_blanks_dropped", "= \t\ffull", "full", true},
    {"M04_long_keeps_blank", "string: full", " full", true},
    {"M05_negated", "!string:full", "full", false},
    {"M05_negated_short", "!= full", "other", true},
    {"M06_empty_expression", "~", "x", true},
    {"M06_long_form", "regexp:", "x", true},
    {"M06_negated_empty_expression", "!~ ", "x", false},
    {"M07_equals_empty", "~ ^$", "x", false},
    {"M08_contains", "~ partial", "a partial text", true},
    {"M08_prefix", "~ ^prefix", "prefix of", true},
    {"M08_not_in_front", "~ ^prefix", "a prefix", false},
    {"M08_suffix", "~ suffix$", "xsuffix", true},
    {"M08_whole", "~ ^full$", "full", true},
    {"M08_not_whole", "~ ^full$", "fuller", false},
    {"M09_escaped_dot", "~ part\\.ial", "partxial", false},
    {"M10_search", "~ part\\s1", "a part 1", true},
    {"M12_empty_glob", "*", "x", false},
    {"M13_anything", "* *", "x", true},
    {"M14_equals", "* foo", "xfoo", false},
    {"M14_starts", "* foo*", "foox", true},
    {"M14_ends", "* *foo", "xfoo", true},
    {"M14_contains", "* *foo*", "xfoox", true},
    {"M15_long_form", "glob:foo*bar", "foo.bar", true},
    {"M15_general", "!* foo?bar", "fooxbar", false},
    {"M16_no_words", "simple_patterns: ", "", false},
    {"M17_lone_negative", "simple_patterns: !foo", "bar", false},
    {"G01_slash", "* /a/*/d", "/a/b/c/d", true},
    {"G02_slash_in_front", "* /a/*/d", "a/b/c/d", false},
    {"G03_front", "* foo*", "foo123", true},
    {"G03_anywhere", "* *foo*", "123foo123", true},
    {"G03_back", "* *foo", "123foo", true},
    {"G04_nothing_between", "* foo*bar", "foobar", true},
    {"G04_text_between", "* foo*bar", "foo baz bar", true},
    {"G05_class", "* a[bc]d", "abd", true},
    {"G05_negated_class", "* a[^bc]d", "abd", false},
    {"G05_range", "* a[b-z]d", "aad", false},
    {"G05_not_of_the_class", "* a[^bc]d", "add", true},
    {"G06_two_of_any", "* a??d", "abcd", true},
    {"G06_escaped_question", "* a\\??d", "a?cd", true},
    {"G07_star_itself", "* queue\\*", "queue*", true},
    {"G07_escaped_star", "* queue\\*", "queue*errors", false},
    {"G08_two_code_points", "* *??a", "€a", false},
    {"G09_greek", "* μ?τρο_*", "μέτρο_total", true},
    {"G10_escaped_backslash", "* a\\\\*", "a\\xyz", true},
    {"G11_lone_bracket", "* ab]", "ab]", true},
    {"G13_class_that_is_none", "* [a-]", "a", false},
    {"G13_dash_first", "* [-a]", "-", false},
    {"G13_two_dashes", "* [a-z-9]", "b", false},
    {"G13_range_from_a_dash", "* [--0]", ".", false},
    {"G14_empty_range", "* [b-a]", "a", false},
    {"G14_not_in_empty_range", "* [^b-a]", "a", true},
    {"backtracking", "* *a*b", "aabab", true},
    {"backtracking_fails", "* *a*b", "abx", false},
    {"trailing_star_takes_nothing", "* *[0-9]*", "a1", true},
    {"SP1", "simple_patterns:*foobar* !foo* !*bar *", "hello world", true},
    {"SP2", "simple_patterns:*foobar* !foo* !*bar *", "hello world bar", false},
    {"SP3", "simple_patterns:*foobar* !foo* !*bar *", "hello world foobar", true},
    {"SP4_whole", "simple_patterns:*foobar", "foobar", true},
    {"SP4_behind_a_space", "simple_patterns:*foobar", "foo foobar", true},
    {"SP4_not_at_the_end", "simple_patterns:*foobar", "foobar baz", false},
    {"N39_first_of_two_words", "simple_patterns: Business Unit ", "Business", true},
    {"N39_second_of_two_words", "simple_patterns: Business Unit ", "Unit", true},
    {"N39_not_both", "simple_patterns: Business Unit ", "Business Unit", false},
    {"SP5_good", "simple_patterns:!*bad* *", "good", true},
    {"SP5_negative_first", "simple_patterns:!*bad* *", "very bad", false},
    {"SP6_first_word_wins", "simple_patterns:hello* !*world *", "hello world", true},
};
INSTANTIATE_TEST_SUITE_P(Table, MatcherLine, testing::ValuesIn(kLines),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadRow {
  std::string_view name, line;
  friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }
};
class MatcherBadLine : public testing::TestWithParam<BadRow> {};
TEST_P(MatcherBadLine, IsRefused) { EXPECT_FALSE(Matcher::parse(GetParam().line)); }
constexpr BadRow kBadLines[] = {
    {"M01_empty", ""},
    {"M01_no_form", "abc"},
    {"M01_only_bang", "!"},
    {"M01_format", "invalid_fmt:abc"},
    {"M11_backslash", "~ abc\\"},
    {"M11_open_group", "~ (ab"},
    {"G12_backslash", "* ab\\"},
    {"G12_open_class", "* ab["},
    {"G12_empty_class", "* []"},
    {"G12_bracket_first", "* []]"},
    {"sp_bad_word", "simple_patterns:a [b"},
};
INSTANTIATE_TEST_SUITE_P(Table, MatcherBadLine, testing::ValuesIn(kBadLines),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(MatcherLine, ReportsTheErrorOfTheShortForm) {  // helpers Q11
  EXPECT_NE(Matcher::parse("~ (ab").error().text().find("regular expression"), std::string::npos);
}

TEST(SimplePatternList, KeepsInnerSpaces) {  // SP7, SP8
  const std::string secret_last[] = {"Business*", "!Business Secret"};
  const std::string secret_first[] = {"!Business Secret", "Business*"};
  EXPECT_TRUE(SimplePatterns::parse_list(secret_last)->matches("Business Secret"));
  EXPECT_FALSE(SimplePatterns::parse_list(secret_first)->matches("Business Secret"));
}

TEST(SimplePatternList, RefusesWhatCannotMatch) {  // SP9, SP10
  for (const std::string word : {"!x", "!", "!   ", "["}) {
    EXPECT_FALSE(SimplePatterns::parse_list(std::span{&word, 1})) << word;
  }
  EXPECT_TRUE(SimplePatterns::parse_list({})->empty());
}

TEST(MatcherLogic, FoldsConstants) {  // 5.5
  const auto foo = Matcher::string("foo", Place::whole);
  EXPECT_EQ((!Matcher{false}).constant(), true);
  EXPECT_EQ((Matcher{false} && foo).constant(), false);
  EXPECT_EQ((foo || Matcher{true}).constant(), true);
  EXPECT_EQ((Matcher{true} && foo).constant(), std::nullopt);
  EXPECT_TRUE((Matcher{true} && foo).matches("foo"));
  EXPECT_FALSE((Matcher{false} || foo).matches("bar"));
  EXPECT_TRUE((foo && !Matcher::string("o", Place::back)).constant() == std::nullopt);
  EXPECT_FALSE((foo && !Matcher::string("o", Place::back)).matches("foo"));
}

TEST(MatcherExpression, IncludesAndNotExcludes) {  // E1 to E3
  const std::string includes[] = {"~ /api/", "~ .php$"}, excludes[] = {"~ /api/img"};
  const auto both = Matcher::includes_excludes(includes, excludes);
  EXPECT_TRUE(both->matches("/api2/a.php"));
  EXPECT_FALSE(both->matches("/api/img.php"));
  EXPECT_TRUE(Matcher::includes_excludes({}, excludes)->matches("anything"));
  EXPECT_FALSE(Matcher::includes_excludes({}, {}));
  const std::string bad[] = {"zzz"};
  EXPECT_NE(Matcher::includes_excludes(includes, bad).error().text().find("zzz"), std::string::npos);
}

TEST(QuoteGlob, MatchesOnlyItself) {
  for (const std::string_view text : {"a*b", "[x]", "?", "\\", "日*", ""}) {
    const auto glob = Glob::parse(quote_glob(text));
    ASSERT_TRUE(glob) << text;
    EXPECT_TRUE(glob->matches(text)) << text;
    EXPECT_FALSE(glob->matches(std::string{text} + "x")) << text;
  }
}

}  // namespace
}  // namespace cppd::matcher
