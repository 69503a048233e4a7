// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/collectorapi/collector_info.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cppd {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

struct Endpoint {
  std::string url = "http://127.0.0.1";
  std::chrono::nanoseconds timeout = 1s;
};
void describe(ConfigDescription<Endpoint>& c) {
  c.field("url", &Endpoint::url, "where to ask").field("timeout", &Endpoint::timeout, "how long to wait");
}

struct Window {
  std::int64_t from = 0;
};
void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Window& into) {
  decoder.mapping(node, path, "window", {{"from", into.from}});
}

struct Config {
  Endpoint endpoint;
  Window window;
  std::int64_t limit = 200;
  std::vector<std::string> names;
};
void describe(ConfigDescription<Config>& c) {
  c.embed(&Config::endpoint).field("limit", &Config::limit, "bound").field("names", &Config::names, "who").field("window", &Config::window, "when");
}

class Probe final : public Collector {
 public:
  using Config = cppd::Config;
  explicit Probe(Config config) : config{std::move(config)} {}
  Task<Result<>> collect(Cycle&) override { co_return ok; }
  std::string chart_template() const override { return "version: v1"; }
  Config config;
};

std::expected<MadeCollector, std::vector<Error>> make(std::string_view yaml) {
  const auto info = describe_collector<Probe>({.module = "probe"});
  const auto document = yaml::Document::parse(yaml, "probe.conf");
  return info.make(*document, document->root());
}

TEST(Config, ReadsFlatKeysAndKeepsDefaults) {
  const auto made = make("name: a\ntimeout: 5\nnames: [x, y]\n");
  ASSERT_TRUE(made);
  const auto& config = static_cast<Probe&>(*made->collector).config;
  EXPECT_EQ(config.endpoint.url, "http://127.0.0.1");
  EXPECT_EQ(config.endpoint.timeout, 5s);
  EXPECT_EQ(config.limit, 200);
  EXPECT_THAT(config.names, ElementsAre("x", "y"));
  EXPECT_TRUE(made->warnings.empty());
}

TEST(Config, WarnsOfUnknownKeysWithTheNearest) {
  const auto made = make("timout: 5\n");
  ASSERT_TRUE(made);
  ASSERT_EQ(made->warnings.size(), 1u);
  EXPECT_EQ(made->warnings[0].text(), "probe.conf:1:1: unknown key `timout`, did you mean `timeout`?");
}

TEST(Config, WarnsOfUnknownKeysFurtherInToo) {
  const auto made = make("window: {from: 3, form: 4}\n");
  ASSERT_TRUE(made);
  EXPECT_EQ(static_cast<Probe&>(*made->collector).config.window.from, 3);
  ASSERT_EQ(made->warnings.size(), 1u);
  EXPECT_EQ(made->warnings[0].location, (Location{"probe.conf", 1, 19}));
}

TEST(Config, CollectsEveryWrongValue) {
  const auto made = make("limit: many\nnames: 5\n");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().size(), 2u);
  EXPECT_EQ(made.error()[0].location, (Location{"probe.conf", 1, 8}));
}

TEST(Config, ListsItsKeys) {
  std::vector<std::string> keys;
  for (const auto& field : describe_collector<Probe>({.module = "probe"}).fields)
    keys.push_back(field.key + ":" + field.type);
  EXPECT_THAT(keys, ElementsAre("url:text", "timeout:duration", "limit:integer", "names:list", "window:map"));
}

}  // namespace
}  // namespace cppd
