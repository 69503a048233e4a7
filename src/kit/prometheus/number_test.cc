// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/number.h>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

namespace cppd::prometheus {
namespace {

struct Row {
  std::string_view name, text;
  double value;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class Value : public testing::TestWithParam<Row> {};
TEST_P(Value, Reads) {
  const auto value = parse_value(GetParam().text);
  ASSERT_TRUE(value);
  EXPECT_EQ(*value, GetParam().value);
}
constexpr Row kValues[] = {
    {"integer", "42", 42},
    {"plus", "+1", 1},
    {"exponent", "-1.5e-10", -1.5e-10},
    {"ends_in_point", "5.", 5},
    {"begins_with_point", ".5", 0.5},
    {"too_small", "1e-400", 0},
    {"too_small_by_zeros", "0.000001e-330", 0},
    {"huge_exponent_down", "1e-99999999999999999999", 0},
    {"zero_with_huge_exponent", "0e999999", 0},
    {"longest_digits", "3.141592653589793238", 3.141592653589793},
    {"largest", "1.7976931348623157e308", 1.7976931348623157e308},
    {"infinity", "+Infinity", kInfinity},
    {"inf_any_case", "-iNf", -kInfinity},
};
INSTANTIATE_TEST_SUITE_P(Table, Value, testing::ValuesIn(kValues),
                         [](const auto& row) { return std::string(row.param.name); });
TEST(Value, ReadsNan) { EXPECT_TRUE(std::isnan(*parse_value("nAn"))); }

struct BadRow {
  std::string_view name, text;
  NumberError error;
  friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }
};
class BadValue : public testing::TestWithParam<BadRow> {};
TEST_P(BadValue, IsRefused) {
  const auto value = parse_value(GetParam().text);
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error(), GetParam().error);
}
constexpr BadRow kBadValues[] = {
    {"too_large", "1e999", NumberError::out_of_range},
    {"too_large_by_digits", "1000e306", NumberError::out_of_range},
    {"empty", "", NumberError::syntax},
    {"underscore", "1_2", NumberError::syntax},
    {"hexadecimal", "0x1p-3", NumberError::syntax},
    {"no_exponent", "1e", NumberError::syntax},
    {"only_point", ".", NumberError::syntax},
    {"two_signs", "--1", NumberError::syntax},
    {"signs_mixed", "+-1", NumberError::syntax},
    {"nan_with_sign", "-NaN", NumberError::syntax},
    {"nan_with_payload", "nan(1)", NumberError::syntax},
    {"letters_behind", "Infx", NumberError::syntax},
    {"carriage_return", "1\r", NumberError::syntax},
};
INSTANTIATE_TEST_SUITE_P(Table, BadValue, testing::ValuesIn(kBadValues),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(GoFloat, ReadsWhatOnlyBoundsMayHold) {
  EXPECT_EQ(*parse_go_float("1_0"), 10);
  EXPECT_EQ(*parse_go_float("0x1p-3"), 0.125);
  EXPECT_FALSE(parse_go_float("0x10"));
  EXPECT_FALSE(parse_go_float("_1"));
  EXPECT_FALSE(parse_go_float("1_.0"));
}

struct BoundRow {
  std::string_view name;
  double value;
  std::string_view want;
  friend void PrintTo(const BoundRow& row, std::ostream* out) { *out << row.name; }
};
class Bound : public testing::TestWithParam<BoundRow> {};
TEST_P(Bound, IsWrittenAs) { EXPECT_EQ(format_bound(GetParam().value), GetParam().want); }
constexpr BoundRow kBounds[] = {
    // vectors/exposition, le-forms
    {"zero", 0, "0.0"},          {"minus_one", -1, "-1.0"},       {"fraction", 0.1, "0.1"},
    {"thousand", 1e3, "1000.0"}, {"million", 1e6, "1e+06"},       {"digits", 123456789, "1.23456789e+08"},
    {"small", 0.00001, "1e-05"}, {"infinite", kInfinity, "+Inf"}, {"large", 1e21, "1e+21"},
};
INSTANTIATE_TEST_SUITE_P(Table, Bound, testing::ValuesIn(kBounds),
                         [](const auto& row) { return std::string(row.param.name); });

/// The independent reader is the C library's.
TEST(ShortNumber, AgreesWithStrtodWhereverItAnswers) {
  std::mt19937_64 random{7};
  const auto digits = [&](std::size_t most) {
    std::string out(random() % most, '0');
    for (auto& c : out) c = static_cast<char>('0' + random() % 10);
    return out;
  };
  int answered = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text = random() % 2 ? "-" : "";
    text += digits(12);
    if (random() % 2) text += '.' + digits(24 - random() % 16);
    if (random() % 3 == 0) text += (random() % 2 ? "e-" : "e") + std::to_string(random() % 40);
    std::string padded = text + '\n';
    padded.resize(padded.size() + kShortNumberBytesMax);
    double got = 0;
    const char* end = parse_short_number(padded.data(), got);
    if (end == nullptr) continue;
    ++answered;
    char* want_end = nullptr;
    const double want = std::strtod(padded.data(), &want_end);
    ASSERT_EQ(end, want_end) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(got), std::bit_cast<std::uint64_t>(want)) << text;
  }
  EXPECT_GT(answered, 100'000);
}

}  // namespace
}  // namespace cppd::prometheus
