// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/matcher/intersection.h>

#include <gtest/gtest.h>

namespace cppd::matcher {
namespace {

struct Row {
  std::string_view name, left, right;
  std::vector<std::string> exclude;
  std::optional<std::string> witness;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
class GlobIntersection : public testing::TestWithParam<Row> {};
TEST_P(GlobIntersection, HasWitness) {
  const auto& row = GetParam();
  const auto found = IntersectionAnalyzer{}.globs(row.left, row.right, row.exclude, false);
  ASSERT_TRUE(found) << found.error().text();
  EXPECT_EQ(*found, row.witness);
}
const Row kGlobs[] = {
    // helpers contract 5.6
    {"IA1", "app_a*", "app_[b]*", {}, std::nullopt},
    {"IA2", "app_[ab]*", "app_b*", {}, "app_b"},
    {"IA3", "app_?", "app_[^a]", {}, "app__"},
    {"IA4", "app_*", "app_", {}, "app_"},
    {"IA5", "app_*", "app_[ab]*", {"app_a*", "app_b*"}, std::nullopt},
    {"IA6", "métrique_*", "métrique_[é]", {}, "métrique_é"},
    {"IA7", "[a-f0-4]", "[d-z3-9]", {}, "3"},
};
INSTANTIATE_TEST_SUITE_P(Table, GlobIntersection, testing::ValuesIn(kGlobs),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(SimplePatternIntersection, RespectsTheOrderOfWords) {  // IA8 to IA10
  EXPECT_EQ(*IntersectionAnalyzer{}.simple_patterns("!app_a* app_a*", "app_a*", false), std::nullopt);
  EXPECT_NE(*IntersectionAnalyzer{}.simple_patterns("app_a* !app_a* app_*", "app_a*", false), std::nullopt);
  EXPECT_EQ(*IntersectionAnalyzer{}.simple_patterns("zz* a", "zz* a", false), "a");
}

TEST(Intersection, EmptyTextMayBeRefused) {
  EXPECT_EQ(*IntersectionAnalyzer{}.globs("*", "*", {}, false), "");
  EXPECT_EQ(*IntersectionAnalyzer{}.globs("*", "*", {}, true), "a");
  EXPECT_EQ(*IntersectionAnalyzer{}.globs("", "*", {}, true), std::nullopt);
}

TEST(Intersection, BudgetIsSharedByQueries) {
  IntersectionAnalyzer analyzer{{.transitions_max = 60}};
  EXPECT_TRUE(analyzer.globs("ab", "a?", {}, false));
  const auto second = analyzer.globs("*a*b*c*d*", "*d*c*b*a*", {}, false);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::limit);
  EXPECT_EQ((IntersectionAnalyzer{{.states_max = 1}}.globs("ab", "a?", {}, false).error().code), Errc::limit);
}

TEST(Intersection, StopsWhenToldTo) {
  IntersectionAnalyzer analyzer{{}, [] { return true; }};
  EXPECT_EQ(analyzer.globs("a*", "*b", {}, false).error().code, Errc::stopped);
}

TEST(Intersection, RefusesClassesThatCannotMatch) {
  for (const std::string_view pattern : {"[b-a]", "[a-]", "["}) {
    EXPECT_FALSE(IntersectionAnalyzer{}.globs(pattern, "*", {}, false)) << pattern;
  }
}

}  // namespace
}  // namespace cppd::matcher
