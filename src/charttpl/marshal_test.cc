// SPDX-License-Identifier: GPL-3.0-or-later
// What is written is read back as the same template: charts contract 1.6, M1 to M4.
#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/marshal.h>
#include <cppd/charttpl/validate.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "random_spec.h"

#include <cctype>

namespace cppd::charttpl {
namespace {

/// A spec with `text` wherever any text may stand.
Spec filled_with(const std::string& text) {
  ChartSpec chart{.id = text, .title = "t" + text, .family = text, .context = "c" + text, .units = text + "u"};
  chart.type = "line";
  chart.label_promotion = {{"l" + text}};
  chart.dimensions = {{.selector = "m{a=\"" + text + "\"}", .name = "n" + text},
                      {.selector = "m", .name_from_label = text + "n"}};
  GroupSpec group{.family = "f" + text, .context_namespace = text, .metrics = {"m", "m" + text + "_"}};
  group.charts = {chart};
  return {.version = "v1", .context_namespace = text, .groups = {group}};
}

class Awkward : public testing::TestWithParam<std::string> {};
TEST_P(Awkward, TextComesBack) {
  const auto spec = filled_with(GetParam());
  const auto text = marshal(spec);
  ASSERT_TRUE(text) << text.error().text();
  const auto again = decode(*text);
  ASSERT_TRUE(again) << again.error().text() << *text;
  EXPECT_EQ(*again, spec) << *text;
}
/// `25_1e3`: the place in the list, and the text as far as a name can say it.
INSTANTIATE_TEST_SUITE_P(Table, Awkward, testing::ValuesIn(awkward_texts()),
                         [](const testing::TestParamInfo<std::string>& row) {
                           auto name = std::to_string(row.index) + "_";
                           for (const char c : row.param) name += std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
                           return name;
                         });

TEST(Marshal, OfRandomSpecsIsReadBackAsTheSame) {
  RandomSpecs random{20260801};
  std::size_t charts = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto spec = random.next();
    ASSERT_EQ(join_errors(validate(spec)), "") << i;
    const auto text = marshal(spec);
    ASSERT_TRUE(text) << i << ": " << text.error().text();
    const auto again = decode(*text);
    ASSERT_TRUE(again) << i << ": " << again.error().text() << *text;
    ASSERT_EQ(*again, spec) << i << ": " << *text;
    for (const auto& group : spec.groups) charts += group.charts.size();
  }
  EXPECT_GT(charts, 1000u);  // that the specs are not empty ones
}

TEST(Marshal, LeavesEmptyListsOfInstanceLabelsOut) {  // M1
  auto spec = filled_with("x");
  spec.groups[0].charts[0].instances = InstancesSpec{.by_labels = {{}}, .optional_by_labels = {{"o"}}};
  const auto text = marshal(spec);
  ASSERT_TRUE(text);
  const auto again = decode(*text);
  ASSERT_TRUE(again);
  EXPECT_NE(*again, spec);
  EXPECT_EQ(again->groups[0], clone(spec.groups[0]));
}

TEST(Clone, OfRandomGroupsIsEqualAndApart) {  // N29
  RandomSpecs random{29};
  for (int i = 0; i < 200; ++i) {
    const auto spec = random.next();
    const auto before = marshal(spec);
    auto copy = clone(spec.groups[0]);
    EXPECT_EQ(copy, spec.groups[0]);
    copy = {};
    ASSERT_TRUE(before);
    EXPECT_EQ(*marshal(spec), *before);
  }
}

}  // namespace
}  // namespace cppd::charttpl
