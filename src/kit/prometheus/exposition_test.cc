// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/exposition.h>
#include <cppd/kit/prometheus/families.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cppd::prometheus {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

/// One sample as a line of text, labels as the parser has them.
std::string text_of(const Exposition& page, const Series& series) {
  std::string out{series.name};
  for (const auto& label : page.labels(series)) out += fmt::format(" {}=<{}>", label.key, label.value);
  return out + fmt::format(" {}", series.value);
}
std::vector<std::string> texts(const Exposition& page) {
  std::vector<std::string> out;
  for (const auto& series : page.series()) out.push_back(text_of(page, series));
  return out;
}

struct Row {
  std::string_view name, body;
  std::vector<std::string> want;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
class Line : public testing::TestWithParam<Row> {};
TEST_P(Line, ParsesTo) {
  Exposition page;
  parse(GetParam().body, nullptr, page);
  EXPECT_THAT(page.bad_lines(), IsEmpty());
  EXPECT_EQ(texts(page), GetParam().want);
}
const Row kLines[] = {
    // helpers contract 7.2, ids P; the rest Prometheus text format 0.0.4
    {"P04_timestamp", "go_goroutines 33  \t123123\n", {"go_goroutines 33"}},
    {"P05_trailing_comma", "m{quantile=\"0.25\",} 1\n", {"m quantile=<0.25> 1"}},
    {"P05_no_comma", "m { a = \"1\" b = \"2\" } 1\n", {"m a=<1> b=<2> 1"}},
    {"P07_quotes", "m{label=\"\\\"bar\\\"\"} 1\n", {"m label=<\"bar\"> 1"}},
    {"P09_comments", "# EOF\n# UNIT m s\n#x\nm 1\n", {"m 1"}},
    {"P15_quoted_name", "# TYPE \"go.gc\" summary\n{\"go.gc\", quantile=\"0\"} 1\n", {"go.gc quantile=<0.0> 1"}},
    {"P16_infinite", "m -inf\n", {"m -inf"}},
    {"P19_sorted_by_byte", "m{a=\"1\",UUID=\"x\"} 5\n", {"m UUID=<x> a=<1> 5"}},
    {"no_blank_before_value", "m.5\nn-1\nk{}Inf\n", {"m 0.5", "n -1", "k inf"}},
    {"no_line_end", "m 1", {"m 1"}},
    {"leading_blanks_are_no_name", "  m 1\n", {"m 1"}},
    {"line_end_in_value", "m{a=\"x\ny\"} 1\nn 2\n", {"m a=<x\ny> 1", "n 2"}},
    {"doubled_label", "m{b=\"1\",a=\"2\",b=\"3\"} 1\n", {"m a=<2> b=<1> b=<3> 1"}},
    {"escapes", "m{l=\"\\\\\\n\\t\"} 1\n", {"m l=<\\\n\\t> 1"}},
    {"nul_ends_the_page", "a 1\n \0b 2\nc 3\n", {"a 1"}},
};
INSTANTIATE_TEST_SUITE_P(Table, Line, testing::ValuesIn(kLines),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadRow {
  std::string_view name, line;
  ParseErrc reason;
  std::uint32_t column;
  friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }
};
class BadLineOfPage : public testing::TestWithParam<BadRow> {};
TEST_P(BadLineOfPage, CostsOnlyItself) {
  const auto body = "a 1\n" + std::string{GetParam().line} + "\nb 2\n";
  Exposition page;
  parse(body, nullptr, page);
  EXPECT_THAT(texts(page), ElementsAre("a 1", "b 2"));
  EXPECT_THAT(page.bad_lines(), ElementsAre(BadLine{2, GetParam().column, GetParam().reason}));
}
constexpr BadRow kBadLines[] = {
    {"P06_two_commas", "m{a=\"x\",,} 1", ParseErrc::no_label_name, 9},
    {"P08_exemplar", "m 1 # {t=\"x\"} 1", ParseErrc::trailing_text, 5},
    {"P12_help_without_name", "# HELP 50% of all", ParseErrc::bad_comment_name, 8},
    {"P14_label_not_utf8", "m{b=\"\xff\"} 1", ParseErrc::label_value_not_utf8, 8},
    {"P17_carriage_return", "m 1\r", ParseErrc::bad_value, 5},
    {"P18_text", "X{..} ERROR - FAILED", ParseErrc::no_label_name, 3},
    {"start", "1a 1", ParseErrc::bad_start, 1},
    {"open_quote", "m{a=\"b 1", ParseErrc::no_label_value, 9},
    {"no_name", "{a=\"ok\"} 1", ParseErrc::name_missing, 10},
    {"two_names", "{\"a\",\"b\"} 1", ParseErrc::name_twice, 9},
    {"no_value", "m{a=\"b\"} ", ParseErrc::no_value, 10},
    {"too_large", "m 1e999", ParseErrc::value_out_of_range, 8},
    {"timestamp", "m 1 9223372036854775808", ParseErrc::bad_timestamp, 24},
    {"help_not_utf8", "# HELP m \xff", ParseErrc::help_not_utf8, 10},
};
INSTANTIATE_TEST_SUITE_P(Table, BadLineOfPage, testing::ValuesIn(kBadLines),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(BrokenLine, HasABound) {
  for (const std::size_t bytes : {EntryReader::kBrokenLineBytesMax - 100, EntryReader::kBrokenLineBytesMax + 1}) {
    const auto body = "m{a=\"\n" + std::string(bytes, 'x') + "\"} 1\nn 2\n";
    Exposition page;
    parse(body, nullptr, page);
    const bool taken = bytes < EntryReader::kBrokenLineBytesMax;
    EXPECT_THAT(page.series(), SizeIs(taken ? 2 : 1)) << bytes;
    EXPECT_THAT(page.bad_lines(), SizeIs(taken ? 0 : 2)) << bytes;
  }
}

TEST(Help, UnescapesAndJoinsLines) {  // P11, P13
  Exposition page;
  parse("# HELP nohelp1\n# HELP m \\n\t First line.\\n\t Second line.\\n\n# HELP a-b text\n", nullptr, page);
  EXPECT_THAT(page.help(),
              ElementsAre(Help{"nohelp1", ""}, Help{"m", "First line. Second line."}, Help{"a", "b text"}));
}

struct ClassRow {
  std::string_view name, body;
  std::vector<Sample> want;
  friend void PrintTo(const ClassRow& row, std::ostream* out) { *out << row.name; }
};
class Classification : public testing::TestWithParam<ClassRow> {};
TEST_P(Classification, Is) {
  Exposition page;
  parse(GetParam().body, nullptr, page);
  EXPECT_TRUE(std::ranges::equal(page.samples(), GetParam().want));
}
using enum Component;
constexpr auto kUnknown = FamilyType::unknown, kSummaryType = FamilyType::summary,
               kHistogramType = FamilyType::histogram;
const ClassRow kClasses[] = {
    // helpers contract 7.5, ids CS
    {"CS1",
     "a_sum 1\nb 2\n# TYPE a summary\na{quantile=\"0.5\"} 3\n",
     {{1, scalar, kUnknown}, {0, summary_sum, kSummaryType}, {2, summary_quantile, kSummaryType}}},
    {"CS3",
     "h_sum 5\nh_count 3\nh_bucket{le=\"0.1\"} 1\n",
     {{0, histogram_sum, kHistogramType}, {1, histogram_count, kHistogramType}, {2, histogram_bucket, kHistogramType}}},
    {"CS4", "# TYPE h histogram\nh_bucket{label=\"x\"} 1\n", {{0, scalar, kUnknown}}},
    {"CS5", "# TYPE m gauge\nm{quantile=\"0.5\"} 1\n", {{0, scalar, FamilyType::gauge}}},
    {"CS6", "x_count 4\n", {{0, scalar, kUnknown}}},
    {"own_type_summary", "# TYPE x_sum summary\nx_sum 1\n", {{0, scalar, kSummaryType}}},
};
INSTANTIATE_TEST_SUITE_P(Table, Classification, testing::ValuesIn(kClasses),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Selection, DropsSeriesBeforeClassification) {  // F6
  const std::string allow[] = {"h_*{le!=\"1.0\"}"};
  const auto selector = matcher::SelectorList::parse(allow, {});
  Exposition page;
  parse("# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"2\"} 2\ng 3\n", &*selector, page);
  EXPECT_THAT(texts(page), ElementsAre("h_bucket le=<2.0> 2"));
}

TEST(Families, JoinPartsAndKeepPresence) {  // F3, F5
  Exposition page;
  parse("h_sum{l=\"1\"} 5\nh_bucket{l=\"1\",le=\"0.1\"} 1\nh_bucket{l=\"1\",le=\"+Inf\"} 3\n", nullptr, page);
  const auto families = assemble(page);
  ASSERT_THAT(families, SizeIs(1));
  ASSERT_THAT(families[0].metrics, SizeIs(1));
  const auto& histogram = std::get<Histogram>(families[0].metrics[0].value);
  EXPECT_EQ(histogram.sum, 5);
  EXPECT_EQ(histogram.count, std::nullopt);
  EXPECT_THAT(histogram.buckets, SizeIs(2));
}

TEST(Duplicates, AreTheSamePartOfTheSameMetric) {  // DU1, DU2, DU3
  Exposition page;
  parse(
      "m{id=\"a\"} 1\nm{id=\"b\"} 1\nm{id=\"a\"} 2\n# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"1.0\"} 2\n",
      nullptr, page);
  EXPECT_THAT(find_duplicates(page), ElementsAre(Duplicate{0, 2}, Duplicate{3, 4}));
}

TEST(Identity, IsSharedByThePartsOfAMetric) {
  const Label bucket[] = {{"a", "1"}, {"le", "1.0"}}, sum[] = {{"a", "1"}};
  EXPECT_EQ(labels_identity(bucket, histogram_bucket), labels_identity(sum, histogram_sum));
  EXPECT_NE(labels_identity(bucket, scalar), labels_identity(sum, scalar));
  EXPECT_EQ(labels_identity({}, scalar)[0], 0xe3);  // SHA-256 of nothing
}

}  // namespace
}  // namespace cppd::prometheus
