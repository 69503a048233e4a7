// SPDX-License-Identifier: GPL-3.0-or-later
#include <cppd/kit/web/config_description.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cppd::web {
namespace {

using testing::IsEmpty;
using namespace std::chrono_literals;

struct Config {
  ClientConfig http{.url = "http://127.0.0.1/status", .timeout = 3s};
};
void describe(ConfigDescription<Config>& config) { config.embed(&Config::http); }

std::expected<Config, std::vector<Error>> decode(std::string_view text, std::vector<Error>& warnings) {
  const auto document = yaml::Document::parse(text, "job.conf");
  ConfigDescription<Config> description;
  describe(description);
  return description.decode(*document, document->root(), warnings);
}

/// One key: what is written, and how the member that it sets looks then. Source: helpers contract 2.1.
struct Row {
  std::string_view name, text;
  bool (*set)(const ClientConfig&);
  friend void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }
};
constexpr Row kRows[] = {
    {"url", "url: http://a/b", [](const ClientConfig& c) { return c.url == "http://a/b"; }},
    {"username", "username: u", [](const ClientConfig& c) { return c.username == "u"; }},
    {"password", "password: p", [](const ClientConfig& c) { return c.password == "p"; }},
    {"bearer_token_file", "bearer_token_file: /t", [](const ClientConfig& c) { return c.bearer_token_file == "/t"; }},
    {"proxy_url", "proxy_url: http://p", [](const ClientConfig& c) { return c.proxy_url == "http://p"; }},
    {"proxy_username", "proxy_username: u", [](const ClientConfig& c) { return c.proxy_username == "u"; }},
    {"proxy_password", "proxy_password: p", [](const ClientConfig& c) { return c.proxy_password == "p"; }},
    {"method", "method: POST", [](const ClientConfig& c) { return c.method == "POST"; }},
    {"body", "body: q=1", [](const ClientConfig& c) { return c.body == "q=1"; }},
    {"headers", "headers: {Host: h, X-A: b c}",
     [](const ClientConfig& c) { return c.headers == decltype(c.headers){{"Host", "h"}, {"X-A", "b c"}}; }},
    {"timeout_seconds", "timeout: 0.5", [](const ClientConfig& c) { return c.timeout == 500ms; }},
    {"timeout_text", "timeout: 2m", [](const ClientConfig& c) { return c.timeout == 2min; }},
    {"not_follow_redirects", "not_follow_redirects: yes", [](const ClientConfig& c) { return c.not_follow_redirects; }},
    {"force_http2", "force_http2: true", [](const ClientConfig& c) { return c.force_http2; }},
    {"tls_ca", "tls_ca: /ca", [](const ClientConfig& c) { return c.tls_ca == "/ca"; }},
    {"tls_cert", "tls_cert: /c", [](const ClientConfig& c) { return c.tls_cert == "/c"; }},
    {"tls_key", "tls_key: /k", [](const ClientConfig& c) { return c.tls_key == "/k"; }},
    {"tls_skip_verify", "tls_skip_verify: yes", [](const ClientConfig& c) { return c.tls_skip_verify; }},
    {"max_body_bytes", "max_body_bytes: 1000", [](const ClientConfig& c) { return c.max_body_bytes == 1000; }},
};

class HttpKey : public testing::TestWithParam<Row> {};
TEST_P(HttpKey, SetsItsMember) {
  EXPECT_FALSE(GetParam().set(Config{}.http));
  std::vector<Error> warnings;
  const auto config = decode(GetParam().text, warnings);
  ASSERT_TRUE(config);
  EXPECT_TRUE(GetParam().set(config->http));
  EXPECT_THAT(warnings, IsEmpty());
}
INSTANTIATE_TEST_SUITE_P(Table, HttpKey, testing::ValuesIn(kRows),
                         [](const auto& row) { return std::string(row.param.name); });

TEST(HttpKeys, KeepTheDefaultsOfTheCollector) {
  std::vector<Error> warnings;
  const auto config = decode("{}", warnings);
  ASSERT_TRUE(config);
  EXPECT_EQ(config->http.url, "http://127.0.0.1/status");
  EXPECT_EQ(config->http.timeout, 3s);
  EXPECT_EQ(config->http.max_body_bytes, kBodyBytesMaxDefault);
}

TEST(HttpKeys, OfAWrongTypeAreRefusedWithTheirPlace) {
  std::vector<Error> warnings;
  const auto config = decode("url: http://a\ntimeout: soon\ntls_skip_verify: maybe\n", warnings);
  ASSERT_FALSE(config);
  ASSERT_EQ(config.error().size(), 2u);
  EXPECT_EQ(config.error()[0].location, (Location{"job.conf", 2, 10}));
  EXPECT_EQ(config.error()[1].location, (Location{"job.conf", 3, 18}));
}

}  // namespace
}  // namespace cppd::web
