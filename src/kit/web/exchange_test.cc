// SPDX-License-Identifier: GPL-3.0-or-later
// The cases of tests/vectors/web/exchange.jsonl: what a server sees, and what comes of its answers.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <cppd/kit/web/client.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "test_server.h"

namespace cppd::web {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using test::Peer;
using test::Seen;
using test::TestServer;

constexpr const char* kUserAgent = "Netdata test.plugin/v1";

std::vector<json> cases() {
  std::vector<json> rows;
  std::ifstream file{CPPD_SOURCE_DIR "/tests/vectors/web/exchange.jsonl"};
  for (std::string line; std::getline(file, line);) rows.push_back(json::parse(line));
  return rows;
}

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

class Exchange : public testing::TestWithParam<json> {
 protected:
  void SetUp() override {
    fs::create_directories(dir_);
    for (const auto& file : input().value("files", json::array()))
      std::ofstream{dir_ / file["name"].get<std::string>()} << file.value("content", "");
    server_.emplace([this](Peer& peer, const Seen& seen) { return answer(peer, seen); }, kind());
  }
  void TearDown() override {
    server_.reset();
    fs::remove_all(dir_);
  }

  [[nodiscard]] const json& input() const { return GetParam()["input"]; }
  [[nodiscard]] const json& want() const { return GetParam()["expect"]; }

  [[nodiscard]] TestServer::Kind kind() const {
    const auto name = input().value("server_kind", "");
    if (name == "tls") return TestServer::Kind::tls;
    if (name == "tls_h2") return TestServer::Kind::tls_h2;
    return name == "h2c" ? TestServer::Kind::h2c : TestServer::Kind::plain;
  }

  [[nodiscard]] std::string filled(std::string text) const {
    replace_all(text, "{server}", server_->base());
    replace_all(text, "{server_host}", fmt::format("127.0.0.1:{}", server_->port()));
    replace_all(text, "{port}", std::to_string(server_->port()));
    replace_all(text, "{dir}", dir_.string());
    replace_all(text, "{user_agent}", kUserAgent);
    return text;
  }

  [[nodiscard]] ClientConfig config() const {
    const auto& keys = input()["config"];
    const auto text = [&](const char* key) { return filled(keys.value(key, "")); };
    ClientConfig config{.url = text("url"),
                        .username = text("username"),
                        .password = text("password"),
                        .bearer_token_file = text("bearer_token_file"),
                        .proxy_username = text("proxy_username"),
                        .proxy_password = text("proxy_password"),
                        .method = text("method"),
                        .headers = {},
                        .body = text("body"),
                        .timeout = std::chrono::seconds{10},
                        .not_follow_redirects = keys.value("not_follow_redirects", false),
                        .force_http2 = keys.value("force_http2", false),
                        .tls_skip_verify = keys.value("tls_skip_verify", false),
                        .tls_ca = text("tls_ca")};
    if (keys.contains("timeout")) config.timeout = std::chrono::milliseconds{200};
    for (const auto& [name, value] : keys.value("headers", json::object()).items())
      config.headers[name] = filled(value.get<std::string>());
    return config;
  }

  Result<std::string> exchange(Client& client) {
    auto request = input().contains("path") ? client.request(input()["path"].get<std::string>()) : client.request();
    if (!request) return std::unexpected(request.error());
    if (input().value("on_not_ok", "") == "handled")
      for (int status = 201; status < 600; ++status) request->accept_status(status);
    Result<std::string> body{""};
    asio::co_spawn(context_, client.get(*request), [&](std::exception_ptr thrown, Result<std::string_view> got) {
      if (thrown) std::rethrow_exception(thrown);
      if (got) {
        body = std::string{*got};
      } else {
        body = std::unexpected(got.error());
      }
    });
    context_.run();
    return body;
  }

  bool answer(Peer& peer, const Seen& seen) {
    const int number = ++requests_;
    const auto path = seen.target.substr(0, seen.target.find('?'));
    for (const auto& route : input()["server"]) {
      if (route["path"] != "*" && route["path"] != path) continue;
      if (route.contains("delay_ms")) return peer.closed_by_client() && false;
      const auto status = route.value("status", 200);
      std::string headers;
      for (const auto& header : route.value("headers", json::array())) {
        auto value = filled(header[1].get<std::string>());
        replace_all(value, "{n}", std::to_string(number));
        headers += fmt::format("{}: {}\r\n", header[0].get<std::string>(), value);
      }
      const auto body = route.value("body", "");
      if (status == 204 || status == 304) return peer.write(fmt::format("HTTP/1.1 {} x\r\n{}\r\n", status, headers));
      if (seen.method == "HEAD")
        return peer.write(fmt::format("HTTP/1.1 {} x\r\n{}Content-Length: {}\r\n\r\n", status, headers, body.size()));
      return peer.reply(status, body, headers);
    }
    return peer.reply(404, "");
  }

  [[nodiscard]] json described(const Seen& seen) const {
    json headers = json::object();
    for (const auto& [name, value] : seen.headers)
      if (name != "Host") headers[canonical_header_name(name)].push_back(value);
    return {{"method", seen.method},
            {"target", seen.target},
            {"host", seen.header("Host")},
            {"protocol", seen.protocol},
            {"headers", headers},
            {"body", seen.body},
            {"content_length", seen.body.size()}};
  }

  asio::io_context context_;
  ProxyEnvironment no_proxies_;
  ClientOptions options_{.user_agent = kUserAgent, .environment = &no_proxies_};
  std::optional<TestServer> server_;
  std::atomic<int> requests_{0};
  fs::path dir_ = fs::temp_directory_path() / ("cppd_web_exchange_" + std::to_string(::getpid()));
};

TEST_P(Exchange, LooksAsTheReferenceDoes) {
  if (GetParam()["quirk"] == "Q05") GTEST_SKIP() << "credentials for a proxy are shown to the proxy only";
  if (input().value("parse", "") == "json" && input().value("on_not_ok", "") != "fails")
    GTEST_SKIP() << "decoding is the collector's";
  auto client = Client::create(context_.get_executor(), config(), options_);
  ASSERT_EQ(client.has_value(), !want().contains("client_error"));
  if (!client) return;
  const auto got = exchange(*client);
  ASSERT_EQ(got.has_value(), !want().contains("error")) << (got ? *got : got.error().text());
  if (got && want()["body"].is_string()) EXPECT_EQ(*got, want()["body"].get<std::string>());
  if (!got) {
    for (const auto& name : want()["classes"]) {
      const auto word = name.get<std::string>();
      const auto& what = got.error().what;
      if (word == "redirect") EXPECT_TRUE(what.starts_with("redirect attempted")) << what;
      if (word == "timeout") EXPECT_TRUE(what.starts_with("timed out after 200ms")) << what;
      if (word.starts_with("status_")) EXPECT_EQ(what, "HTTP status " + word.substr(7));
    }
  }
  const auto seen = server_->seen();
  ASSERT_EQ(seen.size(), want()["seen"].size());
  for (std::size_t i = 0; i < seen.size(); ++i) {
    if (seen[i].protocol == "HTTP/2.0") {
      EXPECT_EQ(want()["seen"][i]["protocol"], "HTTP/2.0");
      continue;
    }
    EXPECT_EQ(described(seen[i]), json::parse(filled(want()["seen"][i].dump()))) << "request " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Table, Exchange, testing::ValuesIn(cases()), [](const auto& row) {
  auto name = row.param["name"].template get<std::string>();
  std::ranges::replace_if(name, [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

}  // namespace
}  // namespace cppd::web
