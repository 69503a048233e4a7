// SPDX-License-Identifier: GPL-3.0-or-later
// The corpus of broken configurations: testdata/<case>/tree is what a user wrote, want.txt the whole report.
// UPDATE_GOLDEN=1 rewrites want.txt; the difference is to be read before it is kept.
#include <cppd/agent/check/check.h>

#include <cppd/base/file.h>
#include <gtest/gtest.h>

#include "fake_collector.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace cppd::agent {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> cases() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator{CPPD_SOURCE_DIR "/src/agent/check/testdata"}) {
    names.push_back(entry.path().filename());
  }
  std::ranges::sort(names);
  return names;
}

class Corpus : public testing::TestWithParam<std::string> {};

TEST_P(Corpus, GivesItsReport) {
  const fs::path folder = fs::path{CPPD_SOURCE_DIR "/src/agent/check/testdata"} / GetParam();
  CheckOptions options{
      .directories = {.plugin = "cpp.d", .user_roots = {folder / "tree"}, .stock_root = folder / "stock"}};
  if (fs::exists(folder / "templates")) {
    for (const auto& entry : fs::directory_iterator{folder / "templates"}) options.templates.push_back(entry.path());
  }
  const auto report = check(options, fake_collectors());
  auto text = report.text();
  const auto prefix = folder.string() + "/";
  for (std::size_t at = 0; (at = text.find(prefix, at)) != std::string::npos;) text.erase(at, prefix.size());
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream{folder / "want.txt"} << text;
  EXPECT_EQ(text, read_file(folder / "want.txt").value_or("no want.txt"));
  EXPECT_EQ(report.exit_status(), text.find(", 0 mistakes") == std::string::npos ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(Table, Corpus, testing::ValuesIn(cases()), [](const auto& row) { return row.param; });

/// At least one case each of what the corpus is for.
TEST(Corpus, IsThere) { EXPECT_GE(cases().size(), 25U); }

}  // namespace
}  // namespace cppd::agent
