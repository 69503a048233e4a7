// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/yaml.h>
#include <cppd/base/yaml_write.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fmt/format.h>

namespace cppd::yaml {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string outline(const Node& node) {
  if (node.is_scalar()) return node.is_null() ? "null" : std::string{node.text()};
  std::string out;
  for (const auto* item : node.items()) out += (out.empty() ? "" : ", ") + outline(*item);
  for (const auto& entry : node.entries()) {
    out += (out.empty() ? "" : ", ") + outline(*entry.key) + (entry.merged ? " <- " : ": ") + outline(*entry.value);
  }
  return node.is_sequence() ? "[" + out + "]" : "{" + out + "}";
}

// Scalars: charts contract 1.3 and the resolution rules of YAML 1.1 that yaml.v2 implements.
struct ScalarCase {
  std::string_view name, yaml;
  Kind kind;
  friend void PrintTo(const ScalarCase& row, std::ostream* out) { *out << row.name; }
};

class ScalarKind : public testing::TestWithParam<ScalarCase> {};
TEST_P(ScalarKind, ResolvesTo) {
  const auto document = Document::parse(GetParam().yaml);
  ASSERT_TRUE(document) << document.error().text();
  EXPECT_EQ(kind_name(document->root().kind()), kind_name(GetParam().kind));
}
INSTANTIATE_TEST_SUITE_P(
    Table, ScalarKind,
    testing::Values(
        ScalarCase{"empty_document", "", Kind::null}, ScalarCase{"comment", "# x\n", Kind::null},
        ScalarCase{"tilde", "~", Kind::null}, ScalarCase{"null_upper", "NULL", Kind::null},
        ScalarCase{"null_mixed", "nUll", Kind::text}, ScalarCase{"null_quoted", "'null'", Kind::text},
        ScalarCase{"y", "y", Kind::boolean}, ScalarCase{"off_capital", "Off", Kind::boolean},
        ScalarCase{"t_is_text", "t", Kind::text}, ScalarCase{"true_quoted", "\"true\"", Kind::text},
        ScalarCase{"decimal", "12", Kind::integer}, ScalarCase{"hex", "-0x1F", Kind::integer},
        ScalarCase{"octal", "0o17", Kind::integer}, ScalarCase{"octal_zero", "017", Kind::integer},
        ScalarCase{"binary", "0b101", Kind::integer}, ScalarCase{"underscores", "1_000", Kind::integer},
        ScalarCase{"uint64", "18446744073709551615", Kind::integer},
        ScalarCase{"above_uint64", "18446744073709551616", Kind::floating},
        ScalarCase{"zero_eight", "08", Kind::floating}, ScalarCase{"float", "1.5e3", Kind::floating},
        ScalarCase{"float_point_last", "1.", Kind::floating}, ScalarCase{"float_point_first", ".5", Kind::floating},
        ScalarCase{"float_too_large", "1e400", Kind::text}, ScalarCase{"float_too_small", "1e-400", Kind::floating},
        ScalarCase{"nan", ".NaN", Kind::floating}, ScalarCase{"minus_inf", "-.inf", Kind::floating},
        ScalarCase{"inf_word", "inf", Kind::text}, ScalarCase{"sexagesimal", "1:30", Kind::text},
        ScalarCase{"date", "2001-01-01", Kind::text}, ScalarCase{"dash_word", "-x", Kind::text},
        ScalarCase{"dot", ".", Kind::text}, ScalarCase{"tag_int", "!!int '5'", Kind::integer},
        ScalarCase{"tag_str", "!!str 5", Kind::text}, ScalarCase{"tag_float_of_int", "!!float 5", Kind::floating},
        ScalarCase{"tag_bool", "!!bool 'yes'", Kind::boolean}, ScalarCase{"tag_of_ones_own", "!x 5", Kind::text},
        ScalarCase{"tag_non_specific", "! 5", Kind::text}, ScalarCase{"literal_block", "|\n 5\n", Kind::text}),
    [](const auto& row) { return std::string(row.param.name); });

struct Int64Case {
  std::string_view name, yaml;
  std::optional<std::int64_t> want;
  friend void PrintTo(const Int64Case& row, std::ostream* out) { *out << row.name; }
};

class AsInt64 : public testing::TestWithParam<Int64Case> {};
TEST_P(AsInt64, Gives) { EXPECT_EQ(Document::parse(GetParam().yaml)->root().as_int64(), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(
    Table, AsInt64,
    testing::Values(Int64Case{"max", "9223372036854775807", INT64_MAX},
                    Int64Case{"min", "-9223372036854775808", INT64_MIN},
                    Int64Case{"above", "9223372036854775808", std::nullopt}, Int64Case{"plus", "+7", 7},
                    Int64Case{"hex", "0x1F", 31}, Int64Case{"octal", "017", 15}, Int64Case{"binary", "-0b101", -5},
                    Int64Case{"truncated", "1.9", 1}, Int64Case{"truncated_negative", "-1.9", -1},
                    Int64Case{"exponent", "1e3", 1000}, Int64Case{"zero_eight", "08", 8},
                    Int64Case{"float_too_large", "9.3e18", std::nullopt}, Int64Case{"nan", ".nan", std::nullopt},
                    Int64Case{"inf", "-.inf", std::nullopt}, Int64Case{"quoted", "'5'", std::nullopt},
                    Int64Case{"null", "~", std::nullopt}, Int64Case{"list", "[1]", std::nullopt}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(AsUint64, RefusesWhatIsNegativeOrTooLarge) {
  EXPECT_EQ(Document::parse("18446744073709551615")->root().as_uint64(), UINT64_MAX);
  EXPECT_EQ(Document::parse("2.5")->root().as_uint64(), 2u);
  EXPECT_EQ(Document::parse("-1")->root().as_uint64(), std::nullopt);
  EXPECT_EQ(Document::parse("-1.5")->root().as_uint64(), std::nullopt);
  EXPECT_EQ(Document::parse("18446744073709551616")->root().as_uint64(), std::nullopt);
}

// Structure: charts contract T4, T5.
struct TreeCase {
  std::string_view name, yaml, want;
  friend void PrintTo(const TreeCase& row, std::ostream* out) { *out << row.name; }
};

class Tree : public testing::TestWithParam<TreeCase> {};
TEST_P(Tree, Is) {
  const auto document = Document::parse(GetParam().yaml);
  ASSERT_TRUE(document) << document.error().text();
  EXPECT_EQ(outline(document->root()), GetParam().want);
}
INSTANTIATE_TEST_SUITE_P(
    Table, Tree,
    testing::Values(TreeCase{"alias", "a: &x [1]\nb: *x\n", "{a: [1], b: [1]}"},
                    TreeCase{"alias_of_the_latest", "- &x 1\n- &x 2\n- *x\n", "[1, 2, 2]"},
                    TreeCase{"merge_at_its_place", "- &b {k: 1}\n- {k: 2, <<: *b}\n- {<<: *b, k: 3}\n",
                             "[{k: 1}, {k: 2, k <- 1}, {k <- 1, k: 3}]"},
                    TreeCase{"merge_list_first_wins", "{<<: [{k: 1}, {k: 2}]}", "{k <- 2, k <- 1}"},
                    TreeCase{"merge_quoted_is_a_key", "{'<<': 1}", "{<<: 1}"},
                    TreeCase{"merge_nested", "- &a {k: 1}\n- &b {<<: *a}\n- {<<: *b}\n",
                             "[{k: 1}, {k <- 1}, {k <- 1}]"},
                    TreeCase{"first_document_only", "a: 1\n---\nb: [\n", "{a: 1}"},
                    TreeCase{"first_document_empty", "---\n---\na: 1\n", "null"},
                    TreeCase{"binary", "!!binary SGk=", "Hi"}, TreeCase{"binary_empty", "!!binary ''", ""},
                    TreeCase{"complex_key", "? [a]\n: b\n", "{[a]: b}"},
                    TreeCase{"null_value", "a:\nb: ~\n", "{a: null, b: null}"},
                    TreeCase{"byte_order_mark",
                             "\xEF\xBB\xBF"
                             "a: 1",
                             "{a: 1}"},
                    TreeCase{"crlf", "a: 1\r\nb: 2\r\n", "{a: 1, b: 2}"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Node, FindGivesTheEntryThatCounts) {
  const auto document = Document::parse("{k: 1, <<: {k: 2}, j: 3}");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root().find("k")->text(), "2");
  EXPECT_EQ(document->root().find("nope"), nullptr);
}

TEST(DuplicateKeys, AreListedButNotThoseOfMerges) {
  const auto document = Document::parse("a: 1\na: 2\nb: {<<: {x: 1}, x: 2}\n");
  ASSERT_TRUE(document);
  ASSERT_EQ(document->duplicate_keys().size(), 1u);
  EXPECT_EQ(document->location(*document->duplicate_keys()[0]), (Location{"", 2, 1}));
}

struct BadCase {
  std::string_view name, yaml, want;  // a part of the printed error
  friend void PrintTo(const BadCase& row, std::ostream* out) { *out << row.name; }
};

class BadDocument : public testing::TestWithParam<BadCase> {};
TEST_P(BadDocument, IsRefusedWithItsPlace) {
  const auto document = Document::parse(GetParam().yaml, "f.yaml");
  ASSERT_FALSE(document);
  EXPECT_THAT(document.error().text(), HasSubstr(GetParam().want));
}
INSTANTIATE_TEST_SUITE_P(
    Table, BadDocument,
    testing::Values(
        BadCase{"undefined_alias", "a: *nope\n", "f.yaml:1:4: unknown anchor 'nope'"},
        BadCase{"self_alias", "a: &g\n- b: *g\n", "f.yaml:2:6: anchor 'g' contains itself"},
        BadCase{"merge_of_scalar", "<<: 5\n", "f.yaml:1:5: a merge needs a mapping or a list of mappings"},
        BadCase{"merge_of_list_of_scalars", "<<: [5]\n", "f.yaml:1:5: a merge needs"},
        BadCase{"merge_of_aliased_list", "a: &a [{k: 1}]\nb: {<<: *a}\n", "f.yaml:1:4: a merge needs"},
        BadCase{"tag_does_not_fit", "a: !!int x\n", "f.yaml:1:4: `x` cannot be read as !!int"},
        BadCase{"binary_bad", "!!binary '***'", "f.yaml:1:1: !!binary text is not base64"},
        BadCase{"unclosed_quote", "g:\n- f: 'F\n", "f.yaml:3:"},
        BadCase{"plain_percent", "a: %\n", "f.yaml:1:4: found character that cannot start any token"},
        BadCase{"colon_in_plain", "t: a: b\n", "f.yaml:1:5: mapping values are not allowed in this context"},
        BadCase{"control_character", "a: 1\nb: \"\x01\"\n", "f.yaml:2:5: control characters are not allowed"},
        BadCase{"ill_formed_utf8", "a: \xff\n", "f.yaml:1:4: invalid leading UTF-8 octet"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(Places, ColumnsCountBytes) {
  const auto good = Document::parse("ä: {é: 1, 'ü': 東}\nb: 2\n");
  ASSERT_TRUE(good);
  const auto entries = good->root().entries();
  EXPECT_EQ(entries[0].value->column(), 5u);
  EXPECT_EQ(entries[0].value->entries()[1].key->column(), 13u);
  EXPECT_EQ(entries[0].value->entries()[1].value->column(), 19u);
  EXPECT_EQ(entries[1].value->line(), 2u);
  EXPECT_EQ(entries[1].value->column(), 4u);
}

TEST(Bounds, NestingIsLimited) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(Document::parse(nested(kDepthMax - 1)));
  const auto refused = Document::parse(nested(kDepthMax + 1));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit);
}

TEST(Bounds, ExpansionOfAliasesIsLimited) {
  std::string laughs = "a0: &a0 [x]\n";
  for (int i = 1; i < 12; ++i) {
    laughs += fmt::format("a{0}: &a{0} [*a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}, *a{1}]\n", i, i - 1);
  }
  const auto refused = Document::parse(laughs);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit);
}

TEST(Bounds, ADocumentMadeOfAliasesIsRefused) {
  std::string yaml = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc:\n";
  for (int i = 0; i < 50; ++i) yaml += "- *b\n";
  EXPECT_TRUE(Document::parse(yaml));  // much reuse is no attack
  std::string denser = "a: &a [x, x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: &c [";
  for (int i = 0; i < 20; ++i) denser += "*b, ";
  denser += "]\nd: [*c, *c, *c, *c, *c, *c]\n";
  EXPECT_EQ(Document::parse(denser).error().code, Errc::limit);
}

TEST(Bounds, DepthThroughAliasesIsLimited) {
  std::string chain = "- &a0 [x]\n";
  for (std::size_t i = 1; i <= kDepthMax; ++i) chain += fmt::format("- &a{} [*a{}]\n", i, i - 1);
  const auto refused = Document::parse(chain);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit);
}

// Whatever the writer writes reads back as the same text.
struct TextCase {
  std::string_view name, text;
  friend void PrintTo(const TextCase& row, std::ostream* out) { *out << row.name; }
};

class WrittenText : public testing::TestWithParam<TextCase> {};
TEST_P(WrittenText, ReadsBack) {
  Writer writer;
  writer.begin_mapping();
  writer.text("k");
  writer.text(GetParam().text);
  writer.end_mapping();
  const auto yaml = writer.finish();
  ASSERT_TRUE(yaml);
  const auto document = Document::parse(*yaml);
  ASSERT_TRUE(document) << *yaml;
  const auto* value = document->root().find("k");
  EXPECT_EQ(value->kind(), Kind::text) << *yaml;
  EXPECT_EQ(value->text(), GetParam().text) << *yaml;
}
INSTANTIATE_TEST_SUITE_P(Table, WrittenText,
                         testing::Values(TextCase{"word", "word"}, TextCase{"empty", ""}, TextCase{"number", "5"},
                                         TextCase{"yes", "yes"}, TextCase{"null", "~"}, TextCase{"merge", "<<"},
                                         TextCase{"padded", "  a  "}, TextCase{"lines", "two\nlines\n"},
                                         TextCase{"indicator", "*x: [#"}, TextCase{"selector", "m{a=\"b\"}"},
                                         TextCase{"control", "a\x01\tb"}, TextCase{"utf8", "Größe 東京"},
                                         TextCase{"not_utf8", "\xff\xfe"}, TextCase{"percent", "%"},
                                         TextCase{"next_line",
                                                  "a\u0085"
                                                  "b"},
                                         TextCase{"sexagesimal", "1:30"}, TextCase{"leading_newline", "\n a"},
                                         TextCase{"colon", "a: b"}),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(Writer, WritesBlockStyle) {
  Writer writer;
  writer.begin_mapping();
  writer.text("a");
  writer.begin_sequence();
  writer.integer(-1);
  writer.boolean(true);
  writer.number(0.5);
  writer.null();
  writer.end_sequence();
  writer.text("b");
  writer.begin_mapping();
  writer.end_mapping();
  writer.end_mapping();
  EXPECT_EQ(writer.finish(), "a:\n- -1\n- true\n- 0.5\n- null\nb: {}\n");
}

TEST(Writer, RefusesAnOpenDocument) {
  Writer writer;
  writer.begin_mapping();
  EXPECT_FALSE(writer.finish());
}

}  // namespace
}  // namespace cppd::yaml
