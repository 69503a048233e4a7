// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/selector.h>

#include <gmock/gmock.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace cppd::matcher {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Row {
  std::string_view name, selector, metric;
  std::vector<Label> labels;
  bool matches;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
class SelectorMatch : public testing::TestWithParam<Row> {};
TEST_P(SelectorMatch, Answers) {
  const auto selector = Selector::parse(GetParam().selector);
  ASSERT_TRUE(selector) << selector.error().text();
  EXPECT_EQ(selector->matches(GetParam().metric, GetParam().labels), GetParam().matches);
}
// Ids: SE and AD of the helpers contract section 6, N of the charts contract 8.2; the rest metrix contract 9.6.
const Row kMatches[] = {
    {"SE01", "go_memstats_alloc_bytes", "go_memstats_alloc_bytes", {}, true},
    {"SE02_first_word", "go_memstats_alloc_bytes !go_memstats_* *", "go_memstats_alloc_bytes", {}, true},
    {"SE02", "go_memstats_alloc_bytes !go_memstats_* *", "go_memstats_frees", {}, false},
    {"SE03", "go_memstats_*{label=\"value\"}", "go_memstats_x", {{"label", "value"}}, true},
    {"SE04", "go_memstats_*{label!=\"value\"}", "go_memstats_x", {{"label", "value"}}, false},
    {"SE05_missing_label_negated", "m{label!=\"value\"}", "m", {}, true},
    {"SE06", "m{label=~\"valu.+\"}", "m", {{"label", "value"}}, true},
    {"SE07", "{__name__=*\"go_*\",a=\"1\",b=\"2\"}", "go_x", {{"a", "1"}, {"b", "2"}}, true},
    {"SE08", "{job=\"api\"}", "anything", {{"job", "api"}}, true},
    {"SE10",
     "d{device=~\"/dev/n1$|/dev/n2$\",fstype=\"ext4\"}",
     "d",
     {{"device", "/dev/n2"}, {"fstype", "ext4"}},
     true},
    {"N31_both_labels",
     "http_total{job=\"api\",instance=\"a\"}",
     "http_total",
     {{"instance", "a"}, {"job", "api"}},
     true},
    {"N32_glob_and_label", "http_*{job=\"api\"}", "http_x", {{"job", "api"}}, true},
    {"N35_negated_on_a_missing_label", "m{a!=\"x\"}", "m", {}, true},
    {"K20_anchored_by_hand", "m{c=~\"^5..$\"}", "m", {{"c", "1500"}}, false},
    {"K21_letters_outside_ascii", "m{c=~\"\u03bc\"}", "m", {{"c", "x\u03bcy"}}, true},
    {"K21_class_outside_ascii", "m{c=~\"^[\u03b1-\u03c9]+$\"}", "m", {{"c", "\u03bc\u03bd"}}, true},
    {"K21_part_of_a_letter", "m{c=~\"^.$\"}", "m", {{"c", "\u03bc"}}, true},
    {"N40_greek", "\u03bc?\u03c4\u03c1\u03bf_*", "\u03bc\u03ad\u03c4\u03c1\u03bf_total", {}, true},
    {"N31_other_label",
     "http_total{job=\"api\",instance=\"a\"}",
     "http_total",
     {{"instance", "b"}, {"job", "api"}},
     false},
    {"N34_comma_in_quotes", "m{a=\"x,y\"}", "m", {{"a", "x,y"}}, true},
    {"N35_missing_label_positive", "m{a=*\"*\"}", "m", {}, false},
    {"N36_unanchored", "m{c=~\"5..\"}", "m", {{"c", "1500"}}, true},
    {"blanks_around_terms", " m { a=\"1\" , b=\"2\" } ", "m", {{"a", "1"}, {"b", "2"}}, true},
    {"first_pattern_wins", "!go_gc_* go_*", "go_gc_x", {}, false},
    {"simple_patterns_value", "m{a=*\"x* !xy z?\"}", "m", {{"a", "xy"}}, true},
    {"name_by_expression", "{__name__=~\"^svc\\.a$\"}", "svcxa", {}, false},
    {"missing_brace", "m{a=\"x\"", "m", {{"a", "x"}}, true},
    {"doubled_braces", "m{{a=\"x\"}}", "m", {{"a", "x"}}, true},
    {"backslash_stays", "m{a=\"x\\\\y\"}", "m", {{"a", "x\\y"}}, false},
    {"first_of_doubled_labels", "{l=\"1\"}", "m", {{"l", "1"}, {"l", "2"}}, true},
};
INSTANTIATE_TEST_SUITE_P(Table, SelectorMatch, testing::ValuesIn(kMatches),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadRow {
  std::string_view name, selector;
  friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }
};
class SelectorBad : public testing::TestWithParam<BadRow> {};
TEST_P(SelectorBad, IsRefused) { EXPECT_FALSE(Selector::parse(GetParam().selector)); }
constexpr BadRow kBad[] = {
    {"SE09_trailing_comma", "m{a=\"x\",}"},
    {"SE09_leading_comma", "m{,a=\"x\"}"},
    {"SE09_no_quotes", "m{a=x}"},
    {"SE09_empty_pattern", "m{a=\"\"}"},
    {"SE09_blanks", "m{a = \"x\"}"},
    {"SE09_label", "m{a.b=\"x\"}"},
    {"SE09_open_quote", "m{a=\"x}"},
    {"empty_braces", "m{}"},
    {"blank", " \t"},
    {"only_braces", "{ }"},
    {"bad_glob", "go_["},
    {"bad_expression", "{a=~\"(\"}"},
    {"newline", "{a=\"x\ny\"}"},
    {"operator", "{a~=\"x\"}"},
    {"text_behind", "m{a=\"x\"}y"},
};
INSTANTIATE_TEST_SUITE_P(Table, SelectorBad, testing::ValuesIn(kBad),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SelectorMetadata, NamesAndKeys) {  // N31, N32, helpers 6.3
  const auto exact = Selector::parse("http_total{job=\"api\",instance!=\"a\"}");
  EXPECT_THAT(exact->metric_names(), ElementsAre("http_total"));
  EXPECT_THAT(exact->constrained_keys(), ElementsAre("instance", "job"));
  EXPECT_THAT(Selector::parse("http_*{job=\"api\"}")->metric_names(), IsEmpty());
  EXPECT_THAT(Selector::parse("x{__name__=\"y\"}")->metric_names(), ElementsAre("x", "y"));
  EXPECT_THAT(Selector::parse("{__name__!=\"m\"}")->metric_names(), IsEmpty());
}

struct ListRow {
  std::string_view name;
  std::vector<std::string> allow, deny;
  std::string_view metric;
  bool matches;
  friend void PrintTo(const ListRow& row, std::ostream* out) { *out << row.name; }
};
class SelectorLists : public testing::TestWithParam<ListRow> {};
TEST_P(SelectorLists, Answer) {
  const auto list = SelectorList::parse(GetParam().allow, GetParam().deny);
  ASSERT_TRUE(list) << list.error().text();
  EXPECT_EQ(list->matches(GetParam().metric, {}), GetParam().matches);
}
const ListRow kLists[] = {
    {"AD1", {"go_*"}, {}, "go_gc", true},
    {"AD2", {}, {"go_*"}, "go_gc", false},
    {"AD3", {"go_*"}, {"go_gc_*"}, "go_gc_duration_seconds", false},
    {"AD4", {"node_*"}, {}, "go_gc", false},
    {"N37_allowed", {"go_*"}, {"go_gc_*"}, "go_mem", true},
    {"N37_not_allowed", {"go_*"}, {"go_gc_*"}, "node_x", false},
    {"any_of_allow", {"node_*", "go_*"}, {}, "go_gc", true},
    {"blanks_allow_all", {" ", "{}"}, {}, "go_gc", true},
    {"blanks_deny_nothing", {}, {""}, "go_gc", true},
};
INSTANTIATE_TEST_SUITE_P(Table, SelectorLists, testing::ValuesIn(kLists),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SelectorLists, NameTheEntryThatIsBad) {
  const std::string allow[] = {"go_*", "m{a=\"x\",}"};
  const auto list = SelectorList::parse(allow, {});
  ASSERT_FALSE(list);
  EXPECT_NE(list.error().text().find("parse selector \"m{a=\"x\",}\""), std::string::npos) << list.error().text();
}

struct RefusedRow {
  std::string_view name, selector;
  std::vector<std::string> terms;  // `key symbol pattern: found`
  friend void PrintTo(const RefusedRow& row, std::ostream* out) { *out << row.name; }
};
const RefusedRow kRefused[] = {
    {"selected", "m{a=\"1\"}", {}},
    {"name", "n", {"__name__ =* n: m"}},
    {"value", "m{a=\"2\"}", {"a = 2: 1"}},
    {"missing_label", "m{c=~\"x\"}", {"c =~ x: -"}},
    {"negated", "m{a!=\"1\",b!~\"t\"}", {"a != 1: 1", "b !~ t: two"}},
    {"only_those_that_fail", "m{a=\"1\",b!*\"t*\"}", {"b !* t*: two"}},
};
class SelectorRefused : public testing::TestWithParam<RefusedRow> {};
TEST_P(SelectorRefused, NamesTheTerms) {
  const auto selector = Selector::parse(GetParam().selector);
  ASSERT_TRUE(selector);
  EXPECT_EQ(selector->text(), GetParam().selector);
  const Label labels[] = {{"a", "1"}, {"b", "two"}};
  std::vector<std::string> terms;
  for (const auto& term : selector->refused_by("m", labels))
    terms.push_back(fmt::format("{} {} {}: {}", term.key, term.symbol, term.pattern, term.found.value_or("-")));
  EXPECT_EQ(terms, GetParam().terms);
  EXPECT_EQ(terms.empty(), selector->matches("m", labels));
}
INSTANTIATE_TEST_SUITE_P(Table, SelectorRefused, testing::ValuesIn(kRefused),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SelectorLists, NameTheEntryThatRefuses) {
  const auto list = SelectorList::parse(std::vector<std::string>{"m*"}, std::vector<std::string>{"ma", "mb*"});
  ASSERT_TRUE(list);
  ASSERT_NE(list->denied_by("mbx", {}), nullptr);
  EXPECT_EQ(list->denied_by("mbx", {})->text(), "mb*");
  EXPECT_EQ(list->denied_by("mc", {}), nullptr);
  EXPECT_EQ(list->allow().size(), 1u);
}

}  // namespace
}  // namespace cppd::matcher
