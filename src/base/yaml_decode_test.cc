// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/base/yaml_decode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cppd::testing_yaml {

struct Tls {
  std::string ca;
  bool verify = true;
  friend bool operator==(const Tls&, const Tls&) = default;
};

struct Server {
  std::string host = "localhost";
  std::uint16_t port = 80;
  double weight = 1;
  std::vector<std::string> paths;
  std::optional<Tls> tls;
  std::map<std::string, std::int64_t> limits;
};

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Tls& into) {
  decoder.mapping(node, path, "tls", {{"ca", into.ca}, {"verify", into.verify}});
}

void decode_yaml(yaml::Decoder& decoder, const yaml::Node& node, const yaml::Path& path, Server& into) {
  decoder.mapping(node, path, "server",
                  {{"host", into.host},
                   {"port", into.port},
                   {"weight", into.weight},
                   {"paths", into.paths},
                   {"tls", into.tls},
                   {"limits", into.limits}});
}

namespace {

using testing::ElementsAre;

std::vector<std::string> texts(const std::vector<Error>& errors) {
  std::vector<std::string> out;
  for (const auto& error : errors) out.push_back(error.text());
  return out;
}

TEST(YamlDecode, FillsAStructAndKeepsDefaults) {
  Server server;
  const auto findings =
      yaml::read("port: 0x1F90\npaths: [a, 5, ~]\ntls: {ca: x}\nlimits: {cpu: 1, mem: 2.9}\n", "f", server);
  EXPECT_THAT(findings.errors, testing::IsEmpty());
  EXPECT_EQ(server.host, "localhost");
  EXPECT_EQ(server.port, 8080);
  EXPECT_THAT(server.paths, ElementsAre("a", "5", ""));
  EXPECT_EQ(server.tls, (Tls{.ca = "x", .verify = true}));
  EXPECT_EQ(server.limits, (std::map<std::string, std::int64_t>{{"cpu", 1}, {"mem", 2}}));
}

TEST(YamlDecode, NullIsTheZeroValueAndAbsent) {
  Server server;
  server.tls.emplace();
  const auto findings = yaml::read("host: ~\nweight:\ntls: null\npaths:\n", "f", server);
  EXPECT_THAT(findings.errors, testing::IsEmpty());
  EXPECT_EQ(server.host, "");
  EXPECT_EQ(server.weight, 0);
  EXPECT_FALSE(server.tls);
}

TEST(YamlDecode, MergedMappingsAreDecodedOver) {
  Server server;
  const auto findings = yaml::read("<<: {host: a, tls: {ca: x, verify: no}}\nhost: b\ntls: {ca: y}\n", "f", server);
  EXPECT_THAT(findings.errors, testing::IsEmpty());
  EXPECT_EQ(server.host, "b");
  EXPECT_EQ(server.tls, (Tls{.ca = "y", .verify = false}));
}

TEST(YamlDecode, CollectsEveryMistakeInOrder) {
  Server server;
  const auto findings = yaml::read(
      "hosts: a\nport: 70000\nport: x\npaths: a\ntls: {ca: [1], verify: 'true'}\nlimits: {a: b}\n? [a]\n: 1\n",
      "f.yaml", server);
  EXPECT_THAT(
      texts(findings.errors),
      ElementsAre("f.yaml:1:1: unknown key \"hosts\" in server; did you mean \"host\"?",
                  "f.yaml:2:7: port: `70000` is out of range", "f.yaml:3:1: key \"port\" is written twice",
                  "f.yaml:3:7: port: expected an integer that is not negative, found text `x`",
                  "f.yaml:4:8: paths: expected a list, found text `a`",
                  "f.yaml:5:11: tls.ca: expected text, found a list",
                  "f.yaml:5:24: tls.verify: expected a bool, found text `true`",
                  "f.yaml:6:13: limits.a: expected an integer, found text `b`", "f.yaml:7:3: a list cannot be a key"));
}

TEST(YamlDecode, UnknownAndDuplicateKeysCanBeWarnings) {
  Server server;
  const auto findings =
      yaml::read("host: a\nhost: b\nportt: 1\n", "f", server,
                 {.unknown_keys = yaml::Severity::warning, .duplicate_keys = yaml::Severity::ignored});
  EXPECT_THAT(findings.errors, testing::IsEmpty());
  EXPECT_THAT(texts(findings.warnings), ElementsAre("f:3:1: unknown key \"portt\" in server; did you mean \"port\"?"));
  EXPECT_EQ(server.host, "b");
}

TEST(YamlDecode, AMistakeBehindAnAliasIsToldOnce) {
  std::vector<Server> servers;
  const auto findings = yaml::read("- &a {port: x}\n- *a\n", "f", servers);
  EXPECT_THAT(texts(findings.errors),
              ElementsAre("f:1:13: [0].port: expected an integer that is not negative, found text `x`"));
}

TEST(YamlDecode, TheRootMustFit) {
  Server server;
  EXPECT_THAT(texts(yaml::read("- a\n", "f", server).errors),
              ElementsAre("f:1:1: expected a mapping (server), found a list"));
  EXPECT_THAT(texts(yaml::read("a: [\n", "f", server).errors), testing::SizeIs(1));
}

}  // namespace
}  // namespace cppd::testing_yaml
