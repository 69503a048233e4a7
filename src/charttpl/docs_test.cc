// SPDX-License-Identifier: GPL-3.0-or-later
// The examples of docs/templates.md are templates, and the page leaves no key of the language out.
#include <cppd/base/file.h>
#include <cppd/charttpl/decode.h>
#include <cppd/charttpl/schema.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace cppd::charttpl {
namespace {

constexpr const char* kPage = CPPD_SOURCE_DIR "/docs/templates.md";

struct Example {
  std::size_t line;  // of the page
  std::string yaml;
};

std::vector<Example> examples(std::string_view page) {
  constexpr std::string_view kOpen = "\n```yaml\n", kClose = "\n```\n";
  std::vector<Example> out;
  for (auto at = page.find(kOpen); at != std::string_view::npos; at = page.find(kOpen, at)) {
    at += kOpen.size();
    const auto end = page.find(kClose, at);
    if (end == std::string_view::npos) throw std::runtime_error("an example is not closed");
    out.push_back({static_cast<std::size_t>(std::ranges::count(page.substr(0, at), '\n')) + 1,
                   std::string{page.substr(at, end + 1 - at)}});
    at = end;
  }
  return out;
}

TEST(TemplatesPage, ExamplesAreTemplates) {
  const auto page = read_file(kPage);
  ASSERT_TRUE(page) << page.error().text();
  const auto all = examples(*page);
  EXPECT_GE(all.size(), 7u);
  for (const auto& example : all) {
    const auto spec = decode(example.yaml, "example");
    EXPECT_TRUE(spec) << kPage << ", example at line " << example.line << ": " << spec.error().text();
  }
}

TEST(TemplatesPage, FirstExampleHasEveryKeyAndEachIsExplained) {
  const auto page = read_file(kPage);
  ASSERT_TRUE(page);
  const auto first = examples(*page).at(0).yaml;
  const auto behind = page->substr(page->find(first) + first.size());
  const auto language = nlohmann::json::parse(schema());
  for (const auto& [name, part] : language["$defs"].items()) {
    if (!part.contains("properties")) continue;
    for (const auto& [key, value] : part["properties"].items()) {
      EXPECT_THAT(first, testing::HasSubstr(key + ":")) << name;
      EXPECT_THAT(behind, testing::ContainsRegex("`([a-z]+\\.)?" + key + "[`.]")) << name;
    }
  }
}

}  // namespace
}  // namespace cppd::charttpl
