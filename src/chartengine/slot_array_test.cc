// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/chartengine/slot_array.h>
#include <gtest/gtest.h>

namespace cppd::chartengine {
namespace {

TEST(SlotArray, KeepsEveryElementWhereItIs) {
  SlotArray<std::size_t> array;
  std::vector<const std::size_t*> places;
  for (std::size_t i = 0; i < 1500; ++i) {
    array.emplace_back() = i;
    places.push_back(&array[i]);
  }
  for (std::size_t i = 0; i < 1500; ++i) {
    EXPECT_EQ(array[i], i);
    EXPECT_EQ(&array[i], places[i]);
  }
}

struct Row {
  std::size_t elements, room;
};
constexpr Row kRows[] = {{0, 0}, {1, 16}, {16, 16}, {17, 48}, {49, 112}, {113, 240}, {241, 496}, {497, 752}};

TEST(SlotArray, TakesLittleRoomForFew) {
  for (const auto& row : kRows) {
    SlotArray<char> array;
    for (std::size_t i = 0; i < row.elements; ++i) array.emplace_back();
    EXPECT_EQ(array.room(), row.room) << row.elements;
  }
}

TEST(SlotArray, ClearGivesTheRoomBack) {
  SlotArray<int> array;
  array.emplace_back() = 7;
  array.clear();
  EXPECT_EQ(array.size(), 0u);
  EXPECT_EQ(array.room(), 0u);
  EXPECT_EQ(array.emplace_back(), 0);
}

}  // namespace
}  // namespace cppd::chartengine
