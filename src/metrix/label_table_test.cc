// SPDX-License-Identifier: GPL-3.0-or-later
// Source: metrix contract 4.6 for the order of sets.
#include <cppd/metrix/label_table.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cppd::metrix {
namespace {

const std::string kAtByte(254, 'x');
const std::string kBeyondByte(255, 'x');
const std::string kBeyondBlock(70'000, 'x');

struct Row {
  const char* name;
  std::vector<Label> labels;
};

const Row kRows[] = {
    {"none", {}},
    {"one", {{"id", "1"}}},
    {"extended", {{"id", "10"}}},
    {"extended_key", {{"idx", "1"}}},
    {"other", {{"id", "2"}}},
    {"empty_value", {{"id", ""}}},
    {"two", {{"id", "1"}, {"zone", "a"}}},
    {"two_other", {{"id", "1"}, {"zone", "b"}}},
    {"high_byte", {{"id", "1\xc3\xbf"}}},
    {"separator_inside", {{"id", "1\xff"}}},
    {"separator_and_more", {{"id", "1\xffz"}}},
    {"longest_short_value", {{"id", kAtByte}}},
    {"long_value", {{"id", kBeyondByte}}},
    {"long_key", {{kBeyondByte, "1"}}},
    {"both_long", {{kBeyondByte, kBeyondByte}}},
    {"longer_than_a_block", {{"id", kBeyondBlock}, {"zone", "a"}}},
};

std::string packed(const std::vector<Label>& labels) {
  std::string all;
  for (const auto& [key, value] : labels) all.append(key).append(1, '\xff').append(value).append(1, '\xff');
  return all;
}

TEST(LabelTable, OrdersSetsByTheirPackedText) {
  LabelTable table;
  for (const auto& a : kRows) {
    for (const auto& b : kRows) {
      const auto left = table.acquire(a.labels);
      const auto right = table.acquire(b.labels);
      EXPECT_EQ(table.compare(left, right), packed(a.labels) <=> packed(b.labels)) << a.name << ' ' << b.name;
      table.release(left);
      table.release(right);
    }
  }
}

TEST(LabelTable, GivesBackWhatItTook) {
  LabelTable table;
  std::vector<LabelSetId> sets;
  for (const auto& row : kRows) sets.push_back(table.acquire(row.labels));
  EXPECT_EQ(table.set_count(), std::size(kRows) - 1);  // the empty one is always there
  std::vector<Label> labels;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    table.labels(sets[i], labels);
    EXPECT_EQ(labels, kRows[i].labels) << kRows[i].name;
    EXPECT_EQ(table.find(kRows[i].labels), sets[i]) << kRows[i].name;
    table.release(sets[i]);
    EXPECT_EQ(table.find(kRows[i].labels).has_value(), kRows[i].labels.empty()) << kRows[i].name;
  }
  EXPECT_EQ(table.set_count(), 0U);
}

TEST(LabelTable, UsesRoomAgain) {
  LabelTable table;
  std::size_t bytes = 0;
  for (int round = 0; round < 1000; ++round) {
    for (const auto& row : kRows) table.release(table.acquire(row.labels));
    if (round == 0) bytes = table.bytes();
  }
  EXPECT_EQ(table.bytes(), bytes);
}

}  // namespace
}  // namespace cppd::metrix
