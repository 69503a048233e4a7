// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/prometheus/key_pack.h>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

namespace cppd::prometheus {
namespace {

using Texts = std::vector<std::string>;

KeyPack packed(const Texts& texts) {
  KeyPack pack;
  for (const auto& text : texts) pack.push(text);
  pack.finish();
  return pack;
}

void expect_texts(const KeyPack& pack, const Texts& texts) {
  ASSERT_EQ(pack.size(), texts.size());
  KeyPack::Cursor cursor;
  pack.rewind(cursor);
  for (std::size_t i = 0; i < texts.size(); ++i, pack.advance(cursor)) ASSERT_EQ(cursor.text(), texts[i]) << i;
  EXPECT_EQ(cursor.text(), "");
}

struct Case {
  std::string_view name;
  Texts texts;
  std::size_t code_bytes_max;  // of all texts but the first, which is kept whole
  friend void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }
};
class KeyPackKeeps : public testing::TestWithParam<Case> {};
INSTANTIATE_TEST_SUITE_P(Rows, KeyPackKeeps,
                         testing::Values(Case{"equal", {"a{b=\"c\"} ", "a{b=\"c\"} "}, 1},
                                         Case{"digit", {"m{i=\"1\",k=\"v\"} ", "m{i=\"2\",k=\"v\"} "}, 5},
                                         Case{"longer", {"m{i=\"9\",k=\"v\"} ", "m{i=\"10\",k=\"v\"} "}, 6},
                                         Case{"shorter", {"m{i=\"10\",k=\"v\"} ", "m{i=\"9\",k=\"v\"} "}, 5},
                                         Case{"at_the_end", {"abc", "abd", "ab", "abcdef"}, 5 + 4 + 8},
                                         Case{"empty", {"", "a", "", ""}, 5 + 4 + 1},
                                         Case{"help_type_sample", {"# HELP m A.\n", "# TYPE m gauge\n", "m "}, 30}),
                         [](const auto& row) { return std::string{row.param.name}; });

TEST_P(KeyPackKeeps, TextsInWhatTheyDifferIn) {
  const auto& texts = GetParam().texts;
  const auto pack = packed(texts);
  expect_texts(pack, texts);
  EXPECT_LE(pack.memory_bytes(), 16 + sizeof(std::size_t) + 4 + texts[0].size() + GetParam().code_bytes_max);
}

/// Texts that are like the one before in places, with lengths around every bound of the packing.
Texts random_texts(std::uint64_t seed, std::size_t count) {
  std::mt19937_64 random{seed};
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  Texts texts;
  std::string text;
  while (texts.size() < count) {
    if (below(8) == 0) text.clear();
    for (auto edits = below(12); edits > 0; --edits) {
      const auto at = below(text.size() + 1);
      text.replace(at, below(40), std::string(below(8) == 0 ? 200 : below(6), static_cast<char>('a' + below(3))));
    }
    texts.push_back(text);
  }
  return texts;
}

TEST(KeyPack, FindsTextsAnywhere) {
  const auto texts = random_texts(1, 1000);
  const auto pack = packed(texts);
  expect_texts(pack, texts);
  KeyPack::Cursor cursor;
  std::mt19937_64 random{2};
  for (int i = 0; i < 3000; ++i) {
    const auto index = random() % (texts.size() + 2);
    pack.seek(cursor, index);
    ASSERT_EQ(cursor.text(), index < texts.size() ? texts[index] : "") << index;
  }
}

TEST(KeyPack, BeginsWithTheFrontOfAnother) {
  const auto texts = random_texts(3, 3 * KeyPack::kBlock);
  const auto pack = packed(texts);
  for (const std::size_t count : {std::size_t{0}, std::size_t{1}, KeyPack::kBlock - 1, KeyPack::kBlock,
                                  KeyPack::kBlock + 1, texts.size() - 1, texts.size()}) {
    SCOPED_TRACE(count);
    KeyPack front;
    front.push_front_of(pack, count);
    front.push("more{of=\"it\"} ");
    Texts expected{texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(count)};
    expected.emplace_back("more{of=\"it\"} ");
    expect_texts(front, expected);
  }
}

}  // namespace
}  // namespace cppd::prometheus
