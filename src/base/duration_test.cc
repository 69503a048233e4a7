// SPDX-License-Identifier: GPL-3.0-or-later
// The recorded cases run in tests/conformance, area confopt; here are those of the contract page and our departures.
#include <cppd/base/config_json.h>
#include <cppd/base/yaml_decode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cppd {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

struct GoodCase {
  std::string_view name, text;
  nanoseconds want;
  friend void PrintTo(const GoodCase& row, std::ostream* out) { *out << row.name; }
};

class GoodDuration : public testing::TestWithParam<GoodCase> {};
TEST_P(GoodDuration, Is) {
  const auto got = parse_duration(GetParam().text);
  ASSERT_TRUE(got) << got.error().text();
  EXPECT_EQ(got->count(), GetParam().want.count());
}
INSTANTIATE_TEST_SUITE_P(  // helpers contract 1.1
    Table, GoodDuration,
    testing::Values(GoodCase{"D01", "10ns10us10ms10s10m10h", 10ns + 10us + 10ms + 10s + 10min + 10h},
                    GoodCase{"D02", "10d10w10wk", 24h * (10 + 70 + 70)}, GoodCase{"D03_mo", "10mo", 24h * 300},
                    GoodCase{"D03_capital", "10M", 24h * 300}, GoodCase{"D04", "10y", 24h * 3650},
                    GoodCase{"D05", "-10d", -24h * 10},
                    GoodCase{"D07", "1y 2M 3w 4d 5h 6m 7s 8ms 9us 10ns",
                             24h * (365 + 60 + 21 + 4) + 5h + 6min + 7s + 8ms + 9us + 10ns},
                    GoodCase{"D09", "1h 30m", 90min}, GoodCase{"D10", "-1h30m", -90min},
                    GoodCase{"D11", "100\u00B5s 100\u03BCs", 200us}, GoodCase{"D15_minutes", "10 minutes", 10min},
                    GoodCase{"D15_words", "1 hour 15 minutes", 75min}, GoodCase{"D16", "5months", 24h * 150},
                    GoodCase{"D23", "+5s", 5s}, GoodCase{"fraction_is_cut", "1.9ns", 1ns},
                    GoodCase{"spaces_in_numbers", "1 0 s", 10s}, GoodCase{"tab_and_line_feed", "\t5\ns", 5s},
                    GoodCase{"least", "-9223372036s854775808ns", nanoseconds::min()}),
    [](const auto& row) { return std::string(row.param.name); });

struct BadCase {
  std::string_view name, text, why;
  friend void PrintTo(const BadCase& row, std::ostream* out) { *out << row.name; }
};

class BadDuration : public testing::TestWithParam<BadCase> {};
TEST_P(BadDuration, IsRefusedAndSaysWhy) {
  const auto got = parse_duration(GetParam().text);
  ASSERT_FALSE(got) << got->count();
  EXPECT_THAT(got.error().what, testing::HasSubstr(GetParam().why));
}
INSTANTIATE_TEST_SUITE_P(  // helpers contract 1.1 and departures Q01, Q02
    Table, BadDuration,
    testing::Values(BadCase{"D12_empty", "", "empty"}, BadCase{"D12_spaces", "   ", "empty"},
                    BadCase{"D13_minus", "-", "no number"},
                    BadCase{"D13_letters", "abc", "number is expected at \"abc\""},
                    BadCase{"D13_point", "1.s", "digits are expected"}, BadCase{"D13_upper", "5S", "no unit \"S\""},
                    BadCase{"D14", "5", "unit is expected after 5"}, BadCase{"D17", "1h-30m", "expected at \"-30m\""},
                    BadCase{"D18", ".5s", "expected at \".5s\""}, BadCase{"D19", "1e3s", "no unit \"e\""},
                    BadCase{"D20_upper", "5MS", "no unit \"MS\""}, BadCase{"D20_min", "5Min", "no unit \"Min\""},
                    BadCase{"D21", "5m s", "expected at \"s\""}, BadCase{"D22", "1.5.5s", "unit is expected after 1.5"},
                    BadCase{"milliseconds_are_no_minutes", "5milliseconds", "no unit"},
                    BadCase{"pair_overflows", "9223372037s", "out of range"},
                    BadCase{"years_overflow", "300y", "out of range"},
                    BadCase{"sum_overflows", "9223372036s 1s", "out of range"}),
    [](const auto& row) { return std::string(row.param.name); });

struct TextCase {
  std::string_view name;
  nanoseconds value;
  std::string_view json, yaml, natural, long_text;
  friend void PrintTo(const TextCase& row, std::ostream* out) { *out << row.name; }
};

class DurationText : public testing::TestWithParam<TextCase> {};
TEST_P(DurationText, IsWritten) {
  const auto& row = GetParam();
  EXPECT_EQ(Duration{row.value}.json_text(), row.json);
  EXPECT_EQ(Duration{row.value}.yaml_text(), row.yaml);
  EXPECT_EQ(Duration{row.value}.text(), row.natural);
  EXPECT_EQ(LongDuration{row.value}.text(), row.long_text);
  EXPECT_EQ(parse_duration(row.long_text), row.value);
}
INSTANTIATE_TEST_SUITE_P(  // helpers contract DC7, LD1 to LD7; the recorded encodings; departure Q03
    Table, DurationText,
    testing::Values(TextCase{"zero", 0s, "0", "0", "0s", "0s"}, TextCase{"DC7", 1500ms, "1.5", "1.5", "1.5s", "1.5s"},
                    TextCase{"million", 1'000'000s, "1000000", "1e+06", "277h46m40s", "1000000s"},
                    TextCase{"one_ns", 1ns, "1e-9", "1e-09", "1ns", "1ns"},
                    TextCase{"LD2", 90min, "5400", "5400", "1h30m0s", "90m"},
                    TextCase{"LD3", 24h * 14, "1209600", "1.2096e+06", "336h0m0s", "2w"},
                    TextCase{"LD4", -100us, "-0.0001", "-0.0001", "-100\u00B5s", "-100\u00B5s"},
                    TextCase{"LD7_keeps_every_digit", 1234500ms, "1234.5", "1234.5", "20m34.5s", "20m34.5s"},
                    TextCase{"least", nanoseconds::min(), "-9223372036.854776", "-9.223372036854776e+09",
                             "-2562047h47m16.854775808s", "-2562047h47m16.854775808s"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(DurationSetting, BareNumbersAreSeconds) {
  EXPECT_EQ(parse_duration_setting("300ms"), 300ms);
  EXPECT_EQ(parse_duration_setting("-5"), -5s);
  EXPECT_EQ(parse_duration_setting("010"), 10s);
  EXPECT_EQ(parse_duration_setting("1.1"), 1100ms);
  EXPECT_EQ(parse_duration_setting("1e3"), 1000s);
  for (const auto* text : {"inf", "nan", "0x10", " 5 ", "9223372037", "1e300", "+-5", ""}) {
    EXPECT_FALSE(parse_duration_setting(text)) << text;
  }
}

struct Settings {
  Duration timeout{7s};
  LongDuration retention{};
  AutoBool tls{true};
};
void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Settings& into) {
  decoder.mapping(node, path, "settings",
                  {{"timeout", into.timeout}, {"retention", into.retention}, {"tls", into.tls}});
}

TEST(Yaml, ReadsTheTypesOfConfiguration) {
  Settings settings;
  EXPECT_THAT(yaml::read("retention: 2w\ntls: off\n", "f", settings).errors, testing::IsEmpty());
  EXPECT_EQ(settings.timeout.value, 7s);
  EXPECT_EQ(settings.retention.value, 24h * 14);
  EXPECT_TRUE(settings.tls.is_disabled());
  EXPECT_THAT(yaml::read("timeout:\ntls: ~\n", "f", settings).errors, testing::IsEmpty());
  EXPECT_EQ(settings.timeout.value, 0s);
  EXPECT_TRUE(settings.tls.is_auto());
}

TEST(Yaml, RefusesWithThePlace) {
  Settings settings;
  const auto errors = yaml::read("timeout: 5MS\nretention: [1]\ntls: 1\n", "f", settings).errors;
  ASSERT_EQ(errors.size(), 3u);
  EXPECT_EQ(errors[0].text(), "f:1:10: timeout: \"5MS\" is not a duration: there is no unit \"MS\"");
  EXPECT_EQ(errors[1].text(), "f:2:12: retention: expected a duration, found a list");
  EXPECT_EQ(errors[2].text(), "f:3:6: tls: expected auto, enabled or disabled, found an integer `1`");
  EXPECT_EQ(settings.timeout.value, 7s);
}

TEST(Json, NullIsAutoAndZero) {  // departure Q04, DC4
  AutoBool tls{true};
  EXPECT_TRUE(decode_json(nullptr, tls));
  EXPECT_TRUE(tls.is_auto());
  Duration timeout{7s};
  EXPECT_TRUE(decode_json(nullptr, timeout));
  EXPECT_EQ(timeout.value, 0s);
  EXPECT_FALSE(decode_json(true, timeout));
  EXPECT_EQ(encode_json(Duration{30s}).dump(), "30");
  EXPECT_EQ(encode_json(Duration{1500ms}).dump(), "1.5");
}

}  // namespace
}  // namespace cppd
