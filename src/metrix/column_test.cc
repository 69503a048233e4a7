// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/metrix/column.h>
#include <gtest/gtest.h>

#include <cstdint>

namespace cppd::metrix {
namespace {

struct Item {
  std::uint64_t number = 7;
  std::uint32_t other = 0;
};

TEST(Column, KeepsItsElementsWhileItGrowsInSmallSteps) {
  Column<Item> column;
  for (std::uint64_t i = 0; i < 200'000; ++i) {
    column.push_back({.number = i});
    ASSERT_LE(column.capacity(), column.size() + 8 + column.size() / (i < 4096 ? 4 : 8));
  }
  for (std::uint64_t i = 0; i < column.size(); ++i) ASSERT_EQ(column[i].number, i);
  EXPECT_EQ(column.bytes(), column.capacity() * sizeof(Item));
}

TEST(Column, TakesACopyOfItsOwnElement) {
  Column<Item> column;
  column.push_back({.number = 42});
  for (int i = 0; i < 10'000; ++i) column.push_back(column[0]);
  for (const auto& item : column) ASSERT_EQ(item.number, 42U);
}

TEST(Column, IsExtendedByEmptyElementsToTheSizeThatIsAskedFor) {
  Column<Item> column;
  column.push_back({.number = 1, .other = 1});
  column.extend(1000);
  EXPECT_EQ(column.size(), 1000U);
  EXPECT_EQ(column.capacity(), 1000U);
  EXPECT_EQ(column[0].number, 1U);
  for (std::size_t i = 1; i < 1000; ++i) ASSERT_EQ(column[i].number, 7U);
  column.extend(10);
  EXPECT_EQ(column.size(), 1000U);
}

}  // namespace
}  // namespace cppd::metrix
