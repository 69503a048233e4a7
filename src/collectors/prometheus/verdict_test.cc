// SPDX-License-Identifier: GPL-3.0-or-later
#include "verdict.h"

#include <gtest/gtest.h>

namespace cppd::prometheus_collector {
namespace {

using metrix::Kind;
using prometheus::FamilyType;

/// Prometheus contract section 6 by step, section 7 for `_info`. The fallback of the rows: gauge `level_?` and
/// `both_*`, counter `both_*` and `seen_*`.
struct Row {
  std::string_view name, metric;
  FamilyType type;
  Kind kind;
  LossReason loss = LossReason::series_untyped;
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
constexpr Row kRows[] = {
    {"step1_gauge", "a", FamilyType::gauge, Kind::gauge},
    {"step1_counter", "a", FamilyType::counter, Kind::counter},
    {"step1_gauge_named_total", "a_total", FamilyType::gauge, Kind::gauge},
    {"step1_before_fallback", "level_a", FamilyType::counter, Kind::counter},
    {"histogram", "a", FamilyType::histogram, Kind::histogram},
    {"summary_named_total", "a_total", FamilyType::summary, Kind::summary},
    {"histogram_named_info", "a_info", FamilyType::histogram, Kind::histogram},
    {"histogram_before_fallback", "level_a", FamilyType::histogram, Kind::histogram},
    {"step3_gauge", "level_a", FamilyType::unknown, Kind::gauge},
    {"step3_gauge_before_counter", "both_x", FamilyType::unknown, Kind::gauge},
    {"step3_gauge_before_total", "both_total", FamilyType::unknown, Kind::gauge},
    {"step3_counter", "seen_x", FamilyType::unknown, Kind::counter},
    {"step3_glob_is_whole", "level_ab", FamilyType::unknown, Kind::unknown},
    {"step5_total", "hits_total", FamilyType::unknown, Kind::counter},
    {"step6_untyped", "plain", FamilyType::unknown, Kind::unknown},
    {"step6_total_inside", "total_x", FamilyType::unknown, Kind::unknown},
    {"info_gauge", "build_info", FamilyType::gauge, Kind::unknown, LossReason::series_info},
    {"info_counter_is_kept", "seen_info", FamilyType::counter, Kind::counter},
    {"info_by_fallback_is_no_declared_gauge", "both_info", FamilyType::unknown, Kind::gauge},
};

class Judge : public testing::TestWithParam<Row> {};
TEST_P(Judge, SaysWhatBecomesOfAFamily) {
  const std::string gauge[] = {"level_?", "both_*"};
  const std::string counter[] = {"both_*", "seen_*"};
  const auto fallback = FallbackTypes::parse(gauge, counter);
  ASSERT_TRUE(fallback);
  const auto verdict = judge(GetParam().metric, GetParam().type, *fallback);
  EXPECT_EQ(verdict.kind, GetParam().kind);
  EXPECT_EQ(verdict.charted(), GetParam().kind != Kind::unknown);
  if (!verdict.charted()) EXPECT_EQ(verdict.loss, GetParam().loss);
}
INSTANTIATE_TEST_SUITE_P(Table, Judge, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

struct BadRow {
  std::string_view name;
  std::vector<std::string> gauge, counter;
  std::string_view error;
  friend void PrintTo(const BadRow& row, std::ostream* out) { *out << row.name; }
};
const BadRow kBadRows[] = {
    {"empty", {""}, {}, "fallback_type.gauge[0]: is empty"},
    {"blank", {"a", " \t"}, {}, "fallback_type.gauge[1]: is empty"},
    {"padded", {}, {"a "}, "fallback_type.counter[0]: `a ` has white space around it"},
    {"no_glob", {}, {"a", "[a-"}, "fallback_type.counter[1]: `[a-`: "},
};
class BadFallback : public testing::TestWithParam<BadRow> {};
TEST_P(BadFallback, NamesItsKey) {
  const auto types = FallbackTypes::parse(GetParam().gauge, GetParam().counter);
  ASSERT_FALSE(types);
  EXPECT_EQ(types.error().code, Errc::invalid_input);
  EXPECT_TRUE(types.error().text().starts_with(GetParam().error)) << types.error().text();
}
INSTANTIATE_TEST_SUITE_P(Table, BadFallback, testing::ValuesIn(kBadRows),
                         [](const auto& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace cppd::prometheus_collector
