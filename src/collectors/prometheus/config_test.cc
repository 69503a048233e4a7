// SPDX-License-Identifier: GPL-3.0-or-later
#include "config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "prometheus.h"

namespace cppd::prometheus_collector {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

std::expected<Config, std::vector<Error>> decode(std::string_view text, std::vector<Error>& warnings) {
  const auto document = yaml::Document::parse(text, "prometheus.conf");
  ConfigDescription<Config> description;
  describe(description);
  return description.decode(*document, document->root(), warnings);
}

/// Source: prometheus contract section 1.
TEST(Config, HasTheDefaultsOfTheContract) {
  std::vector<Error> warnings;
  const auto config = decode("{}", warnings);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->http.timeout, 10s);
  EXPECT_EQ(config->http.url, "");
  EXPECT_EQ(config->max_time_series, 2000);
  EXPECT_EQ(config->max_time_series_per_metric, 200);
  const auto info = prometheus_collector();
  EXPECT_EQ(info.defaults.module, "prometheus");
  EXPECT_EQ(info.defaults.update_every, 10s);
  EXPECT_EQ(info.defaults.autodetection_retry, 0s);
}

TEST(Config, ReadsItsKeys) {
  std::vector<Error> warnings;
  const auto config = decode(
      "name: a\nurl: http://h/m\ntimeout: 3\napp: shop\nselector: {allow: [a, b], deny: [c]}\n"
      "fallback_type: {gauge: ['g*'], counter: ['c*']}\nmax_time_series: 5\nmax_time_series_per_metric: 6\n"
      "expected_prefix: p_\n",
      warnings);
  ASSERT_TRUE(config);
  EXPECT_THAT(warnings, IsEmpty());
  EXPECT_EQ(config->http.url, "http://h/m");
  EXPECT_EQ(config->http.timeout, 3s);
  EXPECT_EQ(config->app, "shop");
  EXPECT_THAT(config->selector.allow, ElementsAre("a", "b"));
  EXPECT_THAT(config->selector.deny, ElementsAre("c"));
  EXPECT_THAT(config->fallback_type.gauge, ElementsAre("g*"));
  EXPECT_THAT(config->fallback_type.counter, ElementsAre("c*"));
  EXPECT_EQ(config->max_time_series, 5);
  EXPECT_EQ(config->max_time_series_per_metric, 6);
  EXPECT_EQ(config->expected_prefix, "p_");
  EXPECT_THAT(config->ignored_keys, IsEmpty());
}

TEST(Config, WarnsOfKeysThatItDoesNotKnow) {
  std::vector<Error> warnings;
  ASSERT_TRUE(decode("label_prefix: x\nselector: {alow: [a]}\n", warnings));
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0].location, (Location{"prometheus.conf", 1, 1}));
  EXPECT_EQ(warnings[1].location, (Location{"prometheus.conf", 2, 12}));
}

TEST(StockConfig, HasNoActiveJob) {
  const auto document = yaml::Document::parse(prometheus_collector().defaults.stock_config);
  ASSERT_TRUE(document);
  const auto* jobs = document->root().find("jobs");
  ASSERT_NE(jobs, nullptr);
  EXPECT_TRUE(jobs->items().empty());
}

/// The example, as a reader would make it active.
TEST(StockConfig, ShowsAnExampleThatWorks) {
  std::string text{prometheus_collector().defaults.stock_config};
  const auto jobs = text.find("jobs: []");
  ASSERT_NE(jobs, std::string::npos);
  auto example = "jobs:" + text.substr(jobs + 8);
  for (auto at = example.find("\n#"); at != std::string::npos; at = example.find("\n#")) example.erase(at + 1, 1);
  const auto document = yaml::Document::parse(example);
  ASSERT_TRUE(document) << document.error().text();
  const auto items = document->root().find("jobs")->items();
  ASSERT_EQ(items.size(), 1u);
  const auto made = prometheus_collector().make(*document, *items[0]);
  ASSERT_TRUE(made);
  EXPECT_THAT(made->warnings, IsEmpty());
}

TEST(StockConfig, NamesEveryKey) {
  const auto info = prometheus_collector();
  for (const auto& field : info.fields) {
    if (field.help == "not yet supported") continue;
    EXPECT_NE(info.defaults.stock_config.find(field.key), std::string_view::npos) << field.key;
  }
}

}  // namespace
}  // namespace cppd::prometheus_collector
