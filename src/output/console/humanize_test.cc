// SPDX-License-Identifier: GPL-3.0-or-later
// Expected values: IEC 80000-13 for binary prefixes, SI for the others; sizes worked out by hand.
#include <cppd/output/console/humanize.h>
#include <cppd/output/console/terminal_text.h>
#include <gtest/gtest.h>

#include <limits>
#include <ostream>

namespace cppd::output {
namespace {

struct Human {
  std::string_view name;
  double value;
  std::string_view units;
  std::string_view want;
  friend void PrintTo(const Human& row, std::ostream* out) { *out << row.name; }
};

const Human kHuman[] = {
    {"zero", 0, "requests", "0 requests"},
    {"minus_zero", -0.0, "requests", "0 requests"},
    {"whole", 9999, "requests", "9999 requests"},
    {"whole_negative", -12, "requests", "-12 requests"},
    {"thousands", 12'345, "requests/s", "12.35k requests/s"},
    {"millions", 2'500'000, "requests", "2.500M requests"},
    {"four_digits", 12.3456, "load", "12.35 load"},
    {"three_digits_before", 123.456, "load", "123.5 load"},
    {"below_one", 0.12345, "load", "0.123 load"},
    {"tiny", 0.000012, "load", "1.20e-05 load"},
    {"rounding_carries", 9.9996, "load", "10.00 load"},
    {"rounding_carries_to_thousands", 9999.7, "load", "10.00k load"},
    {"gap", std::numeric_limits<double>::quiet_NaN(), "load", "-"},
    {"percentage", 99.5, "percentage", "99.50 %"},
    {"percentage_large", 123'456, "percentage", "123456 %"},
    {"kib_per_second", 3072, "KiB/s", "3 MiB/s"},
    {"kib_small", 0.5, "KiB", "512 B"},
    {"kib_negative", -1536, "KiB/s", "-1.500 MiB/s"},
    {"mib", 15'953.5, "MiB", "15.58 GiB"},
    {"bytes", 1023, "bytes", "1023 B"},
    {"bytes_kib", 1024, "B/s", "1 KiB/s"},
    {"decimal_bytes", 1500, "MB", "1.500 GB"},
    {"kilobits", 25'600, "kilobits/s", "25.60 Mbit/s"},
    {"kilobits_zero", 0, "kilobits/s", "0 bit/s"},
    {"megahertz", 2800, "MHz", "2.800 GHz"},
    {"milliseconds", 1500, "milliseconds", "1.500 s"},
    {"milliseconds_small", 0.25, "ms", "250 us"},
    {"seconds", 90, "seconds", "90 s"},
    {"minutes", 150, "seconds", "2.500 min"},
    {"hours", 9000, "seconds", "2.500 h"},
    {"days", 864'000, "seconds", "10 d"},
    {"seconds_zero", 0, "seconds", "0 s"},
    {"milliseconds_per_second", 500, "ms/s", "500 ms/s"},
    {"unknown_unit", 3, "KiBs", "3 KiBs"},
    {"no_unit", 3, "", "3"},
};

class Humanize : public testing::TestWithParam<Human> {};
TEST_P(Humanize, Writes) { EXPECT_EQ(humanize(GetParam().value, GetParam().units).text(), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, Humanize, testing::ValuesIn(kHuman),
                         [](const auto& row) { return std::string(row.param.name); });

struct Plain {
  std::string_view name;
  double value;
  std::string_view want;
  friend void PrintTo(const Plain& row, std::ostream* out) { *out << row.name; }
};

const Plain kPlain[] = {
    {"whole", 1'234'567, "1234567"},
    {"large", 123'456'789'012'345, "123456789012345"},
    {"minus_zero", -0.0, "0"},
    {"tenth", 0.1, "0.1"},
    {"sum_of_tenths", 0.1 + 0.2, "0.3"},
    {"third", 1.0 / 3, "0.333333"},
    {"fraction_of_large", 1'234'567.25, "1234567.2"},
    {"small", 0.00123456789, "0.00123457"},
    {"negative", -2.5, "-2.5"},
    {"beyond", 1e300, "1e+300"},
    {"gap", std::numeric_limits<double>::quiet_NaN(), "-"},
};

class PlainNumber : public testing::TestWithParam<Plain> {};
TEST_P(PlainNumber, Writes) { EXPECT_EQ(plain_number(GetParam().value), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, PlainNumber, testing::ValuesIn(kPlain),
                         [](const auto& row) { return std::string(row.param.name); });

struct Fit {
  std::string_view name;
  std::string_view text;
  std::size_t width;
  Charset charset;
  std::string_view want;
  friend void PrintTo(const Fit& row, std::ostream* out) { *out << row.name; }
};

const Fit kFit[] = {
    {"padded", "ab", 4, Charset::utf8, "ab  "},
    {"exact", "abcd", 4, Charset::utf8, "abcd"},
    {"cut", "abcde", 4, Charset::utf8, "abc…"},
    {"cut_ascii", "abcde", 4, Charset::ascii, "abc~"},
    {"cut_to_one", "abcde", 1, Charset::utf8, "…"},
    {"no_room", "abcde", 0, Charset::utf8, ""},
    {"two_byte_letters", "äöü", 5, Charset::utf8, "äöü  "},
    {"wide_letters", "日本", 5, Charset::utf8, "日本 "},
    {"wide_letters_cut", "日本語", 5, Charset::utf8, "日本…"},
    {"wide_letter_does_not_fit", "日本語", 4, Charset::utf8, "日… "},
    {"combining_mark", "e\u0301x", 3, Charset::utf8, "e\u0301x "},
};

class FitText : public testing::TestWithParam<Fit> {};
TEST_P(FitText, Pads) { EXPECT_EQ(fit(GetParam().text, GetParam().width, GetParam().charset), GetParam().want); }
INSTANTIATE_TEST_SUITE_P(Table, FitText, testing::ValuesIn(kFit),
                         [](const auto& row) { return std::string(row.param.name); });

struct Safe {
  std::string_view name;
  std::string_view text;
  std::string_view utf8;
  std::string_view ascii;
  std::string_view word;
  friend void PrintTo(const Safe& row, std::ostream* out) { *out << row.name; }
};

const Safe kSafe[] = {
    {"plain", "disk io", "disk io", "disk io", "disk_io"},
    {"escape_sequence", "\x1b[31mred", "?[31mred", "?[31mred", "?[31mred"},
    {"c1_control", "a\u009b31m", "a?31m", "a?31m", "a?31m"},
    {"line_end", "a\nb", "a b", "a b", "a_b"},
    {"direction_override", "a\u202eb", "a?b", "a?b", "a?b"},
    {"ill_formed",
     "a\xff"
     "b",
     "a\uFFFDb", "a?b", "a\uFFFDb"},
    {"letters", "Größe", "Größe", "Gr??e", "Größe"},
    {"equals_sign", "le=0.5", "le=0.5", "le=0.5", "le_0.5"},
    {"wide_space", "a\u3000b", "a\u3000b", "a?b", "a_b"},
    {"nothing", "", "", "", "_"},
};

class SafeText : public testing::TestWithParam<Safe> {};
TEST_P(SafeText, Replaces) {
  EXPECT_EQ(printable(GetParam().text, Charset::utf8), GetParam().utf8);
  EXPECT_EQ(printable(GetParam().text, Charset::ascii), GetParam().ascii);
  EXPECT_EQ(one_word(GetParam().text), GetParam().word);
}
INSTANTIATE_TEST_SUITE_P(Table, SafeText, testing::ValuesIn(kSafe),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::output
