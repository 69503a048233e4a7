// SPDX-License-Identifier: GPL-3.0-or-later
// Charts contract K22: selectors that parse and match nothing. Rows say which rule of section 3 makes it so.
#include <cppd/matcher/contradiction.h>
#include <cppd/matcher/selector.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "regex_nothing.h"

namespace cppd::matcher {
namespace {

struct Row {
  std::string_view name, selector, reason;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
std::string name_of(const testing::TestParamInfo<Row>& row) { return std::string{row.param.name}; }

class NeverMatches : public testing::TestWithParam<Row> {};
TEST_P(NeverMatches, HowEverSeriesAreFound) {
  ASSERT_TRUE(Selector::parse(GetParam().selector));
  for (const auto lookup : {Lookup::all_series, Lookup::by_name}) {
    const auto reason = why_nothing_matches(GetParam().selector, lookup);
    ASSERT_TRUE(reason);
    EXPECT_THAT(*reason, testing::HasSubstr(GetParam().reason));
  }
}
constexpr Row kNever[] = {
    {"S12_negative_name", "!x", "\"!x\" has only negative words"},
    {"S10_negative_words", "!x* !y", "only negative words"},
    {"S10_negative_value", "m{a=*\"!x\"}", "only negative words"},
    {"S10_shadowed_word", "!* m", "negative words of \"!* m\" leave nothing"},
    {"S7_two_values", "m{a=\"x\",a=\"y\"}", "the terms for label a exclude each other"},
    {"S7_value_and_its_negation", "m{a=\"x\",a!=\"x\"}", "label a"},
    {"S7_value_and_expression", "m{a=\"x\",a=~\"^y\"}", "label a"},
    {"S7_words_and_expression", "m{a=*\"x y\",a=~\"^z\"}", "label a"},
    {"S7_expression_and_its_negation", "m{a=~\"^y.*z\",a!~\"^y.*z\"}", "label a"},
    {"S7_two_globs", "m{a=*\"x*\",a=*\"y*\"}", "label a"},
    {"S7_glob_inside_a_negated_one", "m{a=*\"xy*\",a!*\"z x*\"}", "label a"},
    {"S1_two_names", "m{__name__=\"n\"}", "the name"},
    {"S1_name_and_pattern", "m{__name__=*\"n*\"}", "the name"},
    {"S1_every_name_excluded", "{__name__!*\"*\",a=\"x\"}", "excludes every value"},
    {"S8_every_value_excluded", "m{a=\"x\",a!~\".*\"}", "excludes every value"},
    {"S8_character_before_the_begin", "m{a=~\"x^y\"}", "matches no text"},
    {"S8_character_behind_the_end", "m{a=~\"x$y\"}", "matches no text"},
    {"S8_class_of_nothing", "m{a=~\"x[^\\s\\S]\"}", "matches no text"},
    {"the_second_label_counts_too", "m{a=\"x\",b=\"y\",b=\"z\"}", "label b"},
};
INSTANTIATE_TEST_SUITE_P(Table, NeverMatches, testing::ValuesIn(kNever), name_of);

class NeverFound : public testing::TestWithParam<Row> {};
TEST_P(NeverFound, ByNameOnly) {
  ASSERT_TRUE(Selector::parse(GetParam().selector));
  EXPECT_EQ(why_nothing_matches(GetParam().selector, Lookup::all_series), std::nullopt);
  const auto reason = why_nothing_matches(GetParam().selector, Lookup::by_name);
  ASSERT_TRUE(reason);
  EXPECT_THAT(*reason, testing::HasSubstr(GetParam().reason));
}
constexpr Row kNeverFound[] = {
    {"S12_two_words", "a b", "by the name \"a b\""},
    {"S12_exclusion_in_front", "!a b", "by the name \"!a b\""},
    {"S12_words_and_a_label", "a b{c=\"d\"}", "by the name \"a b\""},
};
INSTANTIATE_TEST_SUITE_P(Table, NeverFound, testing::ValuesIn(kNeverFound), name_of);

struct MayRow {
  std::string_view name, selector, metric;
  std::vector<Label> labels;  // of a series that matches: the proof that the row is right
  friend void PrintTo(const MayRow& row, std::ostream* out) { *out << row.name; }
};
class MayMatch : public testing::TestWithParam<MayRow> {};
TEST_P(MayMatch, NoReasonIsGiven) {
  const auto selector = Selector::parse(GetParam().selector);
  ASSERT_TRUE(selector) << selector.error().text();
  ASSERT_TRUE(selector->matches(GetParam().metric, GetParam().labels));
  EXPECT_EQ(why_nothing_matches(GetParam().selector, Lookup::all_series), std::nullopt);
  EXPECT_EQ(why_nothing_matches(GetParam().selector, Lookup::by_name), std::nullopt);
}
const MayRow kMay[] = {
    {"name", "m", "m", {}},
    {"glob", "m_*", "m_x", {}},
    {"exclusion_before_a_glob", "!m_x m_*", "m_y", {}},
    {"negated_terms_on_an_absent_label", "m{a!=\"x\",a!*\"*\"}", "m", {}},
    {"words_and_an_exclusion", "m{a=*\"x y\",a!=\"x\"}", "m", {{"a", "y"}}},
    {"same_value_twice", "m{a=\"x\",a=\"x\"}", "m", {{"a", "x"}}},
    {"value_in_an_expression", "m{a=\"1500\",a=~\"5..\"}", "m", {{"a", "1500"}}},
    {"globs_that_overlap", "m{a=*\"x*\",a=*\"*y\"}", "m", {{"a", "xy"}}},
    {"glob_cut_by_a_negated_one", "m{a=*\"x*\",a!*\"xy*\"}", "m", {{"a", "xz"}}},
    {"exclusions_of_an_exclusion", "m{a=*\"x*\",a!*\"!xy *\"}", "m", {{"a", "xy"}}},
    {"anchors_in_alternatives", "m{a=~\"(x|^)y\"}", "m", {{"a", "y"}}},
    {"optional_before_the_begin", "m{a=~\"x*^y\"}", "m", {{"a", "y"}}},
    {"name_said_twice", "m{__name__=\"m\"}", "m", {}},
};
INSTANTIATE_TEST_SUITE_P(Table, MayMatch, testing::ValuesIn(kMay),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Contradiction, OfWhatDoesNotParseNothingIsSaid) {
  EXPECT_EQ(why_nothing_matches("m{a=\"x\",}", Lookup::by_name), std::nullopt);
  EXPECT_EQ(why_nothing_matches("m{a=~\"(\"}", Lookup::by_name), std::nullopt);
  EXPECT_EQ(why_nothing_matches(" ", Lookup::by_name), std::nullopt);
}

struct RegexRow {
  std::string_view name, pattern;
  bool nothing;
  friend void PrintTo(const RegexRow& row, std::ostream* out) { *out << row.name; }
};
class RegexNothing : public testing::TestWithParam<RegexRow> {};
TEST_P(RegexNothing, IsKnown) { EXPECT_EQ(regex_finds_nothing(GetParam().pattern), GetParam().nothing); }
constexpr RegexRow kRegexes[] = {
    {"begin_after_a_character", "a^", true},
    {"begin_after_a_group", "(?:a|bc)+(?P<n>^x)", true},
    {"text_begin_after_a_class", "[a-z]\\A", true},
    {"end_before_a_character", "$a", true},
    {"text_end_twice_with_a_dot", "\\z.\\z", true},
    {"every_alternative", "a^|$b", true},
    {"repeated_end", "(a$){2}", true},
    {"class_that_excludes_all", "[^\\x00-\\x{10FFFF}]", true},
    {"property_that_excludes_all", "x\\P{Any}", true},
    {"one_alternative", "a^|b", false},
    {"whole_lines", "(?m)a$\\n^b", false},
    {"whole_lines_in_a_group", "(?m:a$)\\n(?m:^b)", false},
    {"flags_taken_back", "(?m)a(?-m)^", true},
    {"optional_character", "a?^b", false},
    {"none_of_a_character", "a{0}^b", false},
    {"optional_after_the_end", "a$b*", false},
    {"begin_repeated", "^*a", false},
    {"letter_by_number", "\\x41*^b", false},
    {"letter_by_braces", "\\x{41}*^b", false},
    {"letter_of_two_bytes", "\xC3\xA9*^b", false},
    {"quoted_signs", "\\Q^$\\E$", false},
    {"quoted_letter_repeated", "\\Qa\\E*^", false},
    {"last_quoted_letter_repeated", "\\Qab\\E*^", true},
    {"quoted_end", "$\\Qa\\E", true},
    {"boundaries", "\\bfoo\\B", false},
    {"bracket_in_a_class", "[]a]$", false},
    {"named_class", "[[:alpha:]]$", false},
    {"class_of_one", "[^\\x01-\\x{10FFFF}]", false},
    {"empty_text", "^$", false},
};
INSTANTIATE_TEST_SUITE_P(Table, RegexNothing, testing::ValuesIn(kRegexes),
                         [](const auto& row) { return std::string(row.param.name); });

struct PairRow {
  std::string_view name, left, right;
  bool excludes, implies;  // left and right; left implies right
  friend void PrintTo(const PairRow& row, std::ostream* out) { *out << row.name; }
};
class PairOfSelectors : public testing::TestWithParam<PairRow> {};
TEST_P(PairOfSelectors, IsProved) {
  const auto left = SelectorFacts::read(GetParam().left);
  const auto right = SelectorFacts::read(GetParam().right);
  ASSERT_TRUE(left && right);
  EXPECT_EQ(left->excludes(*right), GetParam().excludes);
  EXPECT_EQ(right->excludes(*left), GetParam().excludes);
  EXPECT_EQ(left->implies(*right), GetParam().implies);
}
constexpr PairRow kPairs[] = {
    {"same", "m", "m", false, true},
    {"other_name", "m", "n", true, false},
    {"name_in_a_glob", "m", "m*", false, true},
    {"glob_of_a_name", "m*", "m", false, false},
    {"other_values", "m{a=\"x\"}", "m{a=\"y\"}", true, false},
    {"S7_missing_label_suits_negation", "m{a!=\"x\"}", "m{a!=\"y\"}", false, false},
    {"value_and_its_negation", "m{a=\"x\"}", "m{a!=\"x\"}", true, false},
    {"value_implies_other_negation", "m{a=\"x\"}", "m{a!=\"y\"}", false, true},
    {"value_implies_expression", "m{a=\"x\"}", "m{a=~\".+\"}", false, true},
    {"S7_no_term_does_not_imply_negation", "m", "m{a!=\"y\"}", false, false},
    {"more_terms_imply_fewer", "m{a=\"x\",b=\"y\"}", "m{b=\"y\"}", false, true},
    {"fewer_terms_do_not_imply_more", "m{b=\"y\"}", "m{a=\"x\",b=\"y\"}", false, false},
    {"everything_but_the_name", "m{a=\"x\"}", "{a=\"x\"}", false, true},
};
INSTANTIATE_TEST_SUITE_P(Table, PairOfSelectors, testing::ValuesIn(kPairs),
                         [](const auto& row) { return std::string{row.param.name}; });

struct LabelRow {
  std::string_view name, selector;
  bool requires_text;
  std::string_view values;  // joined by commas; "?" when they cannot be listed
  friend void PrintTo(const LabelRow& row, std::ostream* out) { *out << row.name; }
};
class LabelOfSelector : public testing::TestWithParam<LabelRow> {};
TEST_P(LabelOfSelector, IsProved) {
  const auto facts = SelectorFacts::read(GetParam().selector);
  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->requires_text("a"), GetParam().requires_text);
  const auto values = facts->values("a");
  std::string text;
  for (const auto value : values.value_or(std::vector<std::string_view>{"?"})) text += std::string{value} + ",";
  EXPECT_EQ(text, std::string{GetParam().values} + ",");
}
constexpr LabelRow kLabels[] = {
    {"no_term", "m", false, "?"},
    {"equal", "m{a=\"x\"}", true, "x"},
    {"other_label", "m{b=\"x\"}", false, "?"},
    {"some_text", "m{a=~\".+\"}", true, "?"},
    {"S8_any_text", "m{a=~\".*\"}", false, "?"},
    {"S8_alternatives_may_be_empty", "m{a=~\"x|\"}", false, "?"},
    {"S7_not_equal_may_be_missing", "m{a!=\"x\"}", false, "?"},
    {"words", "m{a=*\"x y\"}", true, "x,y"},
    {"words_but_one", "m{a=*\"x y\",a!=\"y\"}", true, "x"},
    {"glob", "m{a=*\"x*\"}", true, "?"},
    {"glob_of_everything", "m{a=*\"*\"}", false, "?"},
};
INSTANTIATE_TEST_SUITE_P(Table, LabelOfSelector, testing::ValuesIn(kLabels),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST(SelectorFacts, ValuesOfTwoLabelsAreKeptApart) {
  const auto x = SelectorFacts::read("m{a=\"x\"}");
  const auto y = SelectorFacts::read("n{b=*\"y z\"}");
  ASSERT_TRUE(x && y);
  EXPECT_TRUE(x->values_apart("a", *y, "b"));
  EXPECT_FALSE(x->values_apart("a", *x, "a"));
  EXPECT_FALSE(x->values_apart("a", *y, "c"));
}

TEST(SelectorFacts, NamesAreTaken) {
  const auto facts = SelectorFacts::read("m* {a=\"x\"}");
  ASSERT_TRUE(facts);
  EXPECT_TRUE(facts->takes_name("mem"));
  EXPECT_FALSE(facts->takes_name("cpu"));
  EXPECT_FALSE(SelectorFacts::read("m{"));
}

}  // namespace
}  // namespace cppd::matcher
